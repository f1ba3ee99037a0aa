/* What the daemon may ask of the guest: a closed list of things, each checked, none of them a
 * command line. */
#ifndef VFJ_FREEBSD_PRIVSEP_REQUEST_H
#define VFJ_FREEBSD_PRIVSEP_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/run/spawn.h"
#include "core/data/command.h"

enum vfj_request_kind {
    VFJ_REQUEST_COMMAND,   /* run the `index`th program of the command */
    VFJ_REQUEST_RC,        /* run vfjournal-rcconf */
    VFJ_REQUEST_RC_ORIGIN, /* run vfjournal-rcorigin, which is beside it */
    VFJ_REQUEST_BOOT_ID,   /* run sysctl -n kern.boot_id */
    VFJ_REQUEST_BOOT_TIME, /* run sysctl -n kern.boottime */
    VFJ_REQUEST_READ,      /* read the guest for the command, without programs */
    VFJ_REQUEST_FILES,     /* look at the files of the command, PROBE_FILE or PROBE_SLOT */
    VFJ_REQUEST_DEVD,      /* connect to devd; `index` is one of enum vfj_devd_sockets */
    VFJ_REQUEST_ACT_LOCK,  /* take the lock that says that a daemon acts */
    VFJ_REQUEST_RC_STAMP,  /* look at the files that vfjournal-rcconf reads */
    VFJ_REQUEST_END,       /* the daemon ends in order */
    VFJ_REQUEST_COUNT
};

enum vfj_devd_sockets { VFJ_DEVD_ANY, VFJ_DEVD_STREAM_ONLY };

/* A value without pointers and types that have wrong values: it may come from a process that is not
 * trusted, and then nothing but vfj_request_check() may look at it. What the kind does not use is
 * zero. */
struct vfj_request {
    /* the asker's: the answers bear it. Each is greater than the one before; END has none */
    uint64_t number;
    uint32_t kind; /* enum vfj_request_kind */
    uint32_t index;
    /* of COMMAND, READ and FILES, bare; its limit_ms is that of every program */
    struct vfj_command command;
};

enum { VFJ_REQUEST_LIMIT_MAX_MS = 15 * 60 * 1000 };

/* COMMAND for a command's `index`th program, READ or FILES. Has no time limit yet: the programs' is
 * set when it is asked. */
struct vfj_request vfj_request_of(enum vfj_request_kind kind, const struct vfj_command *command,
                                  unsigned index);

/* Whether it is one of those that can be asked: every number in its range, every name a name
 * (core/text/name.h) and there where it is needed, every word of the text of the form that the
 * command's words have, and nothing besides. A text that comes through this reaches no program as
 * an option that it is not, names no other sysctl than hn's, and no other file than those of an hn.
 */
bool vfj_request_check(const struct vfj_request *request);

/* The program to be run for it. */
struct vfj_request_program {
    char path[VFJ_PATHNAME_SIZE];
    struct vfj_argv argv;
    enum vfj_stderr errors;
    /* why it can't be run, when there is more to say than the errno */
    char complaint[VFJ_PATH_SIZE];
};

/* Make ready a request that runs a program. The words may point into *program, *request's copy in
 * it and *paths. 0; or an errno when it is not to be run: EPERM, for a script that others than root
 * can change, or a process to be ended that is not the dhclient of an interface; ESRCH when that is
 * no process any more. */
int vfj_request_prepare(const struct vfj_request *request, const struct vfj_paths *paths,
                        struct vfj_request_program *program);

#endif
