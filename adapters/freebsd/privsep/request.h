/* Requests to the guest. They are a closed list, each is checked, and none is a command line. */
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
    VFJ_REQUEST_RC_ORIGIN, /* run vfjournal-rcorigin, in the same directory */
    VFJ_REQUEST_BOOT_ID,   /* run sysctl -n kern.boot_id */
    VFJ_REQUEST_BOOT_TIME, /* run sysctl -n kern.boottime */
    VFJ_REQUEST_READ,      /* read the guest for the command from the kernel, without programs */
    VFJ_REQUEST_FILES,     /* check the files of a PROBE_FILE, _SLOT or _SNAPSHOT */
    VFJ_REQUEST_DEVD,      /* connect to devd; `index` is one of enum vfj_devd_sockets */
    VFJ_REQUEST_ACT_LOCK,  /* take the act lock */
    VFJ_REQUEST_RC_STAMP,  /* stat the files that vfjournal-rcconf reads */
    VFJ_REQUEST_END,       /* end the monitor: the daemon ends in order */
    VFJ_REQUEST_COUNT
};

enum vfj_devd_sockets { VFJ_DEVD_ANY, VFJ_DEVD_STREAM_ONLY };

/* A value without pointers, and without types that have invalid values. A request may come from an
 * untrusted process; the receiver then calls vfj_request_check() before any other use. Members that
 * the kind does not use are zero. */
struct vfj_request {
    /* chosen by the sender and copied to the replies; increases with each request; 0 for END */
    uint64_t number;
    uint32_t kind; /* enum vfj_request_kind */
    uint32_t index;
    /* COMMAND, READ and FILES: the command, without members that the command's kind does not use.
     * Every request that runs a program: limit_ms. */
    struct vfj_command command;
};

enum { VFJ_REQUEST_LIMIT_MAX_MS = 15 * 60 * 1000 };

/* Makes a request of kind COMMAND, READ or FILES for `command`. COMMAND runs the command's program
 * number `index`. The time limit is not set yet. */
struct vfj_request vfj_request_of(enum vfj_request_kind kind, const struct vfj_command *command,
                                  unsigned index);

/* Returns true when the request is valid. Each number is in its range. Each name is valid
 * (core/text/name.h), and present where the kind needs it. Each word of the text has the form that
 * the command's row requires. No other member is set. A text that passes reaches no program as an
 * unintended option, and names only sysctls and files of hn. */
bool vfj_request_check(const struct vfj_request *request);

/* The program that a request runs. */
struct vfj_request_program {
    char path[VFJ_PATHNAME_SIZE];
    struct vfj_argv argv;
    enum vfj_stderr errors;
    /* why the program cannot run, when errno does not say all */
    char complaint[VFJ_PATH_SIZE];
};

/* Prepares a request that runs a program. The words may point into *program, into its copy of the
 * request, and into *paths. Returns 0, or an errno when the program must not run. EPERM: others
 * than root can change the script, or the process to be ended is not an interface's dhclient.
 * ESRCH: the process to be ended does not exist. */
int vfj_request_prepare(const struct vfj_request *request, const struct vfj_paths *paths,
                        struct vfj_request_program *program);

#endif
