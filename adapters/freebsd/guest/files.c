/* Reads the guest's files that a probe needs. */
#include "adapters/freebsd/guest/files.h"

#include <string.h>

#include "adapters/freebsd/guest/guest_file.h"
#include "adapters/freebsd/privsep/safe_path.h"

/* Records the first of hn's possible scripts that exists, if only root can change it. */
static void read_script(const struct vfj_paths *paths, struct vfj_name hn,
                        struct vfj_slot_files *files)
{
    char name[VFJ_PATH_SIZE], path[VFJ_PATHNAME_SIZE];
    for (unsigned place = VFJ_OWN_SCRIPT_BASE; place < VFJ_OWN_SCRIPT_COUNT; place++) {
        struct vfj_text text = vfj_text_begin(name, sizeof name);
        vfj_text_format(&text, "%s%s", vfj_own_script_path((enum vfj_own_script)place), hn.text);
        if (!vfj_paths_of_file(paths, name, path) || !vfj_guest_file_exists(path))
            continue;
        struct vfj_text complaint
            = vfj_text_begin(files->script_refused, sizeof files->script_refused);
        if (vfj_safe_path_check(path, &complaint))
            files->script = (uint8_t)place;
        return;
    }
}

static void read_slot(const struct vfj_paths *paths, const struct vfj_command *command,
                      struct vfj_slot_files *files)
{
    char path[VFJ_PATHNAME_SIZE];
    read_script(paths, command->a, files);
    if (vfj_paths_join(path, paths->lease_dir, "dhclient.leases.", command->a.text, ""))
        files->lease = vfj_guest_file_holds(path);
    files->hn_dhclient = vfj_guest_dhclient(paths, command->a);
    files->lagg_dhclient = vfj_guest_dhclient(paths, command->b);
    files->vf_dhclient = vfj_guest_dhclient(paths, command->c);
}

void vfj_files_read(const struct vfj_paths *paths, const struct vfj_command *command,
                    struct vfj_files *files)
{
    char path[VFJ_PATHNAME_SIZE];
    memset(files, 0, sizeof *files);
    files->ok = true;
    if (command->kind == VFJ_COMMAND_PROBE_SLOT) {
        read_slot(paths, command, &files->as.slot);
        return;
    }
    if (command->kind == VFJ_COMMAND_PROBE_SNAPSHOT) {
        files->as.slot.vf_dhclient = vfj_guest_dhclient(paths, command->c);
        return;
    }
    files->ok = vfj_paths_of_file(paths, command->text, path);
    if (files->ok)
        vfj_guest_file_read(path, &files->as.file);
}
