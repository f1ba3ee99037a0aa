/* A record: one row of the journal. */
#ifndef VFJ_STORE_RECORD_H
#define VFJ_STORE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/event.h"
#include "core/text/text.h"

/* The kinds of rows: the kinds of events, the decisions of a step, and two kinds that the
 * machine does not read. These two are state checkpoints (store/state_checkpoint.h), and rows
 * about the journal itself. vfj_record_kind_name() has the persisted names. A name once written
 * to a journal is never reused. */
enum vfj_record_kind {
    VFJ_RECORD_TRANSITION = VFJ_EVENT_COUNT,
    VFJ_RECORD_COMMAND,
    VFJ_RECORD_CHECKPOINT, /* this kind and those below exist since user_version 2 of the schema */
    VFJ_RECORD_JOURNAL,
    VFJ_RECORD_KIND_COUNT,
};

enum {
    VFJ_CHAIN_SIZE = 16,  /* bytes of a row's chain column */
    VFJ_RECORD_NAME = 32, /* longest kind or note, in bytes */
};

/* One row of the journal. The spans are borrowed from the function that filled the record in. */
struct vfj_record {
    uint64_t seq;    /* 1, 2, 3 … without gaps */
    uint64_t cause;  /* seq of the row that caused this one; 0: the cause is outside the journal */
    uint64_t boot;   /* number of the boot in which the row was written, counted in this journal */
    int64_t wall_us; /* Unix time in microseconds */
    int64_t mono_us; /* microseconds since boot */
    uint8_t kind;    /* enum vfj_event_kind or enum vfj_record_kind */
    struct vfj_span body; /* a devd line as received, otherwise key=value text */
    bool is_masked;       /* the body lacks a password that the journal has */
    struct vfj_span note; /* persisted name of a reason; empty for none */
    uint64_t digest;      /* of an event: digest of the state after the event; otherwise 0 */
    uint8_t chain[VFJ_CHAIN_SIZE]; /* first bytes of the chain's head after this row */
};

bool vfj_record_is_event(const struct vfj_record *record);
/* Returns true when the record is a transition or a command: these are the decisions of a step. */
bool vfj_record_is_decided(const struct vfj_record *record);
/* Returns true when the record is a gap at which devd's events may be missing. A gap whose reason
 * begins with VFJ_WRITTEN_AGAIN is none: all rows of the time without a journal were written
 * later. */
bool vfj_record_is_loss(const struct vfj_record *record);
#define VFJ_WRITTEN_AGAIN "journal written again: "

const char *vfj_record_kind_name(unsigned kind);
/* Returns the kind with that name, or VFJ_RECORD_KIND_COUNT for an unknown name. */
unsigned vfj_record_kind_parse(struct vfj_span name);

/* Returns true when a body is stored as TEXT, so that any SQLite shell can print it. TEXT is
 * well-formed UTF-8 without control characters (C0, DEL, C1) other than tab and newline. Every
 * other body is stored as BLOB. */
bool vfj_body_is_text(struct vfj_span body);

/* Returns true when a note has the form of a persisted reason, perhaps of a newer version:
 * lower-case letters, digits and '-', at most VFJ_RECORD_NAME bytes. */
bool vfj_note_is_name(struct vfj_span note);

#endif
