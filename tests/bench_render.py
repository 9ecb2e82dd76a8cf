#!/usr/bin/env python3
"""bench_render.py - offline: CPU time per track and frame, beside ecasound and sox

    bench render tracks=128 format=wav24 ns_per_track_frame=... ratio_vs_ecasound=... ...

User and system time of whole processes that mix the same files into a file of 32-bit floats, every
track turned down by as much; the least of TURNS turns that alternate. A ratio over 1: we are
cheaper. What comes out is compared with what sox made, which must agree to -110 dB.
"""
import os
import shutil
import sys
import tempfile

import stems
import wavs
from mixdbox import MIXD

RATE = 48000
TURNS = 3
SECONDS = int(os.environ.get('BENCH_RENDER_SECONDS', '10'))
GAIN_DB = -24


def cost(command, cwd):
    """CPU seconds of a program that must succeed."""
    log = os.path.join(cwd, 'log')
    actions = [(os.POSIX_SPAWN_OPEN, fd, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
               for fd in (1, 2)]
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    if status:
        with open(log, encoding='utf-8', errors='replace') as said:
            sys.exit(f'{command[0]}: status {status}\n{said.read()}')
    return usage.ru_utime + usage.ru_stime


def commands(folder, paths):
    """What each program is told, by name; NAME.wav is what it writes."""
    factor = 10 ** (GAIN_DB / 20)
    session = os.path.join(folder, 'render.session')
    with open(session, 'w', encoding='ascii') as file:
        file.writelines(f'add strip s{i} source={path} gain={GAIN_DB}dB\n'
                        for i, path in enumerate(paths))
    out = {name: os.path.join(folder, f'{name}.wav') for name in ('mixd', 'ecasound', 'sox')}
    chains = [word for i, path in enumerate(paths)
              for word in (f'-a:{i + 1}', f'-i:{path}', f'-ea:{100 * factor:.9f}')]
    inputs = [word for path in paths for word in ('-v', f'{factor:.12f}', path)]
    return {
        'mixd': [MIXD, '-q', 'render', session, '-o', out['mixd'], '--rate', str(RATE)],
        'ecasound': ['ecasound', '-q', '-D', '-b:1024', '-z:nodb', *chains, '-a:all',
                     f'-f:f32_le,2,{RATE}', f'-o:{out["ecasound"]}'],
        'sox': ['sox', '-m', *inputs, '-e', 'float', '-b', '32', out['sox']],
    }


def residual(folder, name):
    """The worst difference between a program's output and sox's, in dBFS."""
    ours, sox = (wavs.read(os.path.join(folder, f'{n}.wav')) for n in (name, 'sox'))
    worst = -200.0
    for a, b in zip(ours.channels, sox.channels):
        n = min(len(a), len(b))
        if abs(len(a) - len(b)) > 1024 or n < RATE:
            sys.exit(f'{name}: {len(a)} frames, sox: {len(b)}')
        worst = max(worst, wavs.residual_db(a[:n], b[:n]))
    return worst


def compare(folder, kind, tracks):
    told = commands(folder, stems.crowd(folder, kind, SECONDS, tracks))
    turns = [{name: cost(command, folder) for name, command in told.items()}
             for _ in range(TURNS)]
    best = {name: min(turn[name] for turn in turns) for name in told}
    noise = residual(folder, 'mixd')
    ns = {name: 1e9 * seconds / (tracks * SECONDS * RATE) for name, seconds in best.items()}
    print(f'bench render tracks={tracks} format={kind} seconds={SECONDS} '
          f'ns_per_track_frame={ns["mixd"]:.2f} ecasound={ns["ecasound"]:.2f} '
          f'sox={ns["sox"]:.2f} ratio_vs_ecasound={ns["ecasound"] / ns["mixd"]:.2f} '
          f'ratio_vs_sox={ns["sox"] / ns["mixd"]:.2f} residual_db={noise:.1f}', flush=True)
    return noise < -110


def main():
    folder = tempfile.mkdtemp(prefix='bench-render.')
    try:
        agree = [compare(folder, kind, 128) for kind in ('wav24', 'flac')]
    finally:
        shutil.rmtree(folder)
    if not all(agree):
        sys.exit('the mixes differ')


main()
