/* vfjournal timeline: a part of the journal as lanes of bars, marks and boxes over one time. */
#ifndef VFJ_TOOLS_TIMELINE_MODEL_H
#define VFJ_TOOLS_TIMELINE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/data/decision.h"
#include "core/text/name.h"
#include "store/journal.h"
#include "tools/audit/episode.h"
#include "tools/time_format.h"

enum {
    VFJ_LANES_MAX = 256,
    VFJ_ITEMS_MAX = 20000, /* elements of a drawing, unless the caller sets another number */
};

/* The kinds of lanes, in the order in which a slot has them. The daemon's lane is the first. */
enum vfj_lane_kind {
    VFJ_LANE_DAEMON,
    VFJ_LANE_SLOW,     /* the times of a slot without the fast path, as measured */
    VFJ_LANE_STATE,    /* its states */
    VFJ_LANE_HN,       /* an interface: hn, VF, lagg */
    VFJ_LANE_VF,       /* */
    VFJ_LANE_LAGG,     /* */
    VFJ_LANE_COMMANDS, /* the commands for a slot */
};

struct vfj_lane {
    uint8_t kind;         /* enum vfj_lane_kind */
    struct vfj_name slot; /* its hn; empty for the daemon */
    struct vfj_name name; /* the interface; that of the slot for states and commands */
    unsigned rows;        /* of labels, one below the other (layout.h) */
};

/* How an element is drawn. Bars of states have the state's number instead. */
enum vfj_tone {
    VFJ_TONE_PLAIN,
    VFJ_TONE_GOOD,    /* a command that succeeded */
    VFJ_TONE_BAD,     /* a failed command, a fault, a gap */
    VFJ_TONE_WAITING, /* no outcome, or not run */
    VFJ_TONE_READ,    /* a probe */
    VFJ_TONE_TRAFFIC, /* the interface has the data path */
};

enum vfj_item_kind {
    VFJ_ITEM_BAR,  /* a state, or the data path, for a time */
    VFJ_ITEM_TICK, /* an event */
    VFJ_ITEM_BOX,  /* a command, from its start to its end */
    VFJ_ITEM_GAP,  /* a time in which nobody listened */
};

/* One element. Texts are printable ASCII: bytes from outside are escaped. */
struct vfj_item {
    uint8_t kind;       /* enum vfj_item_kind */
    uint8_t tone;       /* enum vfj_tone, or enum vfj_slot_state in a lane of states */
    bool has_label;     /* layout.h found room for the label */
    bool is_left;       /* the label stands left of the element */
    bool from_before;   /* a bar that began before the drawing */
    bool to_after;      /* a bar that lasts beyond its end */
    unsigned lane;      /* index */
    unsigned row;       /* of the lane's rows */
    int64_t from_us;    /* since the beginning of the model */
    int64_t to_us;      /* equal for a tick */
    uint64_t seq;       /* its row of the table; 0: it has none */
    uint64_t cause;     /* seq of the element that caused it; 0: none */
    const char *label;  /* a few words */
    const char *detail; /* one line */
};

/* One row of the table below the drawing. */
struct vfj_table_row {
    uint64_t seq;
    int64_t at_us;
    int64_t wall_us;
    uint8_t tone; /* enum vfj_tone */
    struct vfj_name who;
    const char *word;
    const char *text;
};

struct vfj_model {
    int64_t begin_wall_us; /* wall time of the first row */
    int64_t end_us;        /* of the last one, since the beginning */
    const char *title;
    const char *summary; /* one or two sentences */
    unsigned lane_count;
    struct vfj_lane lanes[VFJ_LANES_MAX];
    struct vfj_item *items;
    size_t count, room;
    size_t
        most; /* elements at most; the caller sets it before it fills the model; 0: the default */
    struct vfj_table_row *rows; /* by seq */
    size_t row_count, row_room;
    bool is_cut; /* there are more elements */
    char **texts;
    size_t text_count, text_room;
};

/* Which records a drawing has. */
struct vfj_window {
    uint64_t first, last;       /* seq */
    int64_t since_us, until_us; /* wall time; INT64_MIN and INT64_MAX for all */
    unsigned slot_count;        /* only these slots; 0: all */
    struct vfj_name slots[VFJ_SLOTS_MAX];
    const struct vfj_episode *episodes; /* by id; those within the records are drawn */
    size_t episode_count;
};

/* Fills an empty model from the journal's records. Returns VFJ_OK also when no record is in the
 * window: the model then has no rows. The caller frees the model in any case. */
enum vfj_status vfj_model_fill(struct vfj_model *model, struct vfj_journal *journal,
                               const struct vfj_window *window);

/* Returns how many elements the model has at most, and as many rows. */
size_t vfj_model_most(const struct vfj_model *model);

/* Keeps a text as long as the model. Returns NULL without memory. */
const char *vfj_model_keep(struct vfj_model *model, const char *text);

void vfj_model_free(struct vfj_model *model);

/* "hn0", "mce0", "commands": what the lane's head says. */
const char *vfj_lane_title(const struct vfj_lane *lane);

#endif
