/* Requests to the guest: a closed list, each checked, none a command line. */
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
    VFJ_REQUEST_FILES,     /* check the files of a PROBE_FILE, _SLOT or _SNAPSHOT */
    VFJ_REQUEST_DEVD,      /* connect to devd; `index` is one of enum vfj_devd_sockets */
    VFJ_REQUEST_ACT_LOCK,  /* take the act lock */
    VFJ_REQUEST_RC_STAMP,  /* stat the files that vfjournal-rcconf reads */
    VFJ_REQUEST_END,       /* the daemon ends in order */
    VFJ_REQUEST_COUNT
};

enum vfj_devd_sockets { VFJ_DEVD_ANY, VFJ_DEVD_STREAM_ONLY };

/* A value without pointers, and without types that have invalid values. It may come from an
 * untrusted process; vfj_request_check() then comes before any other use. Members that the kind
 * does not use are zero. */
struct vfj_request {
    /* chosen by the asker and copied to the replies; increases with each request; 0 for END */
    uint64_t number;
    uint32_t kind; /* enum vfj_request_kind */
    uint32_t index;
    /* of COMMAND, READ and FILES, without members that its kind does not use; limit_ms is every
     * program's */
    struct vfj_command command;
};

enum { VFJ_REQUEST_LIMIT_MAX_MS = 15 * 60 * 1000 };

/* Makes a request COMMAND for a command's `index`th program, READ or FILES. Its time limit is not
 * set yet. */
struct vfj_request vfj_request_of(enum vfj_request_kind kind, const struct vfj_command *command,
                                  unsigned index);

/* Returns whether the request is valid: each number in its range, each name valid
 * (core/text/name.h) and present where it is needed, each word of the text as the command's row
 * requires, and no other member set. A text that passes reaches no program as an option that is not
 * meant, and names only hn's sysctls and hn's files. */
bool vfj_request_check(const struct vfj_request *request);

/* The program that a request runs. */
struct vfj_request_program {
    char path[VFJ_PATHNAME_SIZE];
    struct vfj_argv argv;
    enum vfj_stderr errors;
    /* why the program cannot run, when errno does not say all */
    char complaint[VFJ_PATH_SIZE];
};

/* Prepares a request that runs a program. The words may point into *program, its copy of the
 * request, and *paths. Returns 0, or an errno when the program must not run. EPERM: others than
 * root can change the script, or the process to be ended is not an interface's dhclient. ESRCH:
 * that process does not exist. */
int vfj_request_prepare(const struct vfj_request *request, const struct vfj_paths *paths,
                        struct vfj_request_program *program);

#endif
