/* Requests to the process that has root's rights. The kinds are a closed list. Each request is
 * checked, and none is a command line. */
#ifndef VFJ_FREEBSD_PRIVSEP_REQUEST_H
#define VFJ_FREEBSD_PRIVSEP_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/run/spawn.h"
#include "core/data/command.h"

enum vfj_request_kind {
    VFJ_REQUEST_COMMAND, /* run program number `index` of the command */
    VFJ_REQUEST_RC,      /* run vfjournal-rcconf */
    /* run vfjournal-rcorigin, which is in the directory of vfjournal-rcconf */
    VFJ_REQUEST_RC_ORIGIN,
    VFJ_REQUEST_BOOT_ID,   /* run sysctl -n kern.boot_id */
    VFJ_REQUEST_BOOT_TIME, /* run sysctl -n kern.boottime */
    VFJ_REQUEST_READ,      /* answer the probe command from the kernel, without programs */
    VFJ_REQUEST_FILES,     /* read the files that a PROBE_FILE, _SLOT or _SNAPSHOT needs */
    VFJ_REQUEST_DEVD,      /* connect to devd; `index` is one of enum vfj_devd_sockets */
    VFJ_REQUEST_ACT_LOCK,  /* take the act lock */
    VFJ_REQUEST_RC_STAMP,  /* read the state of the files that vfjournal-rcconf reads, by stat(2) */
    VFJ_REQUEST_END,       /* end the monitor, since the daemon ends in order */
    VFJ_REQUEST_COUNT
};

enum vfj_devd_sockets { VFJ_DEVD_ANY, VFJ_DEVD_STREAM_ONLY };

/* A request. It has no pointers, and no members of a type that has invalid values (bool, enum),
 * since it may come from an untrusted process. The receiver calls vfj_request_check() before any
 * other use. Members that the kind does not use are zero. */
struct vfj_request {
    /* chosen by the sender, and copied to the replies; increases with each request; 0 for END */
    uint64_t number;
    uint32_t kind; /* enum vfj_request_kind */
    uint32_t index;
    /* COMMAND, READ and FILES: the command, without members that the command's kind does not
     * use. Also has the time limit limit_ms of every request that runs a program. */
    struct vfj_command command;
};

/* The longest time limit of a program that reads rc.conf or a fact about the boot. That of a command
 * is vfj_command_limit_ms(). */
enum { VFJ_REQUEST_LIMIT_MAX_MS = 10000 };

/* Makes a request of kind COMMAND, READ or FILES for `command`. COMMAND runs the command's
 * program number `index`. The caller sets the time limit afterwards. */
struct vfj_request vfj_request_of(enum vfj_request_kind kind, const struct vfj_command *command,
                                  unsigned index);

/* Returns true when the request is valid. Each number is in its range. Each name is valid
 * (core/text/name.h), and present where the kind needs it. Each word of the text has the form
 * that the command's row requires. No member that the kind does not use is set. A program
 * therefore gets no unintended option, and only sysctls and files of hn can be named. */
bool vfj_request_check(const struct vfj_request *request);

/* The program that a request runs. */
struct vfj_request_program {
    char path[VFJ_PATHNAME_SIZE];
    struct vfj_argv argv;
    enum vfj_stderr errors;
    /* why the program cannot run, if there is more to say than the errno */
    char complaint[VFJ_PATH_SIZE];
};

/* Prepares a request that runs a program. The words may point into *program, into its copy of
 * the request, and into *paths. Returns 0, or an errno when the program must not run. EPERM:
 * others than root can change the script, or a process that is to be ended is no interface's
 * dhclient. ESRCH: a process that is to be ended does not exist. */
int vfj_request_prepare(const struct vfj_request *request, const struct vfj_paths *paths,
                        struct vfj_request_program *program);

#endif
