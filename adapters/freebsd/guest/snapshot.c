/* Makes a snapshot of hn and its VF from the output of two programs, or from values of the
 * kernel. */
#include "adapters/freebsd/guest/snapshot.h"

#include "core/data/hn_snapshot.h"

static void read_sysctl(void *context, struct vfj_span name, struct vfj_span value, bool cut)
{
    struct vfj_snapshot_reader *reader = context;
    if (!cut)
        vfj_hn_snapshot_take_sysctl(reader->snapshot, reader->command->text, name, value);
}

static void read_interface(void *context, const struct vfj_interface *interface)
{
    struct vfj_snapshot_reader *reader = context;
    vfj_snapshot_take_interface(reader, interface, &reader->ifconfig.counters);
}

void vfj_snapshot_begin(struct vfj_snapshot_reader *reader, const struct vfj_command *command,
                        struct vfj_hn_snapshot *snapshot)
{
    vfj_hn_snapshot_init(snapshot);
    reader->command = command;
    reader->snapshot = snapshot;
    reader->dhclient = VFJ_COUNT_UNKNOWN;
    vfj_sysctl_begin(&reader->sysctl, read_sysctl, reader);
    vfj_ifconfig_begin(&reader->ifconfig, read_interface, reader);
}

struct vfj_name vfj_snapshot_vf(const struct vfj_snapshot_reader *reader)
{
    return vfj_hn_snapshot_vf(reader->snapshot, reader->command);
}

void vfj_snapshot_take_interface(struct vfj_snapshot_reader *reader,
                                 const struct vfj_interface *interface,
                                 const struct vfj_counters *counters)
{
    const struct vfj_end end = {.counters = *counters, .interface = *interface};
    if (vfj_name_equal(interface->name, reader->command->a))
        reader->snapshot->hn = end;
    else if (vfj_name_equal(interface->name, vfj_snapshot_vf(reader)))
        reader->snapshot->vf = end;
}

void vfj_snapshot_take_files(struct vfj_snapshot_reader *reader, const struct vfj_slot_files *files)
{
    reader->dhclient = (int64_t)files->vf_dhclient;
}

void vfj_snapshot_end(struct vfj_snapshot_reader *reader)
{
    vfj_ifconfig_end(&reader->ifconfig);
    reader->snapshot->hn.interface.name = reader->command->a;
    reader->snapshot->vf.interface.name = vfj_snapshot_vf(reader);
    if (!vfj_name_is_empty(reader->command->c)
        && vfj_name_equal(reader->command->c, vfj_snapshot_vf(reader)))
        reader->snapshot->vf_dhclient = reader->dhclient;
}
