/* Reads the rc.conf values that this program uses. The guest's own rc scripts compute the
 * values. */
#ifndef VFJ_FREEBSD_GUEST_RC_CONF_H
#define VFJ_FREEBSD_GUEST_RC_CONF_H

#include "adapters/freebsd/guest/dispatch.h"
#include "adapters/freebsd/run/child.h"
#include "core/status.h"
#include "core/text/text.h"

struct vfj_rc_reader;

enum { VFJ_RC_LIMIT_MS = 10000 };

/* The result of reading rc.conf, borrowed for the call. */
struct vfj_rc_answer {
    /* OK, TOO_LONG (more than VFJ_RC_SIZE - 1 bytes), or SYSTEM (the helper failed) */
    enum vfj_status status;
    struct vfj_span rc; /* if the status is OK: NAME=value pairs in devd's grammar */
    /* if the status is not OK: the cause in one line, safe for a terminal */
    const char *complaint;
};

typedef void vfj_rc_fn(void *context, const struct vfj_rc_answer *answer);

enum vfj_rc_wanted {
    VFJ_RC_VALUES,
    VFJ_RC_ORIGIN, /* the file that sets each value */
};

/* Returns true when this program reads the variable. */
bool vfj_rc_conf_reads(struct vfj_span name);

/* Makes a reader. `children` and `dispatch` must outlive it. Returns NULL when memory runs out. */
struct vfj_rc_reader *vfj_rc_reader_open(struct vfj_children *children,
                                         struct vfj_dispatch *dispatch, enum vfj_rc_wanted wanted,
                                         vfj_rc_fn *done, void *context);
void vfj_rc_reader_close(struct vfj_rc_reader *reader);

/* Runs the helper (adapters/freebsd/install/libexec/vfjournal-rcconf, or vfjournal-rcorigin).
 * The loop calls `done` with the result. When calls come while the helper runs, the helper runs
 * once more afterwards, even after several calls. */
void vfj_rc_reader_read(struct vfj_rc_reader *reader);

/* Reads rc.conf again when one of its files has changed since the last check or reading. */
void vfj_rc_reader_check(struct vfj_rc_reader *reader);

#endif
