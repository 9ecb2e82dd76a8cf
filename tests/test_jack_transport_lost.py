#!/usr/bin/env python3
"""test_jack_transport_lost.py - the server that we share a timeline with dies and returns"""
import os
import unittest.mock

import mixdbox
from jackline import RATE, ROLLING, STOPPED, mover, number_file
from mixdbox import BUILD, Servers, fields, main, until


class Lost(Servers):
    def setUp(self):
        super().setUp()
        number_file(self.file('numbers.wav'))

    def serve(self, client, *options):
        self.start_server(*options)
        client.await_event(r'event state .*driver=jack')

    def start(self, mode):
        self.mixd = self.daemon('add strip a source=numbers.wav\nset transport/tempo 120\n'
                                f'set transport/timebase on\nset transport/jack {mode}',
                                driver='jack')
        client = self.mixd.client()
        client.must('watch state')
        return client

    def state(self, client):
        return fields(client.must('status').lines[0])['state']

    def lose(self, client):
        self.kill_server()
        client.await_event(r'event state .*driver=lost')

    def test_nothing_of_the_old_timeline_is_left(self):
        client = self.start('both')
        self.assertIn('lost', client.refused('play', 'state').text)
        self.assertIn('lost', client.refused('locate 1s', 'state').text)
        self.serve(client)
        for _ in range(3):
            client.must('locate 2s')
            client.must('play')
            until(lambda: client.position() > 2 * RATE, 'sound')
            self.lose(client)
            until(lambda: self.state(client) == 'stopped', 'standing')
            self.serve(client)
            until(lambda: client.position() == 0, 'the new beginning')
            until(lambda: 'bpm' in mover('look'), 'bars')
            here = mover('look')
            self.assertEqual((here['state'], here['frame']), (STOPPED, 0))
            self.assertEqual((here['bar'], here['beat'], here['bpm']), (1, 1, 120))

    def test_a_play_that_waits_is_answered(self):
        """Whether the server lives to obey it or not."""
        client = self.start('both')
        self.serve(client)
        client.must('play')
        client.must('stop')
        client.send('play\n')
        self.kill_server()
        answer = client.answer()
        self.assertTrue(answer.ok or 'lost' in answer.text, answer.final)

    def test_who_leads_goes_on_where_it_was(self):
        client = self.start('lead')
        self.serve(client)
        client.must('locate 2s')
        client.must('play')
        until(lambda: client.position() > 3 * RATE, 'sound')
        self.lose(client)
        held = client.position()
        self.serve(client)
        until(lambda: client.position() > held, 'going on')
        client.must('stop')
        client.must('play')
        self.assertEqual(mover('look')['state'], ROLLING)
        self.assertGreater(mover('look')['frame'], held)

    def test_a_master_has_one_audio_thread(self):
        """JACK begins another one for who becomes master while the first is only on its way: both
        would make sound, and one outlive its client, until it touches what is gone."""
        if not mixdbox._guard():  # pylint: disable=protected-access
            self.skipTest('the library of a sanitizer would have to be loaded first')
        slow = {'LD_PRELOAD': os.path.join(BUILD, 'slowstart.so'), 'SLOWSTART_MS': '300'}
        with unittest.mock.patch.dict(os.environ, slow):
            self.mixd = self.daemon('set transport/tempo 120', driver='jack', guarded=False)
        client = self.mixd.client()
        client.must('watch state')

        def threads():
            return len(os.listdir(f'/proc/{self.mixd.process.pid}/task'))
        self.serve(client)
        until(lambda: int(fields(client.must('status').lines[2])['frame']), 'periods')
        plain = threads()
        self.lose(client)
        client.must('set transport/timebase on')
        self.serve(client)
        until(lambda: 'bpm' in mover('look'), 'bars')
        until(lambda: threads() == plain, 'no thread more for that')

    def test_another_rate_ends_what_was_moving(self):
        """All is built anew, with every value where it was to go."""
        client = self.start('off')
        waiting = self.mixd.client()
        self.serve(client)
        waiting.must('@1 set strip/a/gain -20dB over 600s')
        self.lose(client)
        self.serve(client, '-r', '44100')
        event = waiting.await_event(r'^event done ')
        self.assertRegex(event, r'tag=@1 address=strip/a/gain .*value=-20dB$')


main(periods=(256, '256 async'))
