/* json.h - the daemon's lines as JSON, one object to a line */
#ifndef IPC_JSON_H
#define IPC_JSON_H

#include "ipc/answer.h"
#include "ipc/text.h"

/* Any thread. Appends {"ok":true,"tag":"7","values":{...},"lines":[...]}, or "ok":false with
 * "code", "text" and "hint". A data line becomes an object of its pairs; a bare word at its start
 * is its "name", more of them are its "words". What reads as a JSON number is one, all else is a
 * string. */
void json_answer(struct text *out, const struct answer *a);

/* Any thread. The same for an answer to `describe`, which then is a JSON Schema too (schema.h). */
void json_description(struct text *out, const struct answer *a);

/* Any thread. Appends {"event":"stats","seq":1,...}. */
void json_event(struct text *out, const struct record *event);

/* Any thread. For who writes objects of their own. A string; a value, as above; a member's comma,
 * unless it is the first of its object or array, and "key":, unless key is NULL; and both. */
void json_string(struct text *out, const char *s);
void json_value(struct text *out, const char *s);
void json_key(struct text *out, const char *key);
void json_member(struct text *out, const char *key, const char *value);

#endif
