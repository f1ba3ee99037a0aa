/* Delivers the rows of a journal in order, each with facts that come from the rows around it. */
#ifndef VFJ_TOOLS_EXPORT_STREAM_H
#define VFJ_TOOLS_EXPORT_STREAM_H

#include "store/journal.h"
#include "tools/audit/episode.h"

/* The severity numbers of OpenTelemetry. */
enum vfj_severity {
    VFJ_SEVERITY_DEBUG = 5,
    VFJ_SEVERITY_INFO = 9,
    VFJ_SEVERITY_WARN = 13,
    VFJ_SEVERITY_ERROR = 17,
};

struct vfj_stream_row {
    struct vfj_record record;
    struct vfj_name slot;  /* the slot that the row concerns; empty: none */
    struct vfj_name vf;    /* the slot's newest VF; empty: none is known */
    struct vfj_name other; /* for a devd line: an interface that belongs to no slot; empty: none */
    uint64_t migration;    /* id of the episode that the row belongs to; 0: none */
    uint8_t cause_kind;    /* kind of the row record.cause, if there is such a row */
    uint8_t severity;      /* enum vfj_severity */
    bool is_masked;        /* record.body differs from the journal: a password was replaced */
    char boot_id[64];      /* kern.boot_id in the boot of this row; empty: unknown */
};

typedef void vfj_stream_put(void *arg, const struct vfj_stream_row *row);

struct vfj_stream;

/* Opens a stream. It passes every row that vfj_stream_take() gets to `put`, in the same order,
 * but only when the decisions of the row's event are known. Returns NULL when memory runs out. */
struct vfj_stream *vfj_stream_open(vfj_stream_put *put, void *arg);
void vfj_stream_close(struct vfj_stream *stream);

/* Sets the journal in which the stream looks up causes. `first` is the seq of the journal's
 * first record. Called again when a journal that is followed was opened again. */
void vfj_stream_set_journal(struct vfj_stream *stream, struct vfj_journal *journal, uint64_t first);

/* Reads a milestone (store/journal.h). Only before the first call of vfj_stream_take(). */
void vfj_stream_skip(struct vfj_stream *stream, const struct vfj_record *record);

/* Reads the next row. */
void vfj_stream_take(struct vfj_stream *stream, const struct vfj_record *record);

/* Passes the waiting rows to `put`. Called after a journal's last row: an event and its
 * decisions are in one transaction, so no decision is missing then. */
void vfj_stream_flush(struct vfj_stream *stream);

#endif
