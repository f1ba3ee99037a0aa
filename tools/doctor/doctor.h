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

/* The daemon's activity on a slot, as the journal shows it. */
struct vfj_doctor_slot {
    struct vfj_name hn;
    bool busy;             /* the daemon had a plan that was not finished */
    uint64_t last_command; /* id of the newest command that changes the guest */
};

struct vfj_doctor {
    struct vfj_paths paths;
    char journal[VFJ_PATHNAME_SIZE];
    struct vfj_query *ask;

    /* how findings are printed */
    struct vfj_json *json; /* NULL: findings are printed as text */
    bool failed;           /* a finding was not printed as JSON, since memory ran out */
    bool quiet;            /* print faults only */
    enum vfj_zone zone;    /* zone of printed times */
    unsigned counts[VFJ_LEVEL_FAIL + 1];

    /* results of earlier checks that later checks use */
    long daemon; /* pid of the daemon; 0: no daemon runs; -1: unknown */
    bool acts;   /* the daemon runs in act mode */
    unsigned slot_count;
    /* the activity on each slot at the first reading of the journal */
    struct vfj_doctor_slot slots[VFJ_SLOTS_MAX];
    bool rc_read;
    char rc_complaint[256]; /* why rc.conf was not read */
    struct vfj_rc rc, origin;
    bool map_read;
    struct vfj_map map;
    struct vfj_hns hns;
    bool any_lagg; /* a lagg interface exists */
};

/* Prints a finding. `subject` is one or two words that name the checked thing. `what` is the
 * text of the finding, and `advice` is the remedy, or "". Bytes that could control a terminal
 * are escaped. */
void vfj_doctor_find(struct vfj_doctor *doctor, enum vfj_level level, const char *subject,
                     const char *what, const char *advice);
/* Prints a finding like vfj_doctor_find(). The text of the finding is `what` followed by
 * `detail`. */
void vfj_doctor_find2(struct vfj_doctor *doctor, enum vfj_level level, const char *subject,
                      const char *what, const char *detail, const char *advice);

/* Reads the journal again. Returns true when the daemon has worked on this hn since the first
 * reading, so that findings about hn may be outdated. */
bool vfj_doctor_is_at_work(struct vfj_doctor *doctor, struct vfj_name hn);

/* Reads what several checks need: rc.conf, which VF belongs to which hn, and the list of hn
 * interfaces. */
void vfj_doctor_read_guest(struct vfj_doctor *doctor);

/* Returns true when the guest runs on another hypervisor than Hyper-V and has no hn. Prints a
 * finding about this. Call this after vfj_doctor_read_guest(). */
bool vfj_doctor_is_elsewhere(struct vfj_doctor *doctor);

/* The functions below are the checks, in the order in which they are made. */
/* checks that the guest has an address, a link and a default route */
void vfj_doctor_check_reach(struct vfj_doctor *doctor);
/* checks the daemon, the permissions, the disk, the clock, and that the journal can be replayed */
void vfj_doctor_check_journal(struct vfj_doctor *doctor);
void vfj_doctor_check_rc(struct vfj_doctor *doctor); /* checks rc.conf and the delay */
/* checks for Hyper-V, and checks the mode of hn(4), devctl's queue, and if_lagg */
void vfj_doctor_check_kernel(struct vfj_doctor *doctor);
void vfj_doctor_check_hns(struct vfj_doctor *doctor);  /* checks each hn with its VF and its lagg */
void vfj_doctor_check_devd(struct vfj_doctor *doctor); /* checks devd's sockets and rules */

#endif
