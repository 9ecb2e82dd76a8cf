#!/usr/bin/env python3
"""test_client.py - mixdclient.py, the smallest whole client, does everything the protocol offers

The test says every verb that `help` lists, and fails when it has not said one: so the protocol stays
as simple as that client.
"""
import stems
from mixdbox import Box, main
from mixdclient import Mixd, Refused

ROOM = dict(gain='-3dB', pan='L20')


class Said(Mixd):
    """The client under test, remembering which verbs it has said."""
    verbs = set()

    def tell(self, line):
        self.verbs.add(line.split()[0])
        return super().tell(line)


class Client(Box):
    def setUp(self):
        super().setUp()
        for i, name in enumerate(('drums.wav', 'a bell.wav')):
            stems.stem(self.file(name), 1, i)
        stems.hall(self.file('hall.wav'), 0.2)
        self.mixd = Said(self.daemon('add bus hall').socket, timeout=30)
        self.addCleanup(self.mixd.close)

    def value(self, address):
        return self.mixd.get(address).items[address]

    def test_everything(self):
        mixd = self.mixd
        self.assertEqual(mixd.greeting.values['name'], 'mixd')
        self.desk(mixd)
        self.time(mixd)
        self.looking(mixd)
        self.session(mixd)
        mixd.quit()
        self.assertEqual(mixd.verbs, {line.words[1] for line in self.verbs})

    def desk(self, mixd):
        self.verbs = mixd.help().lines
        mixd.add('strip', 'drums', source='drums.wav', loop='on', **ROOM)
        mixd.add('strip', 'bell', source='a bell.wav')
        mixd.add('input', 'mic', channels=2)
        mixd.insert('bus/hall', 'reverb', ir='hall.wav')
        mixd.insert('strip/drums', 'eq', as_='tone')
        mixd.insert('strip/drums', 'compressor', before='tone')
        mixd.load('strip/bell', 'drums.wav')
        self.assertEqual(self.value('strip/bell/source'), 'drums.wav')
        mixd.load('strip/bell', 'a bell.wav')
        self.assertEqual(self.value('strip/bell/source'), 'a bell.wav')
        answer = mixd.set('strip/drums/gain', '-9dB', over='100ms', curve='db')
        self.assertEqual(answer.values['value'], self.value('strip/drums/gain'))
        self.assertEqual(int(answer.values['frame']) % 64, 0)
        self.assertIn('strip/drums', [line.words[1] for line in mixd.ls().lines])
        self.assertEqual(mixd.describe('strip/drums/gain').lines[0].values['max'], '24dB')
        with self.assertRaises(Refused) as refusal:
            mixd.set('strip/drum/gain', '0dB')
        self.assertEqual((refusal.exception.code, refusal.exception.hint),
                         ('unknown', 'strip/drums/gain'))
        mixd.remove('strip/bell')
        for verb, words in (('ports', ()), ('connect', 'ab'), ('disconnect', 'ab')):
            with self.assertRaises(Refused) as refusal:  # the null driver has none
                getattr(mixd, verb)(*words)
            self.assertEqual(refusal.exception.code, 'state')
        mixd.scene('store', 'first', only='gain')
        mixd.set('strip/drums/gain', '-30dB')
        mixd.scene('recall', 'first', over='50ms')
        self.assertEqual(self.value('strip/drums/gain'), '-9dB')
        mixd.undo()
        self.assertEqual(self.value('strip/drums/gain'), '-30dB')

    def time(self, mixd):
        frame = int(mixd.set('strip/drums/pan', 'C', at='+10s').values['frame'])
        pending = mixd.schedule('list').lines[0].values
        self.assertEqual(int(pending['frame']), frame)
        mixd.schedule('cancel', pending['id'])
        mixd.panic()
        mixd.panic('off')
        mixd.begin()
        mixd.set('strip/drums/mute', 'on')
        mixd.abort()
        mixd.begin()
        self.assertEqual(mixd.set('strip/drums/pan', 'L10').values['queued'], '1')
        self.assertEqual(mixd.commit().lines[0].values['value'], 'L10')
        mixd.add('strip', 'gong', source='drums.wav', mode='oneshot')
        mixd.fire('strip/gong')
        mixd.queue('strip/drums', 'a bell.wav')
        mixd.marker('add', 'chorus', '200ms')
        mixd.arm('chorus')
        mixd.go()
        mixd.stop()
        mixd.loop('0s', '500ms')
        mixd.locate('100ms')
        mixd.play()
        self.assertEqual(self.value('transport/state'), 'rolling')
        mixd.stop(over='10ms')

    def looking(self, mixd):
        self.assertIn('OUT', mixd.stats().items)
        mixd.record('master', self.file('out.wav'))
        mixd.record('stop', 'master')
        self.assertIn('driver', mixd.status().items)
        self.assertIn('peak', mixd.meters('master').items)
        self.assertEqual(mixd.version().values['protocol'], '1')
        mixd.watch('stats', rate=50)
        mixd.watch('state')
        mixd.set('strip/drums/mute', 'on')
        missing = {'stats', 'state'}
        for event in mixd.events():
            missing.discard(event.words[1])
            if not missing:
                break
        mixd.unwatch()

    def session(self, mixd):
        mixd.save(self.file('saved.session'))
        before = mixd.get('bus/**', 'strip/**', 'input/**', 'engine/*').items
        mixd.reload()
        mixd.restore(self.file('saved.session'))
        self.assertEqual(mixd.get('bus/**', 'strip/**', 'input/**', 'engine/*').items, before)


if __name__ == '__main__':
    main()
