/* fades.c - movements that somebody waits for */
#include "daemon/fades.h"

#include "daemon/agenda.h"
#include "daemon/asker.h"
#include "daemon/mixd.h"
#include "daemon/watch.h"
#include "ipc/text.h"
#include "mixer/console.h"
#include "mixer/link.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { FADES_MOST = 65536 }; /* beyond that nobody is told */

struct fade {
    struct place by_end;     /* key: the frame by which it is over; first, so that it is the fade */
    struct place by_address; /* key: a hash of it */
    struct asker asker;
    char address[];
};

struct fades {
    struct agenda ends, addresses;
    uint64_t order;
};

struct fades *fades_new(void)
{
    return calloc(1, sizeof(struct fades));
}

static void fade_end(struct fades *f, struct fade *fade)
{
    agenda_remove(&f->ends, &fade->by_end);
    agenda_remove(&f->addresses, &fade->by_address);
    free(fade);
}

void fades_free(struct fades *f)
{
    for (struct place *p; f && (p = agenda_from(&f->ends, 0, 0));)
        fade_end(f, (struct fade *)p);
    free(f);
}

/* FNV-1a, 64 bits. */
static uint64_t hash(const char *text)
{
    uint64_t h = 14695981039346656037u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h;
}

static struct fade *find(const struct fades *f, const char *address)
{
    uint64_t key = hash(address);
    for (struct place *p = agenda_from(&f->addresses, key, 0); p && p->key == key;
         p = agenda_next(&f->addresses, p)) {
        struct fade *fade = (struct fade *)((char *)p - offsetof(struct fade, by_address));
        if (!strcmp(fade->address, address))
            return fade;
    }
    return NULL;
}

static void tell(struct mixd *m, const struct fade *fade, uint64_t at, const char *how)
{
    struct text out = { 0 };
    struct console_value v;
    struct refusal why;
    asker_write(&fade->asker, &out);
    text_printf(&out, "address=%s at=%" PRIu64, fade->address, at);
    if (!console_get(m->console, fade->address, &v, &why)) {
        text_add_string(&out, " value=");
        word_write(&out, v.text);
    }
    text_add_string(&out, how);
    watch_tell(m, fade->asker.client, TOPIC_DONE, text_string(&out));
    text_clear(&out);
}

void fades_begin(const struct call *call, const char *address, uint64_t frame, uint32_t frames)
{
    struct mixd *m = call->context;
    struct fades *f = m->fades;
    struct fade *before = f->ends.n ? find(f, address) : NULL;
    if (before) {
        tell(m, before, frame, " cancelled=on");
        fade_end(f, before);
    }
    struct asker asker = asker_of(call);
    if (!asker.client || frames == UINT32_MAX || f->ends.n == FADES_MOST)
        return;
    struct fade *fade = malloc(sizeof *fade + strlen(address) + 1);
    if (!fade)
        return;
    *fade = (struct fade){ .asker = asker };
    strcpy(fade->address, address);
    fade->by_end.key = frame + frames;
    fade->by_address.key = hash(address);
    fade->by_end.order = fade->by_address.order = ++f->order;
    agenda_add(&f->ends, &fade->by_end);
    agenda_add(&f->addresses, &fade->by_address);
}

void fades_tick(struct mixd *m)
{
    struct fades *f = m->fades;
    uint64_t now = console_status(m->console)->frame;
    for (struct place *p; (p = agenda_from(&f->ends, 0, 0)) && p->key <= now;) {
        tell(m, (struct fade *)p, p->key, "");
        fade_end(f, (struct fade *)p);
    }
}

void fades_finish(struct mixd *m)
{
    struct fades *f = m->fades;
    for (struct place *p; (p = agenda_from(&f->ends, 0, 0));) {
        tell(m, (struct fade *)p, 0, "");
        fade_end(f, (struct fade *)p);
    }
}
