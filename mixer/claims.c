/* claims.c - own ports: named places of the daemon's, handed on from who leaves to who comes
 *
 * A node that leaves goes on sounding until its fade is over, and holds its ports as long. Another
 * of the same name may come meanwhile; it takes the same places, and both are heard in the fade.
 */
#include "mixer/console_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct claim *claim_at(const struct console *c, int32_t first)
{
    for (uint32_t i = 0; i < c->claims.n; i++) {
        struct claim *claim = c->claims.at[i];
        if (claim->first == first)
            return claim;
    }
    return NULL;
}

static int claim_share(struct claim *claim, uint32_t channels)
{
    if (claim->held)
        return -EEXIST;
    if (claim->channels != channels)
        return -EBUSY;
    claim->held = true;
    claim->users++;
    return claim->first;
}

int claim_take(struct console *c, const char *name, bool input, uint32_t channels)
{
    struct claim *claim = index_find(&c->claimed[input], name);
    if (claim)
        return claim_share(claim, channels);
    claim = calloc(1, sizeof *claim);
    if (!claim || index_reserve(&c->claimed[input]) || list_add(&c->claims, claim)) {
        free(claim);
        return -ENOMEM;
    }
    int first = c->setup.ports.claim(c->setup.ports.context, name, input, channels);
    if (first < 0) {
        list_remove(&c->claims, claim);
        free(claim);
        return first;
    }
    *claim = (struct claim){
        .input = input, .first = first, .channels = channels, .users = 1, .held = true
    };
    snprintf(claim->name, sizeof claim->name, "%s", name);
    index_add(&c->claimed[input], claim->name, claim); /* reserved */
    return first;
}

int claim_refuse(int err, const char *name, struct refusal *why)
{
    if (err == -EEXIST)
        return refuse(why, FAULT_EXISTS, "there are ports named %s already", name);
    if (err == -EBUSY)
        return refuse(why, FAULT_BUSY, "ports named %s are still fading out", name);
    return refuse(why, FAULT_LIMIT, "no room for ports named %s", name);
}

void claim_yield(struct console *c, int32_t first)
{
    struct claim *claim = claim_at(c, first);
    if (claim)
        claim->held = false;
}

void claim_drop(struct console *c, int32_t first)
{
    struct claim *claim = claim_at(c, first);
    if (!claim || --claim->users > 0)
        return;
    c->setup.ports.drop(c->setup.ports.context, (uint32_t)first, claim->channels);
    list_remove(&c->claims, claim);
    index_remove(&c->claimed[claim->input], claim->name, claim);
    free(claim);
}
