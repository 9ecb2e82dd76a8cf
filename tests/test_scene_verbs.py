#!/usr/bin/env python3
"""test_scene_verbs.py - scenes as a person at the socket uses them"""
import stems
from mixdbox import Box, fields, main, words

SESSION = '''
    add group band gain=-3dB mute=on
    add bus hall
    insert bus/hall room as echo
    add strip drums source=drums.wav send/hall=-18dB
    add strip vox source=drums.wav gain=-3dB group=band send/hall=-9dB
    add input mic'''


class Scenes(Box):
    def setUp(self):
        super().setUp()
        stems.stem(self.file('drums.wav'), 0.5, 0)
        self.mixd = self.daemon(SESSION)
        self.client = self.mixd.client()

    def changed(self, command):
        return int(self.client.must(command).fields['changed'])

    def test_what_a_scene_holds(self):
        """All that is settable, but for texts, files and their places, engine and transport."""
        held = set(self.client.must('scene store a') and
                   self.client.must('scene show a').values())
        for line in self.client.must('describe').lines:
            address, row = words(line)[0], fields(line)
            owner, _, rest = address.partition('/')
            desk = owner in ('strip', 'input', 'bus', 'group', 'master')
            inside = '/' in rest.partition('/')[2] or row['rampable'] == 'on'
            self.assertEqual(address in held, desk and row.get('fixed') != 'on' and
                             row['type'] != 'text' and inside, line)
        self.assertNotIn('strip/vox/source', held)
        self.assertNotIn('strip/vox/offset', held)

    def test_store_diff_recall_undo(self):
        must = self.client.must
        before = must('get **').values()
        must('scene store a')
        self.assertEqual(must('scene diff a').lines, [])
        must('set strip/vox/gain -20dB')
        must('set bus/hall/echo/decay 5s')
        must('set strip/drums/send/hall -inf')
        after = must('get **').values()
        self.assertEqual([words(line)[0] for line in must('scene diff a').lines],
                         ['bus/hall/echo/decay', 'strip/drums/send/hall', 'strip/vox/gain'])
        self.assertIn('strip/vox/gain scene=-3dB now=-20dB', must('scene diff a').lines)
        self.assertEqual(self.changed('scene recall a over 100ms'), 3)
        self.assertEqual(must('get **').values(), before)
        self.assertEqual(must('scene recall a').fields['same'], '1')
        self.client.refused('undo', 'state')
        must('set strip/vox/gain -20dB')
        self.assertEqual(self.changed('scene recall a'), 1)
        self.assertEqual(self.changed('undo over 50ms'), 1)
        self.assertEqual(self.client.get('strip/vox/gain'), '-20dB')
        self.assertEqual(self.changed('undo'), 1)
        self.assertEqual(self.client.get('strip/vox/gain'), '-3dB')
        self.assertEqual(after['strip/vox/gain'], '-20dB')

    def test_scopes(self):
        must = self.client.must
        must('scene store a')
        changes = ('strip/vox/gain -20dB', 'strip/vox/mute on', 'strip/vox/send/hall -40dB',
                   'strip/drums/gain -30dB', 'bus/hall/echo/decay 5s', 'input/mic/pan L50')
        for scope, count in (('', 6), ('only=gain', 2), ('only=gain,mute', 3), ('only=send', 1),
                             ('only=effect', 1), ('only=strip/vox', 3), ('except=strip/vox', 3),
                             ('only=strip/*/gain', 2), ('only=strip/* except=gain', 2),
                             ('except=gain,mute,send,effect', 1), ('only=input/mic,bus/hall', 2)):
            for change in changes:
                must(f'set {change}')
            self.assertEqual(self.changed(f'scene recall a {scope}'), count, scope)
        must('scene store b only=strip/vox')
        self.assertTrue(all(address.startswith('strip/vox/')
                            for address in must('scene show b').values()))

    def test_watchers_are_told(self):
        self.client.must('scene store a')
        self.client.must('set strip/vox/gain -20dB')
        self.client.must('watch state')
        self.mixd.client().must('scene recall a')
        event = fields(self.client.await_event('^event state .*strip/vox/gain'))
        self.assertEqual(event['value'], '-3dB')

    def test_saved_and_restored(self):
        must = self.client.must
        must('scene store a')
        must('set strip/vox/gain -20dB')
        must('scene store b')
        must('scene morph a b')
        must('set scene/morph 0.5')
        must('set strip/drums/safe on')
        must('set group/band/mute off')
        shown = [must(f'scene show {name}').lines for name in 'ab']
        must(f'save {self.file("one.session")}')
        must(f'restore {self.file("one.session")}')
        self.assertEqual([must(f'scene show {name}').lines for name in 'ab'], shown)
        self.assertEqual(self.client.get('scene/morph'), '0.5')
        self.assertEqual(self.client.get('strip/vox/group'), 'band')
        self.assertEqual(must('get group/**').values(), {
            'group/band/gain': '-3dB', 'group/band/mute': 'off', 'group/band/solo': 'off'})
        self.assertEqual(self.client.get('strip/vox/gain'), '-11.5dB')
        must(f'save {self.file("two.session")}')
        with open(self.file('one.session'), 'rb') as one, \
                open(self.file('two.session'), 'rb') as two:
            self.assertEqual(one.read(), two.read())
        must(f'restore {self.file("test.session")}')
        self.assertEqual(must('scene list').lines, [])

    def test_what_is_put_twice_is_there_once(self):
        """Else a session could be saved that is refused when it is read."""
        self.client.must('scene put a strip/vox/gain=-4dB strip/drums/gain=-1dB')
        self.client.must('scene put a strip/vox/gain=-5dB')
        self.assertEqual(self.client.must('scene show a').values(),
                         {'strip/vox/gain': '-5dB', 'strip/drums/gain': '-1dB'})
        self.assertEqual(len(self.client.must('scene show a').lines), 2)
        self.client.must('scene store b')
        count = len(self.client.must('scene show b').lines)
        self.client.must('scene put b strip/vox/gain=-5dB')
        self.assertEqual(len(self.client.must('scene show b').lines), count)

    def test_refusals(self):
        refused = self.client.refused
        self.client.must('scene store intro')
        self.assertEqual(refused('scene recall intor', 'unknown').hint, 'intro')
        refused('scene', 'missing')
        refused('scene store', 'missing')
        refused('scene store a/b', 'syntax')
        refused('scene remember intro', 'syntax')
        refused('scene recall intro quickly', 'syntax')
        refused('scene put intro strip/vox/source=drums.wav', 'denied')
        refused('scene put intro strip/nobody/gain=0dB', 'unknown')
        refused('scene put intro strip/vox/gain=loud', 'type')
        refused('scene morph intro outro', 'unknown')
        refused('set scene/morph 0.5', 'state')
        self.client.must('scene remove intro')
        refused('scene remove intro', 'unknown')


if __name__ == '__main__':
    main()
