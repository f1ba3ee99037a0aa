/* Collects the present state from the journal: by replay, and from single rows. */
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

/* The changing commands of the newest decision about a slot. They run one after another. */
struct vfj_slot_commands {
    unsigned count;
    struct vfj_command list[VFJ_BATCH_MAX];
};

/* The newest changing command of a slot that began to run, and its outcome. */
struct vfj_last_command {
    uint64_t id;              /* 0: there is no such command */
    char argv[VFJ_ARGS_SIZE]; /* quoted for sh(1), and cut when it is too long */
    bool ended;
    int64_t wall_us; /* time of its end, or of its beginning while it runs */
    struct vfj_outcome outcome;
};

/* The lagg of a slot's unit in its last observation. */
struct vfj_lagg_seen {
    int64_t wall_us; /* 0: the slot was never observed */
    bool exists;
    unsigned port_count;
    struct vfj_name ports[VFJ_PORTS_MAX];
};

struct vfj_slot_facts {
    int64_t since_wall_us; /* time of the newest change of state; 0: none */
    struct vfj_slot_commands commands;
    struct vfj_last_command last;
    struct vfj_lagg_seen lagg;
};

/* The time and the text of an event. wall_us 0: there was no such event. */
struct vfj_instant {
    int64_t wall_us;
    char text[128];
};

/* This struct is large: allocate it on the heap. */
struct vfj_status_facts {
    struct vfj_machine machine; /* its state is that after the last valid record */
    struct vfj_replay_result result;
    int64_t newest_wall_us, newest_mono_us; /* times of the newest record */
    int64_t started_wall_us;                /* time of the newest `started` row */
    bool listening; /* the daemon was connected to devd, and no gap followed */
    struct vfj_instant connected;
    struct vfj_instant gap;
    /* the facts of the slots, in the order of the slots in the state */
    struct vfj_slot_facts slots[VFJ_SLOTS_MAX];
};

/* Appends " (NAME, ...)" when the slot's fault is that interfaces with these names use hn. */
void vfj_status_add_user(struct vfj_text *text, const struct vfj_slot *slot);

/* Replays the whole journal and collects the facts. */
void vfj_status_facts_gather(struct vfj_journal *journal, struct vfj_status_facts *facts);

#endif
