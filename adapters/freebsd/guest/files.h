/* Reads the guest's files that a probe needs. */
#ifndef VFJ_FREEBSD_GUEST_FILES_H
#define VFJ_FREEBSD_GUEST_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/paths.h"
#include "core/data/command.h"

/* Facts from the files of one slot. The members have the names and meanings of struct vfj_view. */
struct vfj_slot_files {
    uint64_t hn_dhclient, vf_dhclient, lagg_dhclient;
    bool lease;
    uint8_t script;
    char script_refused[VFJ_PATH_SIZE];
};

struct vfj_files {
    bool ok; /* false: the command names a file that no probe may read */
    union {
        struct vfj_file file; /* PROBE_FILE: the file */
        /* PROBE_SLOT: the per-interface script, the lease and the pidfiles of dhclients.
         * PROBE_SNAPSHOT: only the pidfile of the VF's dhclient. */
        struct vfj_slot_files slot;
    } as;
};

/* Reads the files of a PROBE_FILE, PROBE_SLOT or PROBE_SNAPSHOT command. */
void vfj_files_read(const struct vfj_paths *paths, const struct vfj_command *command,
                    struct vfj_files *files);

#endif
