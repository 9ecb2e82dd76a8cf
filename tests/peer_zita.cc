// peer_zita.cc - zita-convolver, the peer of bench_convolver, as a C program sees it
#include "tests/peer_zita.h"

#include <cstring>
#include <ctime>
#include <sched.h>
#include <zita-convolver.h>

struct peer_zita {
    Convproc proc;
    uint32_t inputs, outputs, period;
};

struct peer_zita *peer_zita_new(uint32_t inputs, uint32_t outputs, const float *const *taps,
                                uint32_t frames, uint32_t period, float density, int priority)
{
    peer_zita *z = new peer_zita{ {}, inputs, outputs, period };
    z->proc.set_options(Convproc::OPT_FFTW_MEASURE | Convproc::OPT_VECTOR_MODE |
                        Convproc::OPT_LATE_CONTIN);
    int error = z->proc.configure(inputs, outputs, frames, period, period, Convproc::MAXPART,
                                  density);
    for (uint32_t i = 0; i < inputs && !error; i++)
        for (uint32_t o = 0; o < outputs && !error; o++)
            error = z->proc.impdata_create(i, o, 1, const_cast<float *>(taps[i * outputs + o]), 0,
                                           int32_t(frames));
    if (!error)
        error = z->proc.start_process(priority, priority ? SCHED_FIFO : SCHED_OTHER);
    // Its threads are not ready when start_process returns, and what they miss is lost.
    struct timespec while_they_start = { 0, 50 * 1000 * 1000 };
    nanosleep(&while_they_start, nullptr);
    if (!error)
        return z;
    peer_zita_free(z);
    return nullptr;
}

void peer_zita_free(struct peer_zita *z)
{
    if (!z)
        return;
    z->proc.stop_process();
    while (!z->proc.check_stop())
        sched_yield();
    z->proc.cleanup();
    delete z;
}

void peer_zita_process(struct peer_zita *z, const float *const *in, float *const *out, bool wait)
{
    for (uint32_t i = 0; i < z->inputs; i++)
        memcpy(z->proc.inpdata(i), in[i], z->period * sizeof(float));
    z->proc.process(wait);
    for (uint32_t o = 0; o < z->outputs; o++)
        memcpy(out[o], z->proc.outdata(o), z->period * sizeof(float));
}
