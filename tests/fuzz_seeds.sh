#!/bin/sh
# fuzz_seeds.sh - what a fuzz target begins with
#
# fuzz_seeds.sh TARGET FOLDER   For the targets that need any: small files, made into FOLDER.
set -eu
folder=$2

sound() { # name sox-option...
    name=$1
    shift
    sox -R -D -n "$@" "$folder/$name" synth 0.05 sine 440 sine 1000 gain -6
}
encoded() { # name ffmpeg-option...
    name=$1
    shift
    ffmpeg -v error -y -f lavfi -i "sine=440:d=0.4:r=48000" -fflags +bitexact "$@" "$folder/$name"
}

case $1 in
fuzz_audiofile | fuzz_pipe)
    for depth in 8 16 24 32; do
        sound $depth.wav -r 48000 -c 2 -b $depth
    done
    sound float.wav -r 44100 -c 2 -e floating-point -b 32
    sound double.wav -r 48000 -c 2 -e floating-point -b 64
    sound big.au -r 48000 -c 2 -b 16
    encoded rf64.wav -t 0.05 -rf64 always
    ;;
esac
case $1 in
fuzz_audiofile)
    sound law.wav -r 8000 -c 2 -e mu-law
    sound adpcm.wav -r 8000 -c 2 -e ima-adpcm
    sound 16.aiff -r 48000 -c 2 -b 16
    sound 16.w64 -r 48000 -c 2 -b 16
    sound 16.caf -r 48000 -c 2 -b 16
    sound 16.flac -r 48000 -c 2 -b 16
    sound 24.flac -r 44100 -c 2 -b 24
    encoded a.mp3 -b:a 64k -metadata title=seed
    encoded bare.mp3 -b:a 48k -write_xing 0 -id3v2_version 0
    encoded a.ogg -c:a libvorbis -page_duration 50000
    encoded a.opus -c:a libopus -b:a 32k -page_duration 50000
    encoded flac.ogg -c:a flac -f ogg -page_duration 50000
    ;;
esac
case $1 in
fuzz_session)
    strips='add strip a source=a.wav\nadd strip b source=b.wav:1 gain=-6dB offset=100ms\n'
    seed() { # name lines
        # shellcheck disable=SC2059
        printf "$strips$2" >"$folder/$1"
    }
    seed transaction 'begin\nadd bus a\nset strip/a/send/a -6dB\nplay\ncommit at +100ms\n~run\n'
    seed schedule 'play\nset strip/a/gain -3dB over 50ms at 100ms\nset strip/b/mute ! at +100ms\n~run\n~run\n'
    seed cancelled 'marker add m 100ms\nset strip/b/pan L50 at m\nschedule cancel 1\nplay\n~run\n'
    seed scenes 'scene store x\nset strip/a/gain -9dB\nscene store y\nscene recall x over 1s\n~run\n'
    seed morph 'scene store x\nset strip/b/mute on\nscene store y\nscene morph x y\nset scene/morph 0.3\n'
    seed groups 'add group g gain=-6dB\nset strip/a/group g\nset group/g/solo on\nplay\n~run\n'
    seed queue 'queue strip/a b.wav a.wav\nplay\n~run\nqueue strip/a next\n~run\nqueue strip/a clear\n'
    seed loop 'loop 10ms 60ms\nplay\n~run\nloop off\nlocate 1s\n~run\nstop over 20ms\n~run\n'
    seed shot 'set strip/b/mode oneshot\nfire strip/b\n~run\nfire strip/b stop over 1s\n~run\n'
    seed armed 'marker add m 50ms primed=on\narm m\ngo\n~run\npanic\n~run\npanic off\nundo\n'
    seed swaps 'play\n~run\nload strip/a b.wav\nset strip/b/rate 0.5\n~run\nremove strip/a\n~run\n'
    seed effects 'insert strip/a eq as e low.gain=3dB\nadd bus h\ninsert bus/h room\n~run\n'
    seed listen 'add bus l out=phones\nset strip/a/l pfl\nplay\n~run\nset strip/a/l afl\n~run\n'
    ;;
esac
