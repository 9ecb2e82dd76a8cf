/* transaction.h - begin ... commit: lines that are obeyed in one quantum, or not at all
 *
 * Each client has one at a time. Its lines are tried on a rehearsal as they come, so that each is
 * answered at once; if the desk has changed meanwhile they are tried again before they are obeyed.
 * Others go on as if it were not there. Who leaves in the middle has said nothing.
 */
#ifndef DAEMON_TRANSACTION_H
#define DAEMON_TRANSACTION_H

#include "ipc/registry.h"

#include <stdbool.h>
#include <stdint.h>

struct client;
struct mixd;
struct needs;
struct transaction;

/* Control. The one that this client (NULL: the session file being read) has begun; or NULL. */
struct transaction *transaction_of(const struct mixd *m, const struct client *c);
/* Control. Where what its lines need of files is kept, borrowed; NULL: they are read there and
 * then.
 */
struct needs *transaction_needs(const struct transaction *t);
/* Control. What becomes of a command of who has begun one: kept, answered from the desk as it is,
 * or refused. */
enum verdict transaction_take(struct transaction *t, struct call *call);

/* Control. A line of this client's, if it has begun one, was refused before it was a command: with
 * it all of them are. `mixd` is a struct mixd, `client` as in transaction_of. */
void transaction_spoil(void *mixd, void *client, const struct reply *reply);

/* Control. The handlers of begin, commit and abort. */
enum verdict transaction_begin(struct call *call);
enum verdict transaction_commit(struct call *call);
enum verdict transaction_abort(struct call *call);

/* Control. The client is gone: so is what it had begun. */
void transaction_drop(struct mixd *m, const struct client *c);
/* Control. All of them. */
void transactions_clear(struct mixd *m);
/* Control. Before the desk is built anew, for another rate: what was tried on it will be tried on
 * that one. */
void transactions_rebase(struct mixd *m);

#endif
