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
