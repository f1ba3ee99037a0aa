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

    /* how findings are printed */
    struct vfj_json *json; /* NULL: findings are printed as text */
    bool quiet;            /* print faults only */
    enum vfj_zone zone;    /* zone of printed times */
    unsigned counts[VFJ_LEVEL_FAIL + 1];

    /* results of earlier checks that later checks use */
    long daemon; /* pid of the daemon; 0: none runs; -1: unknown */
    bool acts;   /* the daemon runs in act mode */
    unsigned slot_count;
    /* the slots as the first reading of the journal found them */
    struct vfj_doctor_slot slots[VFJ_SLOTS_MAX];
    bool rc_read;
    char rc_complaint[256]; /* why rc.conf was not read */
    struct vfj_rc rc, origin;
    bool map_read;
    struct vfj_map map;
    struct vfj_hns hns;
    bool any_lagg; /* a lagg interface exists */
};

/* Prints a finding. `subject` is one or two words. `advice` is the remedy, or empty. Bytes that
 * could control a terminal are escaped. */
void vfj_doctor_find(struct vfj_doctor *doctor, enum vfj_level level, const char *subject,
                     const char *what, const char *advice);
/* Prints a finding whose text is in two parts, `what` and `detail`. */
void vfj_doctor_find2(struct vfj_doctor *doctor, enum vfj_level level, const char *subject,
                      const char *what, const char *detail, const char *advice);

/* Returns whether the daemon has changed that hn since the first reading of the journal, so that
 * findings about it may be outdated. Reads the journal again. */
bool vfj_doctor_is_at_work(struct vfj_doctor *doctor, struct vfj_name hn);

/* Reads what several checks use: rc.conf, the map of hn(4), and the list of hn interfaces. */
void vfj_doctor_read_guest(struct vfj_doctor *doctor);

/* Returns whether the guest runs on another hypervisor and has no hn. Prints that as a finding.
 * Call this after vfj_doctor_read_guest(). */
bool vfj_doctor_is_elsewhere(struct vfj_doctor *doctor);

/* The checks, in their order. */
/* an address, a link and a default route */
void vfj_doctor_check_reach(struct vfj_doctor *doctor);
/* daemon, permissions, disk, clock, replay */
void vfj_doctor_check_journal(struct vfj_doctor *doctor);
void vfj_doctor_check_rc(struct vfj_doctor *doctor); /* rc.conf and the delay */
/* Hyper-V, hn's mode, devctl's queue, if_lagg */
void vfj_doctor_check_kernel(struct vfj_doctor *doctor);
void vfj_doctor_check_hns(struct vfj_doctor *doctor);  /* each hn with its VF and lagg */
void vfj_doctor_check_devd(struct vfj_doctor *doctor); /* devd's sockets and rules */

#endif
