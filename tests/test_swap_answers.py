#!/usr/bin/env python3
"""test_swap_answers.py - what is set or loaded while a reverb sounds is answered when it is heard

The answer's frame is a quantum edge that the engine has come to, it is not before the frame at
which it was asked for, and it grows from swap to swap. However many are asked for at once, each is
answered, in order.
"""
import stems
from mixdbox import Box, main

SESSION = '''
    add bus hall
    insert bus/hall reverb ir=hall.wav xfade=20ms
    add strip vox source=vox.wav loop=on send/hall=-12dB
    play'''
SWAPS = ('set bus/hall/reverb/size 80%', 'load bus/hall/reverb other.wav',
         'set bus/hall/reverb/length 50ms', 'set bus/hall/reverb/normalise peak',
         'set bus/hall/reverb/swap !', 'load bus/hall/reverb hall.wav')


class SwapAnswers(Box):
    def setUp(self):
        super().setUp()
        stems.stem(self.file('vox.wav'), 0.5, 1)
        stems.hall(self.file('hall.wav'), 0.3)
        stems.hall(self.file('other.wav'), 0.2)
        self.client = self.daemon(SESSION).client()

    def now(self):
        """The engine's frame at which what is asked now would be obeyed."""
        return int(self.client.must('set master/gain 0dB').fields['frame'])

    def test_each_is_answered_when_it_is_heard(self):
        for _ in range(5):
            for swap in SWAPS:
                asked = self.now()
                heard = int(self.client.must(swap).fields['frame'])
                self.assertEqual(heard % 64, 0, swap)
                self.assertGreaterEqual(heard, asked, swap)
                self.assertLessEqual(heard, self.now(), swap)

    def test_a_crowd_of_swaps_is_answered_in_order(self):
        crowd = [f'@{i} {SWAPS[i % len(SWAPS)]}\n' for i in range(60) if 'load' not in
                 SWAPS[i % len(SWAPS)]]
        self.client.send(''.join(crowd))
        frames = []
        for line in crowd:
            answer = self.client.answer()
            self.assertTrue(answer.ok, answer.final)
            self.assertEqual(answer.tag, line.split()[0][1:])
            frames.append(int(answer.fields['frame']))
        self.assertEqual(frames, sorted(frames))

    def test_what_is_no_swap_is_answered_at_once(self):
        self.client.must('set bus/hall/reverb/xfade 2s')
        self.client.must(SWAPS[0])
        asked = self.now()
        heard = int(self.client.must('set bus/hall/reverb/wet -3dB').fields['frame'])
        self.assertLess(heard - asked, 48000)


main()
