/* All limits of the machine. A test reaches each of them. */
#ifndef VFJ_CORE_LIMITS_H
#define VFJ_CORE_LIMITS_H

enum {
    VFJ_SLOTS_MAX = 64, /* hn interfaces in one state */
    /* units of hn(4) for which a map probe reads the VF's name; for an hn with a higher unit, the
     * digits of its name are its unit */
    VFJ_UNITS_MAX = 32,
    VFJ_LINE_MAX = 8192,   /* bytes of a devd line or trace line: DEVCTL_MAXBUF of devd */
    VFJ_VALUE_SIZE = 1024, /* a sysctl's value with its NUL */
    VFJ_PATH_SIZE = 256,   /* a path given as an operand, with its NUL */
    VFJ_ARGS_SIZE = 512,   /* the `text` of one command, with its NUL */
    VFJ_WORDS_MAX = 64,    /* words of one argv */
    /* the words that a %fail or %slow line of a trace matches, with their NUL; room for any
     * command */
    VFJ_RULE_SIZE = 1024,
    /* all rc.conf values that the machine reads, encoded, with the NUL */
    VFJ_RC_SIZE = 16384,
    VFJ_ADDRESSES_MAX = 32,     /* addresses of one interface that a plan moves */
    VFJ_BATCH_MAX = 160,        /* commands of one batch */
    VFJ_ROUTES_MAX = 16,        /* static routes of rc.conf that a plan restores */
    VFJ_KEPT_ROUTES_MAX = 32,   /* routes through hn or laggN that a plan moves */
    VFJ_PORTS_MAX = 32,         /* ports of one lagg(4): LAGG_MAX_PORTS */
    VFJ_SCRIPT_QUEUE_MAX = 256, /* policy scripts: events that wait while devd runs a script */
    /* policy scripts: number of hyperv_vfattach processes that sleep at the same time */
    VFJ_SLEEPERS_MAX = 128,
    VFJ_BODY_MAX = 20480, /* bytes of a record's body, encoded */
};

#endif
