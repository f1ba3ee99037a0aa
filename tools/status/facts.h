/* The present state by the journal: its replay, and facts of the rows. */
#ifndef VFJ_TOOLS_STATUS_FACTS_H
#define VFJ_TOOLS_STATUS_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/command.h"
#include "core/data/event.h"
#include "core/limits.h"
#include "store/journal.h"
#include "store/machine.h"
#include "store/replay.h"

/* The changing commands that the newest decision had for a slot: they run one after another. */
struct vfj_slot_commands {
    unsigned count;
    struct vfj_command list[VFJ_BATCH_MAX];
};

/* The newest changing command of a slot that began to run, and how it ended. */
struct vfj_last_command {
    uint64_t id;              /* 0: there was none */
    char argv[VFJ_ARGS_SIZE]; /* quoted for sh(1); cut when it is longer */
    bool ended;
    int64_t wall_us; /* when it began or, once it has ended, when that was */
    struct vfj_outcome outcome;
};

/* The lagg of a slot's unit in its last observation. */
struct vfj_lagg_seen {
    int64_t wall_us; /* 0: there was none */
    bool exists;
    unsigned port_count;
    struct vfj_name ports[VFJ_PORTS_MAX];
};

struct vfj_slot_facts {
    int64_t since_wall_us; /* of the newest change of state; 0: there was none */
    struct vfj_slot_commands commands;
    struct vfj_last_command last;
    struct vfj_lagg_seen lagg;
};

/* The time and the text of an event. wall_us 0: there was none. */
struct vfj_instant {
    int64_t wall_us;
    char text[128];
};

/* Large: keep it on the heap. */
struct vfj_status_facts {
    struct vfj_machine machine; /* its state is the one after the last record that was right */
    struct vfj_replay_result result;
    int64_t newest_wall_us, newest_mono_us; /* of the newest record */
    int64_t started_wall_us;                /* of the newest `started` */
    bool listening;                         /* connected to devd, and no gap since */
    struct vfj_instant connected;
    struct vfj_instant gap;
    struct vfj_slot_facts slots[VFJ_SLOTS_MAX]; /* as the state's */
};

/* Appends " (NAME, ...)", when the slot's fault is that these interfaces use hn. */
void vfj_status_add_user(struct vfj_text *text, const struct vfj_slot *slot);

/* Replays the whole journal, and collects the facts. */
void vfj_status_facts_gather(struct vfj_journal *journal, struct vfj_status_facts *facts);

#endif
