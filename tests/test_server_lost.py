#!/usr/bin/env python3
"""test_server_lost.py - the JACK server dies and returns: same ports, connections and position"""
import stems
from mixdbox import Servers, main, run, until


def connections():
    """{port: set of ports} of mixd's, as jack_lsp tells."""
    graph, port = {}, None
    for line in run('jack_lsp', '-c').splitlines():
        if line.startswith('   '):
            graph.setdefault(port, set()).add(line.strip())
        else:
            port = line
            graph.setdefault(port, set())
    return {port: others for port, others in graph.items() if port.startswith('mixd:')}


class ServerLost(Servers):
    def test_it_comes_back_as_it_was(self):
        stems.stem(self.file('a.wav'), 2, 0)
        client = self.daemon('add strip a source=a.wav loop=on\nadd input live channels=2',
                             driver='jack').client()
        client.must('watch state transport')
        self.start_server()
        client.await_event(r'event state .*driver=jack')
        client.must('connect mixd:out_1 system:playback_1')
        run('jack_connect', 'system:capture_1', 'mixd:live_1')
        client.must('play')
        client.must('locate 0:01')
        before = connections()
        self.assertIn({'system:playback_1'}, before.values())
        for turn in range(3):
            self.kill_server()
            client.await_event(r'event state .*driver=lost')
            held = client.get('transport/position')
            client.must(f'set strip/a/gain {-3 - turn}dB')
            self.assertEqual(client.get('transport/position'), held)
            self.start_server()
            client.await_event(r'event state .*driver=jack')
            until(lambda: connections() == before, f'{before} to be there again')
            self.assertEqual(client.get('strip/a/gain'), f'{-3 - turn}dB')
            until(lambda: client.get('transport/position') != held, 'the transport to roll on')

    def test_a_transaction_lives_through_another_rate(self):
        """One that goes on being said, one that is only committed, and one that was wrong."""
        stems.stem(self.file('a.wav'), 2, 0)
        daemon = self.daemon('add strip a source=a.wav loop=on', driver='jack')
        client, quiet, wrong = daemon.client(), daemon.client(), daemon.client()
        client.must('watch state')
        self.start_server()
        client.await_event(r'event state .*driver=jack')
        for one in (client, quiet, wrong):
            one.must('begin')
        client.must('set strip/a/gain -7dB')
        client.must('add bus hall')
        quiet.must('set strip/a/pan L40')
        wrong.must('set strip/a/mute on')
        wrong.refused('set strip/a/no.such on', 'unknown')
        self.kill_server()
        client.await_event(r'event state .*driver=lost')
        self.start_server('-r', '44100')
        until(lambda: 'rate=44100 ' in ' '.join(client.must('status').lines), 'the other rate')
        self.assertEqual(client.get('strip/a/gain'), '0dB')
        self.assertEqual(client.must('set strip/a/send/hall -9dB').fields['queued'], '3')
        self.assertEqual(client.must('commit').fields['lines'], '3')
        self.assertEqual(client.get('strip/a/gain'), '-7dB')
        self.assertEqual(client.get('strip/a/send/hall'), '-9dB')
        quiet.must('commit')
        self.assertEqual(client.get('strip/a/pan'), 'L40')
        wrong.refused('commit', 'state')
        self.assertEqual(client.get('strip/a/mute'), 'off')

    def test_a_server_that_is_not_there_yet(self):
        client = self.daemon('add bus hall', driver='jack').client()
        self.assertIn('driver=lost', client.greeting)
        client.must('watch state')
        self.start_server()
        client.await_event(r'event state .*driver=jack')
        self.assertTrue(connections())


main(periods=(256,))
