/* The rows of a journal in order, each with what the rows before it tell about it. */
#ifndef VFJ_TOOLS_EXPORT_STREAM_H
#define VFJ_TOOLS_EXPORT_STREAM_H

#include "store/journal.h"
#include "tools/audit/episode.h"

/* OpenTelemetry's severity numbers. */
enum vfj_severity {
    VFJ_SEVERITY_DEBUG = 5,
    VFJ_SEVERITY_INFO = 9,
    VFJ_SEVERITY_WARN = 13,
    VFJ_SEVERITY_ERROR = 17,
};

struct vfj_stream_row {
    struct vfj_record record;
    struct vfj_name slot;  /* the slot that the row concerns; empty: none */
    struct vfj_name vf;    /* the slot's newest VF that is known; empty: none */
    struct vfj_name other; /* a devd line about an interface of no slot; empty: none */
    uint64_t migration;    /* id of the episode to which the row belongs; 0: none */
    uint8_t cause_kind;    /* kind of the row record.cause, if there is one */
    uint8_t severity;      /* enum vfj_severity */
    bool is_masked;        /* record.body is not the row's: a password was replaced */
    char boot_id[64];      /* kern.boot_id of the row's boot; empty: unknown */
};

typedef void vfj_stream_put(void *arg, const struct vfj_stream_row *row);

struct vfj_stream;

/* Opens a stream. Returns NULL without memory. `put` gets every row that vfj_stream_take() gets, in
 * the same order, once the decisions of its event are known. */
struct vfj_stream *vfj_stream_open(vfj_stream_put *put, void *arg);
void vfj_stream_close(struct vfj_stream *stream);

/* Sets the journal, in which the stream looks for causes. `first` is the seq of the journal's first
 * record. A followed journal is opened anew from time to time. */
void vfj_stream_set_journal(struct vfj_stream *stream, struct vfj_journal *journal, uint64_t first);

/* Takes a milestone (store/journal.h) before the first row that is put. */
void vfj_stream_skip(struct vfj_stream *stream, const struct vfj_record *record);

/* Takes the next row. */
void vfj_stream_take(struct vfj_stream *stream, const struct vfj_record *record);

/* Puts the rows that wait. An event and its decisions are in one transaction: after the last row
 * of a journal, no decision is outstanding. */
void vfj_stream_flush(struct vfj_stream *stream);

#endif
