#ifndef DAEMON_TELEMETRY_H
#define DAEMON_TELEMETRY_H
#include "mixer/link.h"
struct telemetry;
struct telemetry_figures {
    double out_ksps, cap_ksps, load_mean, load_p50, load_p99, load_max;
    struct {
        double mean_us, p99_us, max_us;
    } stage[STAGES];
};
struct telemetry *telemetry_new(uint32_t rate);
void telemetry_free(struct telemetry *t);
void telemetry_feed(struct telemetry *t, const struct timing *records, uint32_t n);
void telemetry_figures(const struct telemetry *t, uint64_t now, struct telemetry_figures *out);
#endif
