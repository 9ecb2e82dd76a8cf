/* ports.c - the table of ports that the daemon shows to the world */
#include "daemon/ports.h"

#include "mixer/index.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ports {
    struct port table[PORTS_MAX];
    struct index named; /* those in use */
    uint32_t end;       /* one more than the highest place in use */
    uint64_t serial;
};

struct ports *ports_new(void)
{
    struct ports *p = calloc(1, sizeof *p);
    if (p && ports_claim(p, "out", "Master", false, 2) >= 0)
        return p;
    ports_free(p);
    return NULL;
}

void ports_free(struct ports *p)
{
    if (!p)
        return;
    index_clear(&p->named);
    free(p);
}

static void name_port(char out[PORT_NAME_MAX], const char *name, uint32_t k)
{
    int named = snprintf(out, PORT_NAME_MAX, "%s_%u", name, k);
    assert(named > 0 && named < PORT_NAME_MAX);
    (void)named;
}

/* Is there a port named NAME_k for a k from 1 to channels? */
static bool taken(const struct ports *p, const char *name, uint32_t channels)
{
    char port[PORT_NAME_MAX];
    for (uint32_t k = 1; k <= channels; k++) {
        name_port(port, name, k);
        if (index_find(&p->named, port))
            return true;
    }
    return false;
}

/* The first of `channels` free places in a row, or PORTS_MAX. */
static uint32_t room(const struct ports *p, uint32_t channels)
{
    uint32_t run = 0;
    for (uint32_t i = 0; i < PORTS_MAX; i++) {
        run = p->table[i].used ? 0 : run + 1;
        if (run == channels)
            return i + 1 - channels;
    }
    return PORTS_MAX;
}

int ports_claim(struct ports *p, const char *name, const char *label, bool input, uint32_t channels)
{
    assert(channels > 0);
    if (taken(p, name, channels))
        return -EEXIST;
    uint32_t first = room(p, channels);
    if (first == PORTS_MAX)
        return -ENOSPC;
    for (uint32_t i = 0; i < channels; i++) {
        struct port *port = &p->table[first + i];
        *port = (struct port){ .used = true, .input = input };
        name_port(port->name, name, i + 1);
        snprintf(port->pretty, sizeof port->pretty, "%s %u", label, i + 1);
        if (!index_add(&p->named, port->name, port))
            continue;
        ports_drop(p, first, i + 1);
        return -ENOMEM;
    }
    if (first + channels > p->end)
        p->end = first + channels;
    p->serial++;
    return (int)first;
}

void ports_drop(struct ports *p, uint32_t first, uint32_t channels)
{
    assert(first + channels <= PORTS_MAX);
    for (uint32_t i = first; i < first + channels; i++) {
        index_remove(&p->named, p->table[i].name, &p->table[i]);
        p->table[i].used = false;
    }
    while (p->end > 0 && !p->table[p->end - 1].used)
        p->end--;
    p->serial++;
}

uint32_t ports_end(const struct ports *p)
{
    return p->end;
}

const struct port *ports_at(const struct ports *p, uint32_t place)
{
    assert(place < PORTS_MAX);
    return &p->table[place];
}

uint64_t ports_serial(const struct ports *p)
{
    return p->serial;
}
