/* Passes on the rows of a journal in their order, and adds to each row facts that come from other
 * rows. */
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
    struct vfj_name slot; /* the slot that the row concerns; empty: the row concerns no slot */
    struct vfj_name vf;   /* the VF that the slot last had; empty: unknown */
    /* for a devd line: an interface that belongs to no slot; empty: the line names none */
    struct vfj_name other;
    /* id of the episode to which the row belongs; 0: the row belongs to no episode */
    uint64_t migration;
    uint8_t cause_kind; /* kind of the row record.cause, if the row has a cause */
    uint8_t severity;   /* enum vfj_severity */
    /* kern.boot_id during the boot in which this row was written; empty: unknown */
    char boot_id[64];
};

typedef void vfj_stream_put(void *arg, const struct vfj_stream_row *row);

struct vfj_stream;

/* Opens a stream. Each row that is given to vfj_stream_take() is passed to `put`, in the same
 * order, as soon as all decisions about the row's event are known. Returns NULL when memory runs
 * out. */
struct vfj_stream *vfj_stream_open(vfj_stream_put *put, void *arg);
void vfj_stream_close(struct vfj_stream *stream);

/* Sets the journal in which the stream looks for causes. `first` is the seq of the journal's first
 * record. Call this again after opening the journal again. */
void vfj_stream_set_journal(struct vfj_stream *stream, struct vfj_journal *journal, uint64_t first);

/* Reads a milestone (store/journal.h) before the first row. Call this only before the first
 * vfj_stream_take(). */
void vfj_stream_skip(struct vfj_stream *stream, const struct vfj_record *record);

/* Reads the next row of the journal. */
void vfj_stream_take(struct vfj_stream *stream, const struct vfj_record *record);

/* Passes the rows that wait in the stream to `put`. Call this after the journal's last row: no
 * further decision can follow then, because an event and its decisions are written in one
 * transaction. */
void vfj_stream_flush(struct vfj_stream *stream);

#endif
