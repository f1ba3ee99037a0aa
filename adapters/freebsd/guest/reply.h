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
    VFJ_REPLY_STARTED, /* a program has started; the descriptor is its output */
    VFJ_REPLY_ENDED,   /* a program has ended; `ended` says how */
    /* status 0: `part` is a part of an observation's body; otherwise programs have to read the
     * guest */
    VFJ_REPLY_READ,
    VFJ_REPLY_FILES, /* the facts are in `files` */
    VFJ_REPLY_STAMP, /* the stamp is in `stamp` */
    /* status 0: the descriptor is the connection, and `records` is set; otherwise an errno */
    VFJ_REPLY_DEVD,
    VFJ_REPLY_LOCK, /* status 0: the monitor holds the lock until it ends; otherwise an errno */
};

/* size of one part in bytes; an observation of a slot has one or two parts */
enum { VFJ_REPLY_PART_SIZE = 1000 };

/* A part of an observation, which is encoded as for the journal. The receiver joins the parts,
 * decodes the observation and so checks it. */
struct vfj_reply_part {
    uint32_t length; /* bytes in this part */
    uint32_t more;   /* another part follows */
    char bytes[VFJ_REPLY_PART_SIZE];
};

struct vfj_reply_end {
    struct vfj_program_end end;
    /* why the program was not started, if there is more to say than the errno */
    char complaint[VFJ_PATH_SIZE];
};

struct vfj_reply {
    uint64_t number; /* number of the request */
    uint32_t kind;   /* enum vfj_reply_kind */
    int32_t status;
    uint32_t records; /* DEVD: true when each receipt from devd's socket is one line */
    union {
        struct vfj_reply_end ended;
        struct vfj_files files;
        struct vfj_rc_stamp stamp;
        struct vfj_reply_part part;
    } as;
};

/* Returns true when the reply is valid and belongs to the request. The request's kind must have
 * replies of this kind. The reply must have a descriptor if its kind has one, and none
 * otherwise. Each text must end with a NUL, and each number must be in its range. The caller
 * calls this function before any other use of a reply from another process. */
bool vfj_reply_check(const struct vfj_reply *reply, const struct vfj_request *request,
                     bool has_descriptor);

/* Called with a reply. The callback owns `descriptor`, which is -1 for none. `reply` is borrowed
 * for the call. */
typedef void vfj_reply_fn(void *context, const struct vfj_reply *reply, int descriptor);

#endif
