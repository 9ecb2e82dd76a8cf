/* drivers.c - the table of drivers */
#include "daemon/driver.h"

#include <string.h>

static const struct driver_kind *const kinds[] = {
    &jack_driver,
    &null_driver,
};

uint32_t driver_count(void)
{
    return sizeof kinds / sizeof kinds[0];
}

const struct driver_kind *driver_kind_at(uint32_t i)
{
    return i < driver_count() ? kinds[i] : NULL;
}

const struct driver_kind *driver_find(const char *name)
{
    for (uint32_t i = 0; i < driver_count(); i++)
        if (!strcmp(kinds[i]->name, name))
            return kinds[i];
    return NULL;
}
