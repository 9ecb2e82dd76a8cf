/* wait.h - waits until a daemon's desk is in a state */
#ifndef IPC_WAIT_H
#define IPC_WAIT_H

/* What can be waited for, as a usage line names it: "playing|stopped|primed|silence". playing: the
 * transport rolls; stopped: it stands; primed: all that was asked for is in place and every track
 * that is to play is filled; silence: nothing above -90 dBFS leaves the master for a fifth of a
 * second. */
const char *wait_goals(void);

/* One thread. Asks the daemon at `path` until it is so; `timeout_s` 0: for ever. 0 or -errno:
 * -EINVAL (no such goal), -ETIMEDOUT, -ENOENT or -ECONNREFUSED (no daemon), -EPIPE (it has gone),
 * -EPROTO (it speaks another language), -EINTR (an interrupt). */
int wait_run(const char *path, const char *goal, double timeout_s);

#endif
