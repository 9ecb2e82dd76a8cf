#!/usr/bin/env python3
"""test_fades.py - who began a movement is told of its end; a new one begins from where it is"""
import array
import re

import wavs
from mixdbox import Box, main

RATE = 48000


class Fades(Box):
    def setUp(self):
        super().setUp()
        sound = array.array('f', [0.5]) * (RATE * 4)
        wavs.write(self.file('dc.wav'), wavs.Wav(RATE, [sound]))
        self.session = 'add strip a source=dc.wav pan=L100 loop=on'

    def done(self, client, tag):
        event = client.await_event(rf'^event done seq=\d+ frame=\d+ tag=@{tag} ')
        found = dict(re.findall(r'(\S+)=(\S+)', event))
        if 'cancelled' not in found:  # else it is told before the frame has come
            self.assertGreaterEqual(int(found['frame']), int(found['at']))
        return found

    def test_a_new_set_goes_on_from_the_present_value(self):
        left = wavs.read(self.render(self.session + '''
            set strip/a/gain -inf over 9600f curve lin at +9600f
            set strip/a/gain 0dB over 4800f curve lin at +14400f
            set strip/a/gain -inf over 0 at +16832f''', 'o.wav', '--to', '1s')).channels[0]
        for frame, value in ((9600, 0.5), (14399, 0.25), (16799, 0.375)):
            self.assertAlmostEqual(left[frame], value, delta=1e-4, msg=f'frame {frame}')
        self.assertEqual(left[16832], 0)
        steps = max(abs(left[i] - left[i - 1]) for i in range(1, 16832))
        self.assertLess(steps, 0.25 / 4800 + 1e-6)

    def test_its_end_is_told(self):
        client, other = (d := self.daemon(self.session)).client(), d.client()
        frame = int(client.must('@1 set strip/a/gain -20dB over 50ms').fields['frame'])
        found = self.done(client, 1)
        self.assertEqual(int(found['at']), frame + 2400)
        self.assertEqual((found['address'], found['value']), ('strip/a/gain', '-20dB'))
        frame = int(client.must('@2 set strip/a/gain 0dB over 50ms at +100ms').fields['frame'])
        self.assertEqual(int(self.done(client, 2)['at']), frame + 2400)
        client.must('begin')
        client.must('set strip/a/trim 3dB over 10ms')
        client.must('@3 commit')
        self.assertEqual(self.done(client, 3)['address'], 'strip/a/trim')
        client.must('play')
        frame = int(client.must('@4 stop over 100ms').fields['frame'])
        self.assertEqual(int(self.done(client, 4)['at']), frame + 4800)
        other.must('status')
        self.assertEqual(other.events, [])

    def test_another_takes_over(self):
        client = (d := self.daemon(self.session)).client()
        client.must('@1 set strip/a/gain -20dB over 60s')
        frame = d.client().must('set strip/a/gain -3dB').fields['frame']
        found = self.done(client, 1)
        self.assertEqual((found['at'], found['cancelled']), (frame, 'on'))

    def test_panic(self):
        client = self.daemon(self.session).client()
        for command, state in (('panic', 'on'), ('panic', 'on'), ('panic off', 'off'),
                               ('panic', 'on'), ('play', 'off'), ('panic', 'on'),
                               ('set master/mute off', 'off')):
            client.must(command)
            self.assertIn(f'panic={state}', ' '.join(client.must('status').lines), command)
        self.assertEqual(client.must('panic off').fields['same'], '1')
        client.refused('panic now', 'syntax')
        client.must('begin')
        client.must('panic')  # in a transaction too it is obeyed at once
        self.assertIn('panic=on', ' '.join(client.must('status').lines))


if __name__ == '__main__':
    main()
