/* schema.h - what `describe` says, as a JSON Schema
 *
 * It describes an object that has every parameter's address as a key and its value, as
 * `mixctl get --json` gives it, as value: on, off and choices are enumerations, bare numbers have
 * their limits, and what bears a unit is a string. What JSON Schema has no word for (unit, min and
 * max in that unit, step, rampable) is annotated under the name that describe gives it.
 */
#ifndef IPC_SCHEMA_H
#define IPC_SCHEMA_H

#include "ipc/answer.h"
#include "ipc/text.h"

/* Any thread. Appends the members $schema, title, type and properties to an object under way. */
void schema_add(struct text *out, const struct answer *description);

#endif
