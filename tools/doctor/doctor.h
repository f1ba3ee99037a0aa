/* vfjournal doctor: what its checks share. */
#ifndef VFJ_TOOLS_DOCTOR_DOCTOR_H
#define VFJ_TOOLS_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "store/json.h"
#include "tools/guest_look.h"
#include "tools/status/facts.h"

enum vfj_level { VFJ_LEVEL_OK, VFJ_LEVEL_WARN, VFJ_LEVEL_FAIL };

/* What the daemon was doing. */
struct vfj_doctor_slot {
    struct vfj_name hn;
    bool busy;             /* a plan was under way */
    uint64_t last_command; /* id of the newest that changed something */
};

struct vfj_doctor {
    struct vfj_paths paths;
    char journal[VFJ_PATHNAME_SIZE];
    struct vfj_query *ask;

    /* how findings are told */
    struct vfj_json *json; /* NULL: as text */
    bool quiet;            /* nothing of what is well */
    unsigned counts[VFJ_LEVEL_FAIL + 1];

    /* what the checks found out, for those after them */
    long daemon; /* pid; 0 none, -1 it can't be told */
    bool acts;   /* it runs, and in act mode */
    unsigned slot_count;
    struct vfj_doctor_slot slots[VFJ_SLOTS_MAX]; /* by the journal, when it was read first */
    bool rc_read;
    char rc_complaint[256]; /* why not */
    struct vfj_rc rc, origin;
    bool map_read;
    struct vfj_map map;
    struct vfj_hns hns;
    bool any_lagg; /* there is a lagg interface */
};

/* Tell a finding. `subject` is one or two words; `advice` says what to do, "" when nothing is.
 * Their bytes are made safe for the terminal here. */
void vfj_doctor_find(struct vfj_doctor *doctor, enum vfj_level level, const char *subject,
                     const char *what, const char *advice);
/* Likewise, `what` being made of two parts. */
void vfj_doctor_find2(struct vfj_doctor *doctor, enum vfj_level level, const char *subject,
                      const char *what, const char *detail, const char *advice);

/* Whether the daemon has been at work on that hn since the journal was read first: how it stands
 * now is not how it stays. Reads the journal anew. */
bool vfj_doctor_is_at_work(struct vfj_doctor *doctor, struct vfj_name hn);

/* Read what several checks ask for: rc.conf, hn's map, which hn interfaces there are. */
void vfj_doctor_read_guest(struct vfj_doctor *doctor);

/* The checks, in the order in which they are made. */
/* an address, a link and a default route */
void vfj_doctor_check_reach(struct vfj_doctor *doctor);
/* daemon, permissions, disk, clock, replay */
void vfj_doctor_check_journal(struct vfj_doctor *doctor);
void vfj_doctor_check_rc(struct vfj_doctor *doctor); /* rc.conf, the delay */
/* Hyper-V, hn's mode, devctl's queue, if_lagg */
void vfj_doctor_check_kernel(struct vfj_doctor *doctor);
void vfj_doctor_check_hns(struct vfj_doctor *doctor);  /* each hn with its VF and lagg */
void vfj_doctor_check_devd(struct vfj_doctor *doctor); /* sockets and rules */

#endif
