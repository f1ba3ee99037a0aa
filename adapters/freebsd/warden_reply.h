/* What the warden answers. */
#ifndef VFJ_FREEBSD_WARDEN_REPLY_H
#define VFJ_FREEBSD_WARDEN_REPLY_H

#include <stdint.h>

#include "adapters/freebsd/files.h"

enum vfj_warden_reply_kind {
    VFJ_REPLY_STARTED, /* a program; the descriptor is where its output comes from */
    VFJ_REPLY_ENDED,   /* a program: outcome, status, duration; text why it was not run */
    VFJ_REPLY_FILES,   /* files */
    VFJ_REPLY_DEVD,    /* the descriptor is the connection; records; or status, an errno */
    VFJ_REPLY_LOCK,    /* the descriptor has the lock; or status, an errno */
};

struct vfj_warden_reply {
    uint64_t number;  /* of the errand */
    uint32_t kind;    /* enum vfj_warden_reply_kind */
    uint32_t outcome; /* enum vfj_outcome_kind */
    int32_t status;
    uint32_t records; /* devd's socket keeps lines apart */
    int64_t duration_us;
    union {
        struct vfj_files files;
        char text[VFJ_PATH_SIZE];
    } as;
};

#endif
