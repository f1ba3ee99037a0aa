/* Recovers the intact records of a damaged journal into a new journal. */
#ifndef VFJ_STORE_RECOVER_H
#define VFJ_STORE_RECOVER_H

#include "store/verify.h"

struct vfj_recovered {
    uint64_t first; /* seq of the first saved record */
    /* seq of the last saved record, and the chain's head after that record */
    struct vfj_anchor saved;
    uint64_t newest;     /* highest seq in the damaged journal */
    uint64_t unverified; /* number of records that only rows of kind "journal" have */
    uint64_t unsaved;    /* number of records that are not saved; the limit is told below */
    bool lost;           /* records are missing, or may be */
    struct vfj_verified verified; /* the result for the new journal */
    const char *where;            /* the path that caused a failure; NULL for none */
    char detail[512];             /* the cause of the failure; untrusted bytes */
};

/* Called once, in order of seq, for each readable record that is not verified. */
typedef void vfj_recover_unverified(void *arg, const struct vfj_record *record);

/* clang-format off */
/* Reads the damaged journal `path` and its WAL page by page (store/recover_rows.h), and writes
 * the new journal `to` with mode 0600, as vfj_backup() does. `path` is only read.
 *
 * The new journal holds one run of records. A run begins with record 1 or with a state checkpoint.
 * Its chain holds, the machine decides as recorded, and it ends with a complete event. The longest
 * run is saved, and of equally long ones the newest. Every other readable record follows in a row
 * of kind "journal" (store/recovered_row.h), which says that nothing verifies it. Such records are
 * saved until their bodies together are longer than the files. Only in a crafted file, in which
 * many rows share a body, does that happen. When records are or may be lost, a gap row with the
 * time `wall_us` is appended, and `watch` is called with `arg`. A daemon can continue the journal.
 * Fails with:
 *
 *   JOURNAL_BUSY     a daemon writes `path`
 *   JOURNAL_DAMAGED  no record was found: nothing was saved
 *   JOURNAL_NEWER    a newer program wrote `path`
 *   JOURNAL_IO, JOURNAL_ACCESS, JOURNAL_ABSENT, JOURNAL_NOT_OURS, SYSTEM */
/* clang-format on */
enum vfj_status vfj_recover(const char *path, const char *to, int64_t wall_us,
                            vfj_recover_unverified *watch, void *arg,
                            struct vfj_recovered *recovered);

#endif
