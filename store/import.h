/* Rows of journals from exported lines. docs/export.md is the contract of a line. */
#ifndef VFJ_STORE_IMPORT_H
#define VFJ_STORE_IMPORT_H

#include <stdbool.h>

#include "core/status.h"
#include "store/chain.h"
#include "store/record.h"

/* What may be wrong with a line. X(symbol, text) */
#define VFJ_IMPORT_FAULTS(X)                                                       \
    X(NOT_JSON, "no JSON object")                                                  \
    X(CUT_OFF, "cut off: the last line has no end")                                \
    X(TOO_LONG, "longer than 256 KiB")                                             \
    X(OTHER_TYPE, "not a CloudEvents 1.0 event of the type org.vfjournal.KIND.v1") \
    X(BAD_SOURCE, "the source is not /vfjournal/HOST/JOURNAL")                     \
    X(BAD_ROW, "data has not the columns of a record")                             \
    X(DUPLICATE, "another content of a record that an earlier line has")

enum vfj_import_fault {
#define X(symbol, text) VFJ_IMPORT_##symbol,
    VFJ_IMPORT_FAULTS(X)
#undef X
        VFJ_IMPORT_FAULT_COUNT
};

const char *vfj_import_fault_text(enum vfj_import_fault fault);

enum { VFJ_IMPORT_SOURCE_MAX = 128 };

/* A row as a line has it. */
struct vfj_import_row {
    struct vfj_record record; /* spans are borrowed for the call; seq, body and kind are checked */
    bool is_masked;           /* a password was replaced: the chain is not that of this body */
    bool is_redacted;         /* no digest and no chain */
    uint64_t line;            /* number of the line, from 1 on */
};

/* The rows of all lines, by source and seq, in a temporary database. */
struct vfj_import_rows;

/* Returns NULL without memory or room. */
struct vfj_import_rows *vfj_import_rows_open(void);
void vfj_import_rows_close(struct vfj_import_rows *rows);

/* The result of a line. */
enum vfj_import_result {
    VFJ_IMPORT_TAKEN,
    VFJ_IMPORT_REPEATED, /* an earlier line has the same row */
    VFJ_IMPORT_FAULTY,
    VFJ_IMPORT_FAILED, /* no room or memory */
};

/* Takes a line without its end. *fault tells what is wrong with a faulty one. *is_late tells whether
 * a line of the same source with a higher seq came before it. */
enum vfj_import_result vfj_import_rows_take(struct vfj_import_rows *rows, struct vfj_span line,
                                            uint64_t number, enum vfj_import_fault *fault,
                                            bool *is_late);

/* Begins to read the sources, in the order of their names; then to read the rows of the current
 * source by seq. Each returns false after the last one. A row is valid until the next call. */
void vfj_import_rows_rewind(struct vfj_import_rows *rows);
bool vfj_import_rows_next_source(struct vfj_import_rows *rows, char source[VFJ_IMPORT_SOURCE_MAX]);
bool vfj_import_rows_next(struct vfj_import_rows *rows, struct vfj_import_row *row);

/* Returns whether a read or write of the database failed. */
bool vfj_import_rows_has_failed(const struct vfj_import_rows *rows);

/* The journal that one source becomes. */
struct vfj_import_journal {
    uint64_t first, last; /* seqs of its rows */
    uint64_t rows;        /* of the source, also behind `last` */
    uint64_t fault;       /* the first seq that cannot follow; 0: none */
    uint64_t fault_line;  /* number of its line; 0: the row is missing */
    const char *what;     /* why; NULL: nothing is wrong */
    uint64_t
        chain_is_new; /* the first seq whose chain is new, since a password was replaced; 0: none */
    bool is_redacted;
    struct vfj_head_hash head; /* of the chain after the last row */
};

/* Checks the rows of the current source, and appends them to the journal at `path`, unless that is
 * NULL. Returns VFJ_OK, or the status of a failure with the cause in `detail`. */
enum vfj_status vfj_import_write(struct vfj_import_rows *rows, const char *path,
                                 struct vfj_import_journal *journal, struct vfj_text *detail);

#endif
