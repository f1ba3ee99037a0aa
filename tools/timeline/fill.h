/* The state of filling in a timeline's model. */
#ifndef VFJ_TOOLS_TIMELINE_FILL_H
#define VFJ_TOOLS_TIMELINE_FILL_H

#include "core/data/command.h"
#include "core/limits.h"
#include "tools/timeline/model.h"

enum { VFJ_FILL_COMMANDS_MAX = 512, VFJ_FILL_TEXT_SIZE = 512 };

/* One clock for all boots. It follows the monotonic clock within a boot, and the wall clock
 * between two boots. */
struct vfj_fill_clock {
    bool is_begun;
    uint64_t boot;
    int64_t mono_us, wall_us; /* times of the newest record */
    int64_t at_us;            /* time of the newest record since the beginning */
};

/* A command without an outcome so far. */
struct vfj_fill_command {
    uint64_t seq;
    size_t item, row; /* index; SIZE_MAX: none */
    uint64_t element; /* seq of the element that represents the command; 0: none */
    uint8_t kind;     /* enum vfj_command_kind; VFJ_COMMAND_COUNT for a probe */
    struct vfj_command command;
};

/* A slot, with the elements of its lanes that have not ended. */
struct vfj_fill_slot {
    struct vfj_name slot, vf;
    size_t state;   /* index of the present state's element; SIZE_MAX before the first */
    size_t path;    /* the same for the data path */
    uint64_t delay; /* seq of the transition that began the slot's delay; 0: no delay runs */
    uint64_t delay_boot;
    int64_t delay_due_us;              /* on the monotonic clock */
    size_t slow;                       /* index of the element for the time without the fast path */
    const struct vfj_episode *episode; /* the episode of `slow` */
};

struct vfj_fill {
    struct vfj_model *model;
    const struct vfj_window *window;
    struct vfj_fill_clock clock;
    unsigned open_count;
    struct vfj_fill_command open[VFJ_FILL_COMMANDS_MAX];
    unsigned track_count;
    struct vfj_fill_slot tracks[VFJ_SLOTS_MAX];
    uint64_t first, last; /* seq of the records that are read */
    uint64_t named;       /* seq of the newest record within the window; 0: none */
    int64_t stopped_us;   /* when the daemon ended; -1: it runs */
    bool no_memory;
    uint64_t event_seq;     /* seq of the newest event */
    uint64_t event_element; /* seq of the element that represents that event; 0: none */
    struct vfj_event event; /* space for one decoded body */
};

/* --- lanes.c --- */

bool vfj_fill_is_inside(const struct vfj_window *window, const struct vfj_record *record);

/* Reads a name from the record's body. Returns false and an empty name for any other value. */
bool vfj_fill_name_of(const struct vfj_record *record, const char *key, struct vfj_name *name);

/* Returns the lane of that kind and name, or NULL. */
struct vfj_lane *vfj_fill_find_lane(struct vfj_model *model, enum vfj_lane_kind kind,
                                    struct vfj_name name);
/* Returns the lane of an interface of any kind, or NULL. */
struct vfj_lane *vfj_fill_find_interface(struct vfj_model *model, struct vfj_name name);

/* Adds a lane, unless it exists, its name is empty, or there are too many. */
void vfj_fill_add_lane(struct vfj_model *model, enum vfj_lane_kind kind, struct vfj_name slot,
                       struct vfj_name name);

/* Makes lanes for the slots and interfaces that a record names. */
void vfj_fill_name_lanes(struct vfj_fill *fill, const struct vfj_record *record);

/* Makes lanes for VFs that belong to no slot. Call it after all slots are known. */
void vfj_fill_name_others(struct vfj_fill *fill, const struct vfj_record *record);

/* Sorts the lanes, so that those of each slot are together. */
void vfj_fill_sort_lanes(struct vfj_fill *fill);
/* Removes the lanes without elements. */
void vfj_fill_drop_empty_lanes(struct vfj_model *model);

/* --- items.c --- */

/* Stores a text for the life of the model, without passwords. Without memory returns "" and sets
 * no_memory. */
const char *vfj_fill_keep(struct vfj_fill *fill, const char *text);

/* Returns the text of the record, cut to the length of a table row. */
const char *vfj_fill_text_of(struct vfj_fill *fill, const struct vfj_record *record, bool rows);

/* Adds an element to the lane. Returns its index, or SIZE_MAX without room, memory or a lane. */
size_t vfj_fill_add_item(struct vfj_fill *fill, struct vfj_item item, const struct vfj_lane *lane);

/* Adds a row to the table. Returns its index, or SIZE_MAX without room or memory. */
size_t vfj_fill_add_row(struct vfj_fill *fill, const struct vfj_record *record, uint8_t tone,
                        const char *text);

/* Adds a mark for an event, and its row. Does nothing without a lane. */
void vfj_fill_add_tick(struct vfj_fill *fill, const struct vfj_record *record,
                       const struct vfj_lane *lane, uint8_t tone, const char *label);

struct vfj_fill_slot *vfj_fill_find_track(struct vfj_fill *fill, struct vfj_name slot);

/* Begins the times without the fast path that began before the first record. */
void vfj_fill_begin_slow(struct vfj_fill *fill);
/* Begins or ends a time without the fast path at this record. */
void vfj_fill_take_slow(struct vfj_fill *fill, const struct vfj_record *record);

/* Draws the announced time of each episode beside the episode. Called after all records were
 * read. A part outside the drawing is cut off. */
void vfj_fill_add_announced(struct vfj_fill *fill);

/* --- causes.c --- */

/* Notes which element represents the event, as the cause of the decisions that follow. A command
 * represents its result, and the beginning of a delay represents its end. Does nothing for other
 * records. */
void vfj_fill_note_event(struct vfj_fill *fill, const struct vfj_record *record);

/* Returns the seq of the element that caused a decision, or 0. */
uint64_t vfj_fill_cause_of(const struct vfj_fill *fill, const struct vfj_record *record);

/* Notes the delay that a transition began. Any other transition of the slot ends the delay. */
void vfj_fill_note_delay(struct vfj_fill_slot *track, const struct vfj_record *record);

#endif
