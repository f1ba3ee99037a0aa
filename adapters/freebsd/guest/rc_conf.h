/* The rc.conf values that matter, as the guest's own scripts resolve them. */
#ifndef VFJ_FREEBSD_GUEST_RC_CONF_H
#define VFJ_FREEBSD_GUEST_RC_CONF_H

#include "adapters/freebsd/guest/dispatch.h"
#include "adapters/freebsd/run/child.h"
#include "core/status.h"
#include "core/text/text.h"

struct vfj_rc_reader;

enum { VFJ_RC_LIMIT_MS = 10000 };

/* What a reading found; borrowed for the call. */
struct vfj_rc_answer {
    /* OK, TOO_LONG (more than VFJ_RC_SIZE - 1 bytes), SYSTEM (the helper failed) */
    enum vfj_status status;
    struct vfj_span rc;    /* OK: NAME=value pairs in devd's grammar */
    const char *complaint; /* not OK: one line for people, its bytes safe for a terminal */
};

typedef void vfj_rc_fn(void *context, const struct vfj_rc_answer *answer);

enum vfj_rc_wanted {
    VFJ_RC_VALUES,
    VFJ_RC_ORIGIN, /* of each value, the file that gives it */
};

/* `children` and `dispatch` must outlive it. NULL when memory is short. */
struct vfj_rc_reader *vfj_rc_reader_open(struct vfj_children *children,
                                         struct vfj_dispatch *dispatch, enum vfj_rc_wanted wanted,
                                         vfj_rc_fn *done, void *context);
void vfj_rc_reader_close(struct vfj_rc_reader *reader);

/* Run the helper (adapters/freebsd/install/libexec/vfjournal-rcconf, or vfjournal-rcorigin) and
 * answer, from the loop. While one runs, another is asked for at most once more. */
void vfj_rc_reader_read(struct vfj_rc_reader *reader);

/* Read when a file that the values come from is not as it was when it was looked at last, here or
 * for a reading. */
void vfj_rc_reader_check(struct vfj_rc_reader *reader);

#endif
