/* Replies to requests. */
#ifndef VFJ_FREEBSD_GUEST_REPLY_H
#define VFJ_FREEBSD_GUEST_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/guest/files.h"
#include "adapters/freebsd/guest/rc_stamp.h"
#include "adapters/freebsd/privsep/request.h"
#include "adapters/freebsd/run/programs.h"

enum vfj_reply_kind {
    VFJ_REPLY_STARTED, /* of a program; the descriptor is its output */
    VFJ_REPLY_ENDED,   /* of a program, in `ended` */
    /* status, not 0 when the programs have to be asked; else a part of an observation's body */
    VFJ_REPLY_READ,
    VFJ_REPLY_FILES, /* in `files` */
    VFJ_REPLY_STAMP, /* in `stamp` */
    VFJ_REPLY_DEVD,  /* the descriptor is the connection; records; or status, an errno */
    VFJ_REPLY_LOCK,  /* status: 0, and the monitor holds the lock until it ends; or an errno */
};

enum { VFJ_REPLY_PART_SIZE = 1000 }; /* an observation of a slot has one or two parts */

/* A part of an observation, encoded as for the journal. Decoding it checks it. */
struct vfj_reply_part {
    uint32_t length; /* of the part */
    uint32_t more;   /* another part follows */
    char bytes[VFJ_REPLY_PART_SIZE];
};

struct vfj_reply_end {
    struct vfj_program_end end;
    /* why the program was not started, when errno does not say all */
    char complaint[VFJ_PATH_SIZE];
};

struct vfj_reply {
    uint64_t number; /* of the request */
    uint32_t kind;   /* enum vfj_reply_kind */
    int32_t status;
    uint32_t records; /* each receipt from devd's socket is one line */
    union {
        struct vfj_reply_end ended;
        struct vfj_files files;
        struct vfj_rc_stamp stamp;
        struct vfj_reply_part part;
    } as;
};

/* Returns whether the reply is valid and answers the request: its kind belongs to the request's, it
 * has a descriptor where one belongs, each text ends, each number is in its range. This check comes
 * before any other use of another process's reply. */
bool vfj_reply_check(const struct vfj_reply *reply, const struct vfj_request *request,
                     bool has_descriptor);

/* The callee owns `descriptor`, -1 for none. `reply` is borrowed. */
typedef void vfj_reply_fn(void *context, const struct vfj_reply *reply, int descriptor);

#endif
