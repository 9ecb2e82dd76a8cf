# make          build/mixd and build/mixctl
# make check    installs what is missing, builds and runs every test
# make demo     real stems, a real reverb, a JACK server, live meters  (STEMS=dir for your own)
# make bench    speed, as ratios beside the peers
# make asan|tsan|fuzz    the suite under the sanitizers; the fuzz targets for FUZZ_SECONDS each
# make install  DESTDIR= PREFIX=/usr/local

CC      = gcc
VERSION = 0.1.0
PREFIX  = /usr/local
BUILD   = build
OPT     = -O3 -g
SAN     =

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
       -Werror
# 1: fixed rates are converted by libsoxr; 0: by libsamplerate, far dearer. Give each a BUILD of its own.
SOXR    := $(if $(shell pkg-config --exists soxr 2>/dev/null && echo yes),1,0)
RATES    = $(if $(filter 1,$(SOXR)),soxr,samplerate)
# 1: Matroska and MP4 by libavformat, with any number of streams (Debian's, installed only then).
AV       = 0
AV_PC    = $(if $(filter 1,$(AV)),libavformat libavcodec libswresample libavutil)
LIBS_PC  = $(AV_PC) jack fftw3f sndfile samplerate $(filter soxr,$(RATES)) opusfile vorbisfile flac \
           libmpg123
# := so that pkg-config is asked once; empty before `make deps` has run, which re-runs make.
PC_CFLAGS := $(shell pkg-config --cflags $(LIBS_PC) 2>/dev/null)
PC_LIBS   := $(shell pkg-config --libs $(LIBS_PC) 2>/dev/null)
CPPFLAGS += -I. -D_GNU_SOURCE -DMIXD_VERSION='"$(VERSION)"' $(PC_CFLAGS)
CFLAGS   += -std=c17 $(OPT) -fopenmp-simd -pthread $(WARN) $(SAN)
LDLIBS   += $(PC_LIBS) -lm -pthread
# What a test, a bench or a fuzz target needs beyond that is named once, here.
LDLIBS_bench_convolver = -lzita-convolver -lstdc++
SHORTAGE = $(foreach f,malloc calloc realloc aligned_alloc strdup mmap,-Wl,--wrap=$(f))
LDLIBS_test_audiofile = -Wl,--wrap=close
LDLIBS_test_rehearsal = $(SHORTAGE)
LDLIBS_test_restoring = -Wl,--wrap=audiofile_open
LDLIBS_test_shortage = $(SHORTAGE)

SRC  = $(wildcard daemon/*.c mixer/*.c effects/*.c ipc/*.c)
MAIN = daemon/main.c ipc/mixctl.c
LIB  = $(filter-out $(MAIN) $(filter-out mixer/converter_$(RATES).c,\
           $(wildcard mixer/converter_*.c)) \
           $(if $(AV_PC),mixer/decoder_none.c,$(wildcard mixer/decoder_av*.c)),$(SRC))
OBJ  = $(LIB:%.c=$(BUILD)/%.o)
TESTS   = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/test_*.c))
BENCHES = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/bench_*.c))
# Programs that shell tests run.
TOOLS   = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/jack_*.c tests/fuse_*.c))
SCRIPTS = $(sort $(wildcard tests/test_*.sh tests/test_*.py) tests/layers.sh)
# Every test of the audio half is linked with the guard that aborts on a sin in the audio thread.
GUARD = $(BUILD)/tests/rtguard.o
HELP  = $(BUILD)/tests/signals.o $(BUILD)/tests/wavfile.o $(BUILD)/tests/folder.o
# An archive, so that only tests that play the audio thread themselves link the engine through it.
STUDIO = $(BUILD)/tests/libstudio.a

all: $(BUILD)/mixd $(BUILD)/mixctl

# The names that build/rtguard.so looks for are visible, so that the real daemon can be guarded.
$(BUILD)/mixd: $(BUILD)/daemon/main.o $(BUILD)/libmixd.a
	$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--export-dynamic-symbol='rt_*' -o $@ $^ $(LDLIBS)

$(BUILD)/mixctl: $(BUILD)/ipc/mixctl.o $(BUILD)/libmixd.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lncursesw -ltinfo -lm -pthread

$(BUILD)/libmixd.a: $(OBJ)
	rm -f $@
	ar rcs $@ $^

$(STUDIO): $(BUILD)/tests/studio.o
	rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $(HELP) $(STUDIO) $(GUARD) $(BUILD)/libmixd.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(LDLIBS_test_$*) -ldl

# A limit that is measured without fused multiply-adds is none.
$(BUILD)/tests/convolver_limit.o: CFLAGS += -ffp-contract=fast

# The peer is C++ and has a file of its own.
$(BUILD)/tests/bench_convolver: $(BUILD)/tests/peer_zita.o $(BUILD)/tests/convolver_limit.o

$(BUILD)/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) -std=c++17 $(OPT) -Wall -Wextra -MMD -MP -c -o $@ $<

$(BUILD)/tests/bench_%: $(BUILD)/tests/bench_%.o $(HELP) $(STUDIO) $(BUILD)/libmixd.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(LDLIBS_bench_$*)

$(BUILD)/tests/jack_%: $(BUILD)/tests/jack_%.o $(HELP)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/fuse_%: $(BUILD)/tests/fuse_%.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lfuse3

$(BUILD)/rtguard.so: tests/rtguard.c tests/rtguard.h effects/rt.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -fPIC -shared -o $@ $< -ldl

$(BUILD)/noadvice.so: tests/noadvice.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -fPIC -shared -o $@ $<

$(BUILD)/slowread.so: tests/slowread.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-pedantic -fPIC -shared -o $@ $< -ldl

$(BUILD)/slowstart.so: tests/slowstart.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-pedantic -fPIC -shared -o $@ $< -ldl

# Test programs and shell tests, one after the other; ends with `N passed, N failed, N skipped`.
check: NEEDS = tests
check: deps
	@$(MAKE) --no-print-directory all tests
	@BUILD=$(BUILD) tests/run.sh $(sort $(TESTS)) $(SCRIPTS)

tests: $(TESTS) $(TOOLS) $(BUILD)/rtguard.so $(BUILD)/slowread.so $(BUILD)/slowstart.so

bench: NEEDS = tests
bench: deps
	@$(MAKE) --no-print-directory all benches
	@for b in $(sort $(BENCHES)) tests/bench_*.py; do BUILD=$(BUILD) $$b || exit 1; done

benches: $(BENCHES) $(BUILD)/noadvice.so

asan: NEEDS = tests
asan: deps
	@$(MAKE) --no-print-directory check BUILD=build-asan OPT='-O1 -g' \
	    SAN='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'

tsan: NEEDS = tests
tsan: deps
	@$(MAKE) --no-print-directory check BUILD=build-tsan OPT='-O1 -g' SAN='-fsanitize=thread'

FUZZ_SECONDS = 20
FUZZERS = $(patsubst tests/%.c,%,$(wildcard tests/fuzz_*.c))
# What they found worth keeping stays in build-fuzz/corpus, and the next run begins with it.
FUZZ = -max_total_time=$(FUZZ_SECONDS) -len_control=0 -print_final_stats=0 -verbosity=0 \
       -timeout=20 -rss_limit_mb=2048 -artifact_prefix=build-fuzz/
FUZZ_LEN = 1024
FUZZ_LEN_fuzz_audiofile = 16384
fuzz: NEEDS = fuzz tests
fuzz: deps
	@$(MAKE) --no-print-directory $(FUZZERS:%=build-fuzz/tests/%) BUILD=build-fuzz CC=clang WARN= \
	    OPT='-O1 -g' SAN='-fsanitize=fuzzer-no-link,address,undefined'
	@$(MAKE) --no-print-directory $(FUZZERS:%=run-%)

run-fuzz_%:
	@echo "fuzz_$*"
	@mkdir -p build-fuzz/corpus/fuzz_$*
	@tests/fuzz_seeds.sh fuzz_$* build-fuzz/corpus/fuzz_$*
	@build-fuzz/tests/fuzz_$* $(FUZZ) -max_len=$(or $(FUZZ_LEN_fuzz_$*),$(FUZZ_LEN)) \
	    build-fuzz/corpus/fuzz_$*

$(BUILD)/tests/fuzz_%: $(BUILD)/tests/fuzz_%.o $(HELP) $(BUILD)/libmixd.a
	$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LDLIBS)

demo: NEEDS = demo
demo: deps
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) conf/demo.sh "$(STEMS)"

# What a goal needs beyond the build it says as `GOAL: NEEDS = ...`.
deps:
	@conf/packages.sh $(NEEDS) $(if $(AV_PC),av)

SHARE = $(DESTDIR)$(PREFIX)/share
install: all
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/bin $(BUILD)/mixd $(BUILD)/mixctl
	install -D -m 644 -t $(SHARE)/man/man1 daemon/mixd.1 ipc/mixctl.1
	install -D -m 644 -t $(SHARE)/man/man5 daemon/mixd-session.5
	install -D -m 644 -t $(SHARE)/man/man7 ipc/mixd-protocol.7
	install -D -m 644 conf/mixctl.bash $(SHARE)/bash-completion/completions/mixctl
	install -D -m 644 conf/mixctl.zsh $(SHARE)/zsh/vendor-completions/_mixctl
	install -D -m 644 -t $(SHARE)/mixd conf/demo.session conf/limits.conf
	install -D -m 644 -t $(SHARE)/doc/mixd README.md LICENSE COPYING
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/lib/systemd/system conf/mixd.service
	sed -i 's|/usr/local|$(PREFIX)|g' $(SHARE)/man/man1/mixd.1 \
	    $(DESTDIR)$(PREFIX)/lib/systemd/system/mixd.service

clean:
	rm -rf build build-*

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
.PHONY: all check tests bench benches asan tsan fuzz demo deps install clean
.SECONDARY:
