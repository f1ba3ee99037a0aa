/* What a request of the guest is answered with. */
#ifndef VFJ_FREEBSD_GUEST_REPLY_H
#define VFJ_FREEBSD_GUEST_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/guest/files.h"
#include "adapters/freebsd/guest/rc_stamp.h"
#include "adapters/freebsd/privsep/request.h"
#include "adapters/freebsd/run/programs.h"

enum vfj_reply_kind {
    VFJ_REPLY_STARTED, /* a program; the descriptor is where its output comes from */
    VFJ_REPLY_ENDED,   /* a program: ended */
    /* status, not 0 when programs are to be asked; else the next part of an observation's body */
    VFJ_REPLY_READ,
    VFJ_REPLY_FILES, /* files */
    VFJ_REPLY_STAMP, /* stamp */
    VFJ_REPLY_DEVD,  /* the descriptor is the connection; records; or status, an errno */
    VFJ_REPLY_LOCK,  /* status: 0, the monitor holds the lock until it ends; or an errno */
};

enum { VFJ_REPLY_PART_SIZE = 1000 }; /* a look at a slot is one part or two */

/* An observation comes as the text that a journal has of it, so that reading it checks it. */
struct vfj_reply_part {
    uint32_t length; /* of the part */
    uint32_t more;   /* another reply has the next one */
    char bytes[VFJ_REPLY_PART_SIZE];
};

struct vfj_reply_end {
    struct vfj_program_end end;
    /* why it was not started, when there is more to say than the errno */
    char complaint[VFJ_PATH_SIZE];
};

struct vfj_reply {
    uint64_t number; /* of the request */
    uint32_t kind;   /* enum vfj_reply_kind */
    int32_t status;
    uint32_t records; /* devd's socket keeps lines apart */
    union {
        struct vfj_reply_end ended;
        struct vfj_files files;
        struct vfj_rc_stamp stamp;
        struct vfj_reply_part part;
    } as;
};

/* Whether the reply answers the request: its kind belongs to the request's, it has a descriptor
 * where one belongs, each text ends, each number is in its range. Nothing else may look at a reply
 * of another process before. */
bool vfj_reply_check(const struct vfj_reply *reply, const struct vfj_request *request,
                     bool has_descriptor);

/* `descriptor`, -1 when there is none, becomes the callee's. `reply` is borrowed. */
typedef void vfj_reply_fn(void *context, const struct vfj_reply *reply, int descriptor);

#endif
