/* usage.c - how a verb is used, in a row of the table and in what `help` answers */
#include "ipc/usage.h"

#include <string.h>

#define FORM_BREAK " | "

const char *usage_form(const char **at, size_t *length)
{
    const char *form = *at, *end = form ? strstr(form, FORM_BREAK) : NULL;
    if (form)
        *length = end ? (size_t)(end - form) : strlen(form);
    *at = end ? end + strlen(FORM_BREAK) : NULL;
    return form;
}
