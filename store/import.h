/* Reads exported lines and makes journals from them. docs/export.md specifies the lines. */
#ifndef VFJ_STORE_IMPORT_H
#define VFJ_STORE_IMPORT_H

#include <stdbool.h>

#include "core/status.h"
#include "store/chain.h"
#include "store/record.h"

/* The faults of a line. X(symbol, text) */
#define VFJ_IMPORT_FAULTS(X)                                                       \
    X(NOT_JSON, "no JSON object")                                                  \
    X(CUT_OFF, "cut off: the last line has no end")                                \
    X(TOO_LONG, "longer than 256 KiB")                                             \
    X(OTHER_TYPE, "not a CloudEvents 1.0 event of the type org.vfjournal.KIND.v1") \
    X(BAD_SOURCE, "the source is not /vfjournal/HOST/JOURNAL")                     \
    X(BAD_ROW, "data has not the columns of a record")                             \
    X(SHORT_BODY, "the body is short (as=SEQ): a line needs the whole body")       \
    X(DUPLICATE, "another content of a record that an earlier line has")

enum vfj_import_fault {
#define X(symbol, text) VFJ_IMPORT_##symbol,
    VFJ_IMPORT_FAULTS(X)
#undef X
        VFJ_IMPORT_FAULT_COUNT
};

const char *vfj_import_fault_text(enum vfj_import_fault fault);

enum { VFJ_IMPORT_SOURCE_MAX = 128 };

/* A row of a journal, as a line gives it. */
struct vfj_import_row {
    struct vfj_record record; /* borrowed spans; seq, body and kind are valid */
    /* a password in the body was replaced, so that the chain does not fit the body */
    bool is_masked;
    bool is_redacted; /* the line has neither a digest nor a chain */
    uint64_t line;    /* number of the line, from 1 on */
};

/* The rows of all imported lines, sorted by source and seq, in a temporary database. */
struct vfj_import_rows;

/* Returns an empty list of rows, or NULL when memory or disk space runs out. */
struct vfj_import_rows *vfj_import_rows_open(void);
void vfj_import_rows_close(struct vfj_import_rows *rows);

/* The result of a line. */
enum vfj_import_result {
    VFJ_IMPORT_TAKEN,
    VFJ_IMPORT_REPEATED, /* an earlier line has the same row */
    VFJ_IMPORT_FAULTY,
    VFJ_IMPORT_FAILED, /* the row was not added, since disk space or memory ran out */
};

/* Adds the row of a line. `line` has no line end, and `number` is its number, from 1 on. When the
 * result is FAULTY, *fault is the line's fault. *is_late is true when an earlier line of the same
 * source has a higher seq. */
enum vfj_import_result vfj_import_rows_take(struct vfj_import_rows *rows, struct vfj_span line,
                                            uint64_t number, enum vfj_import_fault *fault,
                                            bool *is_late);

/* vfj_import_rows_rewind() begins to read the sources. vfj_import_rows_next_source() reads the
 * next source, in the order of their names. vfj_import_rows_next() reads the next row of that
 * source, in the order of seqs. The second and the third function return false when none is
 * left. A row is valid until the next call. */
void vfj_import_rows_rewind(struct vfj_import_rows *rows);
bool vfj_import_rows_next_source(struct vfj_import_rows *rows, char source[VFJ_IMPORT_SOURCE_MAX]);
bool vfj_import_rows_next(struct vfj_import_rows *rows, struct vfj_import_row *row);

/* Returns true when a read or write of the temporary database failed. */
bool vfj_import_rows_has_failed(const struct vfj_import_rows *rows);

/* The result for the journal that is made from one source. */
struct vfj_import_journal {
    uint64_t first, last; /* seqs of its first and last row */
    uint64_t rows;        /* number of rows of the source, including those after `last` */
    /* seq of the first row that cannot follow the rows before it; 0: every row can */
    uint64_t fault;
    uint64_t fault_line; /* number of the line that has the row `fault`; 0: that row is missing */
    /* the reason why the row `fault` cannot follow; NULL: there is no such row */
    const char *what;
    /* first seq whose chain is computed anew, since a password was replaced; 0: none */
    uint64_t chain_is_new;
    bool is_redacted;
    struct vfj_head_hash head; /* head of the new journal's chain after its last row */
};

/* Checks the rows of the current source. Unless `path` is NULL, appends them to the journal at
 * `path`. Returns VFJ_OK, or the status of a failure with the cause in `detail`. */
enum vfj_status vfj_import_write(struct vfj_import_rows *rows, const char *path,
                                 struct vfj_import_journal *journal, struct vfj_text *detail);

#endif
