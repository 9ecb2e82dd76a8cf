"""stems.py - songs made of nothing: stems, impulse responses and sessions for tests

Made by sox with its repeatable dither and noise, so the same files every time.
"""
import os

from mixdbox import run

NOTES = ('E2', 'A2', 'D3', 'G3', 'B3', 'E4', 'G4', 'B4')


def stem(path, seconds, index, rate=48000, channels=1):
    """A plucked string, another note for every index; the format follows the path's ending."""
    notes = [NOTES[(index + c) % len(NOTES)] for c in range(channels)]
    synth = [word for note in notes for word in ('pluck', note)]
    bits = () if path.endswith('.ogg') else ('-b', '24')
    run('sox', '-R', '-n', '-r', str(rate), '-c', str(channels), *bits, path,
        'synth', str(seconds), *synth, 'gain', '-9')


def hall(path, seconds, rate=48000):
    """A stereo impulse response: noise that fades to nothing."""
    run('sox', '-R', '-n', '-r', str(rate), '-c', '2', '-b', '24', path, 'synth', str(seconds),
        'whitenoise', 'whitenoise', 'fade', 'l', '0', str(seconds), str(seconds), 'gain', '-24')


def song(box, seconds=4):
    """The lines of a session of 16 stems in a hall, with its files in the box: mono and stereo,
    four formats, two rates, gains, pans, sends and offsets."""
    hall(box.file('hall.wav'), 1.5, 44100)
    lines = ['add bus hall', 'insert bus/hall reverb ir=hall.wav predelay=20ms']
    for i in range(16):
        name = f'stem{i}.{("wav", "flac", "ogg", "aiff")[i % 4]}'
        stem(box.file(name), seconds, i, (48000, 44100)[i // 4 % 2], 1 + i // 8)
        lines.append(f'add strip s{i} source={name} gain={-6 - i % 5}dB '
                     f'pan={"L" if i % 2 else "R"}{i * 6} send/hall={-12 - i}dB '
                     f'offset={i % 3 * 4801}f')
    return '\n'.join(lines)


def crowd(folder, kind, seconds, tracks, differ=16):
    """The paths of many stereo files of pink noise: `wav24` and `flac` (16 bit) at 48 kHz, `44100` a
    24-bit WAV at that rate. Only `differ` of them are files, the others are links to those by names
    of their own, so that a thousand fit into the page cache: what is measured is no disk."""
    ending, bits, rate = {'wav24': ('wav', 24, 48000), 'flac': ('flac', 16, 48000),
                          '44100': ('wav', 24, 44100)}[kind]
    paths = [os.path.join(folder, f'{kind}-{i}.{ending}') for i in range(tracks)]
    for i, path in enumerate(paths):
        if os.path.lexists(path):
            continue
        if i >= differ:
            os.symlink(paths[i % differ], path)
            continue
        # wavpcm: the old header, since ecasound does not know the extensible one.
        kind_of_wav = ('-t', 'wavpcm') if ending == 'wav' else ()
        run('sox', '-R', '-n', '-r', str(rate), '-c', '2', '-b', str(bits), *kind_of_wav, path,
            'synth', str(seconds + i), 'pinknoise', 'pinknoise', 'trim', str(i), 'gain', '-20')
    return paths
