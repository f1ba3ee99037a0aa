/* vfjournal timeline: the model of a drawing. It shows a part of the journal as lanes of bars,
 * marks and boxes over one time axis. */
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
    VFJ_ITEMS_MAX = 20000, /* limit of elements, unless the caller sets another one */
};

/* The kinds of lanes, in the order of a slot's lanes. The daemon's lane comes first. */
enum vfj_lane_kind {
    VFJ_LANE_DAEMON,
    VFJ_LANE_ANNOUNCED, /* the times for which the host announced events */
    VFJ_LANE_SLOW,      /* measured times of a slot without the fast path */
    VFJ_LANE_STATE,     /* states of a slot */
    VFJ_LANE_HN,        /* an interface; the next two are interfaces too */
    VFJ_LANE_VF,        /* */
    VFJ_LANE_LAGG,      /* */
    VFJ_LANE_COMMANDS,  /* commands for a slot */
};

struct vfj_lane {
    uint8_t kind;         /* enum vfj_lane_kind */
    struct vfj_name slot; /* the hn of its slot; empty for the daemon */
    struct vfj_name name; /* the interface; for states and commands the slot's hn */
    unsigned rows;        /* number of rows of labels, one below the other (layout.h) */
};

/* The look of an element. A bar of a state has the state's number instead. */
enum vfj_tone {
    VFJ_TONE_PLAIN,
    VFJ_TONE_GOOD,    /* a command that succeeded */
    VFJ_TONE_BAD,     /* a failed command, a fault, a gap */
    VFJ_TONE_WAITING, /* a command without an outcome, or one that was not run */
    VFJ_TONE_READ,    /* a probe */
    VFJ_TONE_TRAFFIC, /* the interface has the data path in this time */
};

enum vfj_item_kind {
    VFJ_ITEM_BAR,  /* a time in a state, or with the data path */
    VFJ_ITEM_TICK, /* an event */
    VFJ_ITEM_BOX,  /* a command, from its start to its end */
    VFJ_ITEM_GAP,  /* a time without a connection to devd */
};

/* One element. Its texts are printable ASCII, with bytes from outside escaped. */
struct vfj_item {
    uint8_t kind;       /* enum vfj_item_kind */
    uint8_t tone;       /* enum vfj_tone, or enum vfj_slot_state in a lane of states */
    bool has_label;     /* there is room for the label (layout.h) */
    bool is_left;       /* the label is left of the element */
    bool from_before;   /* a bar that began before the drawing */
    bool to_after;      /* a bar that lasts beyond the end of the drawing */
    unsigned lane;      /* index of the lane that holds the element */
    unsigned row;       /* row within the lane */
    int64_t from_us;    /* time at which the element begins, since the beginning of the model */
    int64_t to_us;      /* time at which the element ends; equal to from_us for a tick */
    uint64_t seq;       /* seq of its row in the table; 0: none */
    uint64_t cause;     /* seq of the element that caused it; 0: none */
    const char *label;  /* text of a few words */
    const char *detail; /* text of one line */
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
    int64_t end_us;        /* time of the last row, since the beginning */
    const char *title;
    const char *summary; /* text of one or two sentences */
    unsigned lane_count;
    struct vfj_lane lanes[VFJ_LANES_MAX];
    struct vfj_item *items;
    size_t count, room;
    /* limit of elements, which the caller sets before vfj_model_fill(); 0: the default limit */
    size_t most;
    struct vfj_table_row *rows; /* in order of seq */
    size_t row_count, row_room;
    bool is_cut; /* elements were dropped because of the limit */
    char **texts;
    size_t text_count, text_room;
};

/* The records that a drawing shows. */
struct vfj_window {
    uint64_t first, last;       /* seq */
    int64_t since_us, until_us; /* wall time; INT64_MIN and INT64_MAX: no limit */
    unsigned slot_count;        /* number of slots to show; 0: all */
    struct vfj_name slots[VFJ_SLOTS_MAX];
    /* episodes in the order of their ids; the episodes within the records are drawn */
    const struct vfj_episode *episodes;
    size_t episode_count;
};

/* Fills in an empty model from the journal's records. Also returns VFJ_OK when no record is in
 * the window: the model then has no rows. The caller frees the model in any case. */
enum vfj_status vfj_model_fill(struct vfj_model *model, struct vfj_journal *journal,
                               const struct vfj_window *window);

/* Returns the limit for elements, which is also that for rows. */
size_t vfj_model_most(const struct vfj_model *model);

/* Stores a text for the life of the model. Returns NULL when memory runs out. */
const char *vfj_model_keep(struct vfj_model *model, const char *text);

void vfj_model_free(struct vfj_model *model);

/* Returns the title of a lane: "hn0", "mce0", "commands". */
const char *vfj_lane_title(const struct vfj_lane *lane);

#endif
