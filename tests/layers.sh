#!/bin/sh
# layers.sh - refuse an include that climbs the house, and system headers outside their fence
#
# daemon -> mixer, daemon -> ipc, mixer -> effects, and no other arrow; see README.md.
set -u
cd "$(dirname "$0")/.."
bad=0

refuse() { # what, pattern, files...
    what=$1 pattern=$2
    shift 2
    hits=$(grep -HnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*$pattern" "$@" 2>/dev/null)
    [ -z "$hits" ] && return
    echo "$hits" | sed "s|^|$what: |"
    bad=1
}
but() { # files of the house except those named
    for f in daemon/*.[ch] mixer/*.[ch] effects/*.[ch] ipc/*.[ch]; do
        case " $* " in *" $f "*) ;; *) [ -e "$f" ] && echo "$f" ;; esac
    done
}

refuse "effects knows nobody" '"(daemon|mixer|ipc)/' effects/*.[ch]
refuse "ipc knows nobody" '"(daemon|mixer|effects)/' ipc/*.[ch]
refuse "mixer knows only effects" '"(daemon|ipc)/' mixer/*.[ch]
refuse "console and engine are strangers" '"mixer/engine' mixer/console*.[ch]
refuse "console and engine are strangers" '"mixer/console' mixer/engine.[ch]
refuse "includes start at the root" '"[^/"]*"' daemon/*.[ch] mixer/*.[ch] effects/*.[ch] ipc/*.[ch]
# shellcheck disable=SC2046
{
    refuse "jack is the driver's" '<jack/' $(but daemon/driver_jack.c daemon/driver_jack_transport.c)
    refuse "sndfile is the reader's, the recorder's and the render driver's" '<sndfile' \
        $(but mixer/decoder_sndfile.c mixer/recorder.c mixer/fileformat.c \
            daemon/driver_render.c)
    refuse "opusfile is the reader's" '<opus' $(but mixer/ogg_opus.c)
    refuse "vorbisfile is the reader's" '<vorbis' $(but mixer/ogg_vorbis.c)
    refuse "FLAC is the reader's" '<FLAC/' $(but mixer/decoder_flac.c)
    refuse "mpg123 is the reader's" '<mpg123' $(but mixer/decoder_mpeg.c)
    refuse "libavformat is the reader's" '<lib(av|sw)' $(but mixer/decoder_av_parts.h)
    refuse "samplerate is the converter's and the interpolator's" '<samplerate' $(but mixer/converter_samplerate.c mixer/interpolator.c)
    refuse "soxr is the converter's" '<soxr' $(but mixer/converter_soxr.c)
    refuse "fftw3 is the convolver's" '<fftw3' $(but $(ls effects/convolver*.c effects/fft*.c 2>/dev/null))
    refuse "ncurses is the surface's" '<(n?curses|term)\.h>' $(but ipc/surface_parts.h ipc/terminal.c)
    refuse "sockets are ipc's" '<sys/(socket|un)\.h>' \
        $(for f in daemon/*.[ch] mixer/*.[ch] effects/*.[ch]; do [ -e "$f" ] && echo "$f"; done)
}
[ "$bad" = 0 ] && echo "every include points down"
exit $bad
