/* Collects the present state from a journal: replays it, and reads single rows. */
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

/* The commands of the newest decision about a slot that change the guest. They run one after the
 * other. */
struct vfj_slot_commands {
    unsigned count;
    struct vfj_command list[VFJ_BATCH_MAX];
};

/* The slot's newest command that changes the guest and began to run, and its outcome. */
struct vfj_last_command {
    uint64_t id; /* 0: there is no such command yet */
    /* the command's words, quoted for sh(1); cut when they are too long */
    char argv[VFJ_ARGS_SIZE];
    bool ended;
    int64_t wall_us; /* time of its end, or while it runs, of its beginning */
    struct vfj_outcome outcome;
};

/* What the last observation of a slot showed about the lagg of the slot's unit. */
struct vfj_lagg_seen {
    int64_t wall_us; /* 0: there was no observation */
    bool exists;
    unsigned port_count;
    struct vfj_name ports[VFJ_PORTS_MAX];
};

struct vfj_slot_facts {
    int64_t since_wall_us; /* time of the newest change of state; 0: the state never changed */
    struct vfj_slot_commands commands;
    struct vfj_last_command last;
    struct vfj_lagg_seen lagg;
};

/* When an event happened, and its text. When wall_us is 0, there was no such event. */
struct vfj_instant {
    int64_t wall_us;
    char text[128];
};

/* The facts about the daemon and all slots. This struct is large: allocate it on the heap. */
struct vfj_status_facts {
    struct vfj_machine machine; /* its state is the one after the last valid record */
    struct vfj_replay_result result;
    int64_t newest_wall_us, newest_mono_us; /* times of the newest record */
    int64_t started_wall_us;                /* time of the newest row about a daemon's start */
    bool listening; /* the daemon was connected to devd, and no gap was recorded after that */
    struct vfj_instant connected;
    struct vfj_instant gap;
    /* facts about each slot, in the order of the slots in the machine's state */
    struct vfj_slot_facts slots[VFJ_SLOTS_MAX];
};

/* Appends " (NAME, ...)" with the names of the interfaces that use hn, when this use is the slot's
 * fault. */
void vfj_status_add_user(struct vfj_text *text, const struct vfj_slot *slot);

/* Replays the whole journal and collects the facts. */
void vfj_status_facts_gather(struct vfj_journal *journal, struct vfj_status_facts *facts);

#endif
