/* peer_zita.h - zita-convolver, the peer of bench_convolver, as a C program sees it */
#ifndef TESTS_PEER_ZITA_H
#define TESTS_PEER_ZITA_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct peer_zita;

/* inputs x outputs responses of `frames` taps each, taps[in * outputs + out]; density as in
 * Convproc::configure; with measured plans and vector mode, its fastest. priority: of its threads,
 * 0 for none. NULL: refused. */
struct peer_zita *peer_zita_new(uint32_t inputs, uint32_t outputs, const float *const *taps,
                                uint32_t frames, uint32_t period, float density, int priority);
void peer_zita_free(struct peer_zita *z);

/* wait: for its threads, as when rendering; else what is late is left out. */
void peer_zita_process(struct peer_zita *z, const float *const *in, float *const *out, bool wait);

#ifdef __cplusplus
}
#endif

#endif
