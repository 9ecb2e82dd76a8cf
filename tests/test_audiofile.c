/* test_audiofile.c - formats, refusals, liars, rates and seeks of the audio file reader */
#include "tests/check.h"
#include "tests/signals.h"
#include "tests/wavfile.h"

#include "mixer/audiofile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/mixd-audiofile-XXXXXX";

/* A path in the test's folder; good until the next call but one. */
static const char *in_folder(const char *name)
{
    static char paths[2][128];
    static int turn;
    turn = !turn;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", folder, name);
    return paths[turn];
}

static const char *write_wav(const char *name, uint32_t rate, uint32_t channels, size_t frames,
                             const float *data)
{
    struct wavfile w = { rate, channels, frames, (float *)(uintptr_t)data };
    const char *path = in_folder(name);
    CHECK_INT(wavfile_write(path, &w, WAVFILE_FLOAT), 0);
    return path;
}

static struct audiofile *open_at(const char *path, uint32_t rate, enum quality quality,
                                 struct audiofile_info *info)
{
    const char *why = NULL;
    struct audiofile *f = audiofile_open(path, rate, quality, info, &why);
    if (!f)
        CHECK_FAIL("%s", why);
    return f;
}

enum { STEREO = 2, FRAMES = 5000 };

static void frames_come_as_they_are(void)
{
    static float data[STEREO * FRAMES], out[STEREO * FRAMES];
    struct audiofile_info info;
    signal_noise(data, STEREO * FRAMES, 1, 1.0);
    struct audiofile *f =
        open_at(write_wav("a.wav", 48000, 2, FRAMES, data), 48000, QUALITY_BEST, &info);
    CHECK_INT(info.channels, 2);
    CHECK_INT(info.frames, FRAMES);
    CHECK_INT(info.file_rate, 48000);
    CHECK_STR(info.format, "WAV 32 bit float");
    CHECK_INT(audiofile_read(f, out, 4000), 4000);
    CHECK_INT(audiofile_read(f, out + 8000, 4000), 1000);
    CHECK_INT(audiofile_read(f, out, 10), 0);
    CHECK(memcmp(data, out, sizeof data) == 0);
    CHECK(audiofile_problem(f) == NULL);
    CHECK_INT(audiofile_seek(f, 1234), 0);
    CHECK_INT(audiofile_read(f, out, 100), 100);
    CHECK(memcmp(data + 2468, out, 800) == 0);
    CHECK_INT(audiofile_seek(f, FRAMES), 0);
    CHECK_INT(audiofile_read(f, out, 1), 0);
    CHECK(audiofile_problem(f) == NULL);
    audiofile_close(f);
    audiofile_close(NULL);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    RUN(frames_come_as_they_are);
    return check_done();
}
