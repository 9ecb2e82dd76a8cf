/* commands.c - the table of verbs
 *
 * To add a verb: one row here, in the order of names, and one handler (verbs.h).
 */
#include "daemon/verbs.h"

const struct verb verbs[] = {
    { "add",
      "add strip NAME source=FILE[:CH[-CH]] [KEY=VALUE...] | add input NAME [channels=2] "
      "[KEY=VALUE...] | add bus NAME [KEY=VALUE...] | add group NAME [KEY=VALUE...] [at WHEN]",
      "a strip that plays a file, a strip fed by JACK ports, a bus, or a group of them that is "
      "turned up, muted and soloed together; keys are its parameters",
      2, VERB_MANY, VERB_SESSION, verb_add },
    { "connect", "connect PORT PORT [at WHEN]",
      "a JACK connection from an output to an input, remembered in the session", 2, 2, VERB_SESSION,
      verb_connect },
    { "describe", "describe [GLOB]",
      "every parameter: type, unit, range, default, current value, and what it does", 0, 1, 0,
      verb_describe },
    { "disconnect", "disconnect PORT PORT [at WHEN]", "ends a JACK connection and forgets it", 2, 2,
      VERB_SESSION, verb_disconnect },
    { "fire", "fire ADDR [at WHEN] | fire ADDR stop [over TIME] [at WHEN]",
      "a one-shot (mode=oneshot) from its beginning, whether the transport rolls or not; once "
      "more: again, crossfaded",
      1, 4, VERB_SESSION, verb_fire },
    { "get", "get GLOB", "values as address=value", 1, VERB_MANY, 0, verb_get },
    { "help", "help [VERB]", "the verbs, or one of them", 0, 1, 0, verb_help },
    { "insert", "insert ADDR KIND [as SLOT] [before SLOT] [KEY=VALUE...] [at WHEN]",
      "an effect into a strip, an input, a bus or the master", 2, VERB_MANY, VERB_SESSION,
      verb_insert },
    { "load", "load ADDR FILE [at WHEN]",
      "another file on a strip, another impulse response in a reverb; answers when it is audible",
      2, 2, VERB_SESSION, verb_load },
    { "locate", "locate TIME|MARKER [at WHEN]",
      "moves the timeline; answers when every track is primed", 1, 1, VERB_SESSION, verb_locate },
    { "loop", "loop FROM TO | loop off [at WHEN]",
      "repeats a stretch of the timeline between two times or markers, exact to the frame", 1, 2,
      VERB_SESSION, verb_loop },
    { "ls", "ls [GLOB]",
      "names: strips, inputs, buses, markers, and with a GLOB effects and parameters", 0, 1, 0,
      verb_ls },
    { "marker", "marker add NAME [TIME] [primed=on] | marker remove NAME | marker list",
      "names a position of the timeline, for wherever one is read; without a time the present one",
      1, 4, VERB_SESSION, verb_marker },
    { "meters", "meters [GLOB]", "peak since you last looked, RMS over 300 ms, clips", 0, 1, 0,
      verb_meters },
    { "play", "play [at WHEN]", "rolls, every track from the same frame", 0, 0, VERB_SESSION,
      verb_play },
    { "ports", "ports", "JACK's ports and our connections", 0, 0, 0, verb_ports },
    { "queue", "queue ADDR FILE... | queue ADDR | queue ADDR clear",
      "files that follow a strip's source without a gap; alone it lists them all", 1, VERB_MANY,
      VERB_SESSION, verb_queue },
    { "quit", "quit", "ends the daemon", 0, 0, VERB_CLIENT, verb_quit },
    { "remove", "remove ADDR [at WHEN]", "a strip, an input, a bus or an effect", 1, 1,
      VERB_SESSION, verb_remove },
    { "restore", "restore FILE", "checks a session file and runs it in place of what is there", 1,
      1, VERB_CLIENT, verb_restore },
    { "save", "save [FILE]", "the session as command lines, here or to a file, whole or not at all",
      0, 1, VERB_CLIENT, verb_save },
    { "scene",
      "scene store NAME [only=LIST] [except=LIST] | scene recall NAME [only=LIST] [except=LIST] "
      "[over TIME] [curve CURVE] | scene diff NAME | scene show NAME | scene list | "
      "scene remove NAME | scene morph FROM TO | scene put NAME ADDR=VALUE...",
      "snapshots of the desk's values; LIST is of parameters, send, effect, strips and patterns of "
      "addresses, with commas between",
      1, VERB_MANY, VERB_SESSION, verb_scene },
    { "schedule", "schedule list | schedule cancel ID|all",
      "the commands that wait for their frame or position; takes one or all of them back", 1, 2, 0,
      verb_schedule },
    { "set", "set ADDR VALUE [over TIME] [curve lin|db|scurve|equalpower] [at WHEN]",
      "a value, +=STEP or -=STEP, or ! for switches; every change is free of clicks", 2, 6,
      VERB_SESSION, verb_set },
    { "stats", "stats", "the figures: OUT CAP LOAD BUF and the rest, and those of every track", 0,
      0, VERB_CLIENT, verb_stats },
    { "status", "status", "transport, driver, session", 0, 0, 0, verb_status },
    { "stop", "stop [ADDR] [over TIME] [at WHEN]",
      "fades out and stands; with the address of a one-shot, ends what it sounds", 0, 3,
      VERB_SESSION, verb_stop },
    { "undo", "undo [over TIME] [curve CURVE]",
      "takes back the last recall of a scene; once more: takes that back", 0, 4, VERB_CLIENT,
      verb_undo },
    { "unwatch", "unwatch [TOPIC...]", "ends what watch began", 0, VERB_MANY, VERB_CLIENT,
      verb_unwatch },
    { "version", "version", "of the program and of the protocol", 0, 0, 0, verb_version },
    { "watch", "watch TOPIC... [GLOB] [rate=HZ]",
      "the full state, then events; topics: meters stats state transport log, the first and third "
      "of "
      "them of addresses that match",
      1, VERB_MANY, VERB_CLIENT, verb_watch },
};

const unsigned verb_count = sizeof verbs / sizeof *verbs;
