/* The data used while the model of a timeline is filled with elements. */
#ifndef VFJ_TOOLS_TIMELINE_FILL_H
#define VFJ_TOOLS_TIMELINE_FILL_H

#include "core/data/command.h"
#include "core/limits.h"
#include "tools/timeline/model.h"

enum { VFJ_FILL_COMMANDS_MAX = 512, VFJ_FILL_TEXT_SIZE = 512 };

/* One clock for all boots in the drawing. It follows the monotonic clock during a boot, and the
 * wall clock between two boots. */
struct vfj_fill_clock {
    bool is_begun;
    uint64_t boot;
    int64_t mono_us, wall_us; /* times of the newest record */
    /* time of the newest record, counted from the beginning of the drawing */
    int64_t at_us;
};

/* A command whose outcome was not read yet. */
struct vfj_fill_command {
    uint64_t seq;
    size_t item, row; /* indexes of its element and of its row; SIZE_MAX: it has none */
    /* seq of the element that stands for the command; 0: there is no such element */
    uint64_t element;
    /* enum vfj_command_kind; VFJ_COMMAND_COUNT: a command that only reads the guest */
    uint8_t kind;
    struct vfj_command command;
};

/* A slot, and those elements in its lanes that have not ended. */
struct vfj_fill_slot {
    struct vfj_name slot, vf;
    /* index of the element for the present state; SIZE_MAX: the slot had no state yet */
    size_t state;
    size_t path;    /* index of the element for the data path; SIZE_MAX: there is none yet */
    uint64_t delay; /* seq of the transition that began the delay of the slot; 0: no delay runs */
    uint64_t delay_boot;
    int64_t delay_due_us;              /* when the delay ends, on the monotonic clock */
    size_t slow;                       /* index of the element for the time without the VF */
    const struct vfj_episode *episode; /* the episode that the element `slow` shows */
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
    /* seq of the newest record of the period to draw; 0: no record was read */
    uint64_t named;
    int64_t stopped_us; /* time at which the daemon ended; -1: a daemon runs */
    bool no_memory;
    uint64_t event_seq; /* seq of the newest event */
    /* seq of the element that stands for the newest event; 0: the event is not drawn */
    uint64_t event_element;
    struct vfj_event event; /* space for one decoded body */
};

/* --- lanes.c --- */

bool vfj_fill_is_inside(const struct vfj_window *window, const struct vfj_record *record);

/* Reads an interface name from the record's body. Returns false and an empty name when the value is
 * not an interface name. */
bool vfj_fill_name_of(const struct vfj_record *record, const char *key, struct vfj_name *name);

/* Returns the lane with this kind and name, or NULL. */
struct vfj_lane *vfj_fill_find_lane(struct vfj_model *model, enum vfj_lane_kind kind,
                                    struct vfj_name name);
/* Returns the lane of the interface (hn, VF or lagg) with this name, or NULL. */
struct vfj_lane *vfj_fill_find_interface(struct vfj_model *model, struct vfj_name name);

/* Adds a lane, unless the lane exists, `name` is empty, or there are too many lanes. */
void vfj_fill_add_lane(struct vfj_model *model, enum vfj_lane_kind kind, struct vfj_name slot,
                       struct vfj_name name);

/* Adds lanes for the slots and the interfaces that a record names. */
void vfj_fill_name_lanes(struct vfj_fill *fill, const struct vfj_record *record);

/* Adds lanes for VFs that belong to no slot. Call this when all slots are known. */
void vfj_fill_name_others(struct vfj_fill *fill, const struct vfj_record *record);

/* Sorts the lanes so that the lanes of each slot are next to each other. */
void vfj_fill_sort_lanes(struct vfj_fill *fill);
/* Removes the lanes that have no elements. */
void vfj_fill_drop_empty_lanes(struct vfj_model *model);

/* --- items.c --- */

/* Copies a text to memory that the model owns, with passwords replaced. When memory runs out,
 * returns "" and sets no_memory. */
const char *vfj_fill_keep(struct vfj_fill *fill, const char *text);

/* Returns the record's line as vfj_output_text() gives it for `rows`, in memory of the model.
 * Cuts a line that is too long for the table, and ends it with "...". */
const char *vfj_fill_text_of(struct vfj_fill *fill, const struct vfj_record *record, bool rows);

/* Adds an element to the lane. Returns its index. Returns SIZE_MAX when `lane` is NULL, there are
 * too many elements, or memory runs out. */
size_t vfj_fill_add_item(struct vfj_fill *fill, struct vfj_item item, const struct vfj_lane *lane);

/* Adds a row to the table. Returns its index. Returns SIZE_MAX when there are too many rows or
 * memory runs out. */
size_t vfj_fill_add_row(struct vfj_fill *fill, const struct vfj_record *record, uint8_t tone,
                        const char *text);

/* Adds a mark for an event, and a row of the table. Does nothing when `lane` is NULL. */
void vfj_fill_add_tick(struct vfj_fill *fill, const struct vfj_record *record,
                       const struct vfj_lane *lane, uint8_t tone, const char *label);

struct vfj_fill_slot *vfj_fill_find_track(struct vfj_fill *fill, struct vfj_name slot);

/* Begins the elements for times without the VF that began before the first drawn record. */
void vfj_fill_begin_slow(struct vfj_fill *fill);
/* If a time without the VF begins or ends at this record, begins or ends its element. */
void vfj_fill_take_slow(struct vfj_fill *fill, const struct vfj_record *record);

/* Draws the time that was announced for each episode, in a lane beside the episode. Call this after
 * all records were read. A part outside the drawing is cut off. */
void vfj_fill_add_announced(struct vfj_fill *fill);

/* --- causes.c --- */

/* Records which element stands for the event, because the event is the cause of the decisions that
 * follow. The element for the result of a command is the command, and that for the end of a delay
 * is the delay's beginning. Does nothing for records that are not events. */
void vfj_fill_note_event(struct vfj_fill *fill, const struct vfj_record *record);

/* Returns the seq of the element that caused this decision, or 0. */
uint64_t vfj_fill_cause_of(const struct vfj_fill *fill, const struct vfj_record *record);

/* If the transition begins a delay, records the delay. Any other transition of the slot ends the
 * delay. */
void vfj_fill_note_delay(struct vfj_fill_slot *track, const struct vfj_record *record);

#endif
