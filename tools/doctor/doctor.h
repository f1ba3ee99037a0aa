/* The checks of vfjournal doctor. */
#ifndef VFJ_TOOLS_DOCTOR_DOCTOR_H
#define VFJ_TOOLS_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "store/json.h"
#include "tools/guest_observation.h"
#include "tools/status/facts.h"
#include "tools/time_format.h"

enum vfj_level { VFJ_LEVEL_OK, VFJ_LEVEL_WARN, VFJ_LEVEL_FAIL };

/* The activity of the daemon on a slot. */
struct vfj_doctor_slot {
    struct vfj_name hn;
    bool busy;             /* a plan was active */
    uint64_t last_command; /* id of the newest changing command */
};

struct vfj_doctor {
    struct vfj_paths paths;
    char journal[VFJ_PATHNAME_SIZE];
    struct vfj_query *ask;

    /* the output of findings */
    struct vfj_json *json; /* NULL: as text */
    bool quiet;            /* faults only */
    enum vfj_zone zone;    /* of printed times */
    unsigned counts[VFJ_LEVEL_FAIL + 1];

    /* results of checks, for later ones */
    long daemon; /* pid; 0 for none, -1 when it is unknown */
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

/* Prints a finding. `subject` is one or two words. `advice` is the remedy, or empty. Bytes that a
 * terminal could act on are escaped. */
void vfj_doctor_find(struct vfj_doctor *doctor, enum vfj_level level, const char *subject,
                     const char *what, const char *advice);
/* Likewise, with the finding in two parts. */
void vfj_doctor_find2(struct vfj_doctor *doctor, enum vfj_level level, const char *subject,
                      const char *what, const char *detail, const char *advice);

/* Returns whether the daemon has worked on that hn since the journal was first read: the hn may
 * change at once. Reads the journal again. */
bool vfj_doctor_is_at_work(struct vfj_doctor *doctor, struct vfj_name hn);

/* Read what several checks ask for: rc.conf, hn's map, which hn interfaces there are. */
void vfj_doctor_read_guest(struct vfj_doctor *doctor);

/* Returns whether the guest is of another hypervisor and has no hn, and prints that as the one
 * finding about it. To be called after vfj_doctor_read_guest(). */
bool vfj_doctor_is_elsewhere(struct vfj_doctor *doctor);

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
