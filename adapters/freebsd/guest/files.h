/* Reads the guest's files for a probe command. */
#ifndef VFJ_FREEBSD_GUEST_FILES_H
#define VFJ_FREEBSD_GUEST_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/paths.h"
#include "core/data/command.h"

/* Facts from the files of one slot. The members equal those of struct vfj_view. */
struct vfj_slot_files {
    uint64_t hn_dhclient, vf_dhclient, lagg_dhclient;
    bool lease;
    uint8_t script;
    char script_refused[VFJ_PATH_SIZE];
};

struct vfj_files {
    bool ok; /* false: no probe may read the file that the command names */
    union {
        struct vfj_file file; /* PROBE_FILE: the file */
        /* PROBE_SLOT: the per-interface script, the lease, the dhclients' pidfiles. PROBE_SNAPSHOT:
         * the VF's dhclient only. */
        struct vfj_slot_files slot;
    } as;
};

/* Reads the files of a PROBE_FILE, PROBE_SLOT or PROBE_SNAPSHOT command. */
void vfj_files_read(const struct vfj_paths *paths, const struct vfj_command *command,
                    struct vfj_files *files);

#endif
