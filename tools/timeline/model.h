/* The model of the drawing of `vfjournal timeline`. The drawing shows a part of the journal as
 * lanes of bars, marks and boxes on one time axis. */
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
    /* limit for the number of elements, unless the caller sets another one */
    VFJ_ITEMS_MAX = 20000,
};

/* The kinds of lanes, in the order in which the lanes of a slot are drawn. The daemon's lane is the
 * first of all. */
enum vfj_lane_kind {
    VFJ_LANE_DAEMON,
    VFJ_LANE_ANNOUNCED, /* the times for which the host announced events */
    VFJ_LANE_SLOW,      /* times in which a slot's traffic did not go through its VF */
    VFJ_LANE_STATE,     /* states of a slot */
    VFJ_LANE_HN,        /* one hn interface */
    VFJ_LANE_VF,        /* one VF */
    VFJ_LANE_LAGG,      /* one lagg interface */
    VFJ_LANE_COMMANDS,  /* commands about a slot */
};

struct vfj_lane {
    uint8_t kind; /* enum vfj_lane_kind */
    /* the hn of the slot to which the lane belongs; empty: the daemon's lane */
    struct vfj_name slot;
    /* the interface that the lane shows; for states and commands, the slot's hn */
    struct vfj_name name;
    /* number of rows in which labels are placed, one below the other (layout.h) */
    unsigned rows;
};

/* The look of an element. A bar for a state has the number of the state instead. */
enum vfj_tone {
    VFJ_TONE_PLAIN,
    VFJ_TONE_GOOD,    /* a command that succeeded */
    VFJ_TONE_BAD,     /* a command that failed, a fault, or a gap */
    VFJ_TONE_WAITING, /* a command that has no outcome or was not run */
    VFJ_TONE_READ,    /* a command that only reads the guest */
    VFJ_TONE_TRAFFIC, /* the time in which the interface has the data path */
};

enum vfj_item_kind {
    VFJ_ITEM_BAR,  /* the time in which a slot is in one state, or an interface has the data path */
    VFJ_ITEM_TICK, /* one event */
    VFJ_ITEM_BOX,  /* a command, from its start to its end */
    VFJ_ITEM_GAP,  /* a time without a connection to devd */
};

/* One element of the drawing. Its texts are printable ASCII; other bytes were escaped. */
struct vfj_item {
    uint8_t kind;     /* enum vfj_item_kind */
    uint8_t tone;     /* enum vfj_tone, or enum vfj_slot_state in a lane of states */
    bool has_label;   /* there is room for the label (layout.h) */
    bool is_left;     /* the label is left of the element */
    bool from_before; /* the element is a bar that began before the drawing */
    bool to_after;    /* the element is a bar that lasts beyond the end of the drawing */
    unsigned lane;    /* index of the lane in which the element is drawn */
    unsigned row;     /* index of the element's row within the lane */
    /* time at which the element begins, counted from the beginning of the drawing */
    int64_t from_us;
    int64_t to_us;      /* time at which the element ends; for a mark, equal to from_us */
    uint64_t seq;       /* seq of the element's row in the table; 0: it has no row */
    uint64_t cause;     /* seq of the element that caused this one; 0: none did */
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
    int64_t end_us;        /* time of the last row, counted from the beginning of the drawing */
    const char *title;
    const char *summary; /* text of one or two sentences */
    unsigned lane_count;
    struct vfj_lane lanes[VFJ_LANES_MAX];
    struct vfj_item *items;
    size_t count, room;
    /* limit of elements, which the caller sets before vfj_model_fill(); 0: the default limit */
    size_t most;
    struct vfj_table_row *rows; /* sorted by seq */
    size_t row_count, row_room;
    bool is_cut; /* elements are missing because there would have been too many */
    char **texts;
    size_t text_count, text_room;
};

/* Which records a drawing shows. */
struct vfj_window {
    uint64_t first, last;       /* seq */
    int64_t since_us, until_us; /* period of wall time; INT64_MIN and INT64_MAX: no limit */
    unsigned slot_count;        /* number of slots to show; 0: show all slots */
    struct vfj_name slots[VFJ_SLOTS_MAX];
    /* episodes in the order of their ids; those that overlap the period are drawn */
    const struct vfj_episode *episodes;
    size_t episode_count;
};

/* Fills an empty model from the records of the journal. Returns VFJ_OK, too, when the window
 * contains no records: the model then has no rows. The caller frees the model in any case. */
enum vfj_status vfj_model_fill(struct vfj_model *model, struct vfj_journal *journal,
                               const struct vfj_window *window);

/* Returns the limit for the number of elements. The number of rows has the same limit. */
size_t vfj_model_most(const struct vfj_model *model);

/* Copies a text to memory that the model owns. Returns NULL when memory runs out. */
const char *vfj_model_keep(struct vfj_model *model, const char *text);

void vfj_model_free(struct vfj_model *model);

/* Returns the title of a lane, such as "hn0", "mce0" or "commands". */
const char *vfj_lane_title(const struct vfj_lane *lane);

#endif
