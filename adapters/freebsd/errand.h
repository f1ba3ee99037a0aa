/* What the daemon may ask of the guest: a closed list of things, each checked, none of them a command line. */
#ifndef VFJ_FREEBSD_ERRAND_H
#define VFJ_FREEBSD_ERRAND_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/spawn.h"
#include "core/data/command.h"

enum vfj_errand_kind {
    VFJ_ERRAND_COMMAND,   /* run the `index`th program of the command */
    VFJ_ERRAND_RC,        /* run vfjournal-rcconf */
    VFJ_ERRAND_RC_ORIGIN, /* run vfjournal-rcorigin, which is beside it */
    VFJ_ERRAND_BOOT_ID,   /* run sysctl -n kern.boot_id */
    VFJ_ERRAND_BOOT_TIME, /* run sysctl -n kern.boottime */
    VFJ_ERRAND_READ,      /* read the guest for the command, without programs */
    VFJ_ERRAND_FILES,     /* look at the files of the command, PROBE_FILE or PROBE_SLOT */
    VFJ_ERRAND_DEVD,      /* connect to devd; `index` is one of enum vfj_devd_sockets */
    VFJ_ERRAND_ACT_LOCK,  /* take the lock that says that a daemon acts */
    VFJ_ERRAND_RC_STAMP,  /* look at the files that vfjournal-rcconf reads */
    VFJ_ERRAND_END,       /* the daemon ends in order */
    VFJ_ERRAND_COUNT
};

enum vfj_devd_sockets { VFJ_DEVD_ANY, VFJ_DEVD_STREAM_ONLY };

/* A value without pointers and types that have wrong values: it may come from a process that is not trusted, and then nothing
 * but vfj_errand_check() may look at it. What the kind does not use is zero. */
struct vfj_errand {
    uint64_t number; /* the asker's: the answers bear it. Each is greater than the one before; END has none */
    uint32_t kind;   /* enum vfj_errand_kind */
    uint32_t index;
    struct vfj_command command; /* of COMMAND, READ and FILES, bare; its limit_ms is that of every program */
};

enum { VFJ_ERRAND_LIMIT_MAX_MS = 15 * 60 * 1000 };

/* COMMAND for a command's `index`th program, READ or FILES. Has no time limit yet: the programs' is set when it is asked. */
struct vfj_errand vfj_errand_of(enum vfj_errand_kind kind, const struct vfj_command *command, unsigned index);

/* Whether it is one of those that can be asked: every number in its range, every name a name (core/text/name.h) and there
 * where it is needed, every word of the text of the form that the command's words have, and nothing besides. A text that comes through this
 * reaches no program as an option that it is not, names no other sysctl than hn's, and no other file than those of an
 * hn. */
bool vfj_errand_check(const struct vfj_errand *errand);

/* The program to be run for it. */
struct vfj_errand_program {
    char path[VFJ_PATHNAME_SIZE];
    struct vfj_argv argv;
    enum vfj_stderr errors;
    char complaint[VFJ_PATH_SIZE]; /* why it can't be run, when there is more to say than the errno */
};

/* Make ready an errand that runs a program. The words may point into *program, *errand's copy in it and *paths. 0; or
 * an errno when it is not to be run: EPERM, for a script that others than root can change, or a process to be ended
 * that is not the dhclient of an interface; ESRCH when that is no process any more. */
int vfj_errand_prepare(const struct vfj_errand *errand, const struct vfj_paths *paths,
                       struct vfj_errand_program *program);

#endif
