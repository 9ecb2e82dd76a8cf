/* log.h - what the daemon has to say, on standard error and to whoever watches
 *
 * Only the control thread logs; other threads hand what they know to it first. Bytes that a
 * terminal could take amiss come out as `?`.
 */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

/* Control. How much goes to standard error: below 0 errors and warnings (-q), 0 information too,
 * above 0 everything (-v). */
void log_open(int verbosity);

/* Control. One line each, without its newline; cut at 400 bytes. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Control. From now on `hook` gets every line that standard error gets, information always; what it
 * logs itself does not come back to it. NULL: nobody. `level`: "error", "warn", "info", "debug". */
void log_hook(void (*hook)(void *context, const char *level, const char *line), void *context);

/* Control. Calls `each` for the last 64 of those lines, oldest first. */
void log_recent(void *context, void (*each)(void *context, const char *level, const char *line));

#endif
