/* One row of the journal. */
#ifndef VFJ_STORE_RECORD_H
#define VFJ_STORE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "core/text.h"

/* The kinds of rows: the kinds of events, what a step decided, and what the machine does not see: its state, written down
 * so that a journal can begin there (store/state_checkpoint.h), and what befell the journal itself. Their persisted names are
 * vfj_record_kind_name()'s; a name once written to a journal is never reused. */
enum vfj_record_kind {
    VFJ_RECORD_TRANSITION = VFJ_EVENT_COUNT,
    VFJ_RECORD_COMMAND,
    VFJ_RECORD_CHECKPOINT, /* since user_version 2, as all below */
    VFJ_RECORD_JOURNAL,
    VFJ_RECORD_KIND_COUNT,
};

enum {
    VFJ_CHAIN_SIZE = 16,  /* bytes of the chain kept in a row */
    VFJ_RECORD_NAME = 32, /* bytes that a kind or a note may have */
};

/* Spans are borrowed from whoever filled the record in. */
struct vfj_record {
    uint64_t seq;                  /* 1, 2, 3 … without gaps */
    uint64_t cause;                /* seq of the row that led to this one; 0: it came from outside */
    uint64_t boot;                 /* counts the boots seen */
    int64_t wall_us;               /* Unix time in microseconds */
    int64_t mono_us;               /* microseconds since boot */
    uint8_t kind;                  /* enum vfj_event_kind or enum vfj_record_kind */
    struct vfj_span body;          /* any bytes; a devd line as it came, else key=value text */
    struct vfj_span note;          /* persisted name of a reason; empty for none */
    uint64_t digest;               /* events: of the state after it; else 0 */
    uint8_t chain[VFJ_CHAIN_SIZE]; /* the beginning of the chain's head after this row (store/chain.h) */
};

bool vfj_record_is_event(const struct vfj_record *record);
/* Whether a step decided it: a transition or a command. */
bool vfj_record_is_decided(const struct vfj_record *record);

const char *vfj_record_kind_name(unsigned kind);
/* An unknown name gives VFJ_RECORD_KIND_COUNT. */
unsigned vfj_record_kind_parse(struct vfj_span name);

/* Whether a body is stored as TEXT: well-formed UTF-8 without control characters (C0, DEL, C1) but tab and
 * newline, so that it can be read in any SQLite shell. All else is stored as BLOB. */
bool vfj_body_is_text(struct vfj_span body);

/* Whether a note can be the persisted name of a reason, also one that this version does not know: lower-case letters,
 * digits and '-', VFJ_RECORD_NAME bytes at most. */
bool vfj_note_is_name(struct vfj_span note);

#endif
