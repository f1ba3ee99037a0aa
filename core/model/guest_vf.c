/* The VFs of the guest model, and hn(4)'s reactions to their events. */
#include "core/model/guest.h"

const struct vfj_guest_vf *vfj_guest_mapped_vf(const struct vfj_guest *guest, struct vfj_name hn)
{
    for (unsigned i = 0; i < guest->vf_count; i++) {
        if (guest->vfs[i].mapped && vfj_name_equal(guest->vfs[i].hn, hn))
            return &guest->vfs[i];
    }
    return NULL;
}

struct vfj_guest_vf *vfj_guest_find_vf(struct vfj_guest *guest, struct vfj_name vf)
{
    for (unsigned i = 0; i < guest->vf_count; i++) {
        if (vfj_name_equal(guest->vfs[i].vf, vf))
            return &guest->vfs[i];
    }
    return NULL;
}

struct vfj_guest_vf *vfj_guest_open_vf(struct vfj_guest *guest, struct vfj_name vf,
                                       struct vfj_name hn)
{
    struct vfj_guest_vf *entry = vfj_guest_find_vf(guest, vf);
    if (entry == NULL) {
        if (guest->vf_count == VFJ_GUEST_VFS_MAX)
            return NULL;
        entry = &guest->vfs[guest->vf_count++];
        *entry = (struct vfj_guest_vf){.vf = vf};
    }
    if (!vfj_name_equal(entry->hn, hn))
        entry->mapped = false;
    entry->hn = hn;
    return entry;
}

/* Attaches a VF. hn(4) maps the first VF of an hn, and ignores a second VF. */
void vfj_guest_attach_vf(struct vfj_guest *guest, struct vfj_guest_vf *entry)
{
    struct vfj_guest_if *vf = vfj_guest_open(guest, entry->vf);
    struct vfj_guest_if *hn = vfj_guest_find(guest, entry->hn);
    entry->attachment = VFJ_GUEST_ATTACHED;
    entry->renamed = false;
    entry->mapped = entry->mapped || vfj_guest_mapped_vf(guest, entry->hn) == NULL;
    if (entry->mapped && vf != NULL && vf->facts.up && hn != NULL)
        hn->rxvf = entry->vf;
}

static bool has_vf_driver(struct vfj_name name)
{
    static const char *const drivers[] = {"mlxen", "mce", "mana", "ixv", "iavf"};
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        if (vfj_name_has_driver(name, drivers[i]))
            return true;
    }
    return false;
}

static struct vfj_guest_if *only_hn(struct vfj_guest *guest)
{
    struct vfj_guest_if *only = NULL;
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (!guest->ifs[i].facts.exists || vfj_name_is_empty(guest->ifs[i].unit))
            continue;
        if (only != NULL)
            return NULL;
        only = &guest->ifs[i];
    }
    return only;
}

static void attached(struct vfj_guest *guest, struct vfj_name name)
{
    struct vfj_guest_vf *entry = vfj_guest_find_vf(guest, name);
    struct vfj_guest_if *hn = only_hn(guest);
    vfj_guest_open(guest, name);
    if (entry == NULL || entry->renamed) /* no %vf names this interface */
        entry = hn != NULL && has_vf_driver(name) ? vfj_guest_open_vf(guest, name, hn->facts.name)
                                                  : NULL;
    if (entry != NULL)
        vfj_guest_attach_vf(guest, entry);
}

void vfj_guest_detach(struct vfj_guest *guest, struct vfj_name name)
{
    struct vfj_guest_vf *entry = vfj_guest_find_vf(guest, name);
    if (entry != NULL) {
        entry->attachment = VFJ_GUEST_DETACHED;
        entry->mapped = false;
    }
    vfj_guest_remove(guest, name);
}

/* Moves the data path of hn to its VF. After a VF_UP, the VF counts as attached even when the trace
 * has no IFATTACH. */
static void data_path_to_vf(struct vfj_guest *guest, struct vfj_name name)
{
    struct vfj_guest_if *hn = vfj_guest_open(guest, name);
    for (unsigned i = 0; i < guest->vf_count && vfj_guest_mapped_vf(guest, name) == NULL; i++) {
        if (guest->vfs[i].attachment == VFJ_GUEST_UNKNOWN && vfj_name_equal(guest->vfs[i].hn, name))
            vfj_guest_attach_vf(guest, &guest->vfs[i]);
    }
    const struct vfj_guest_vf *entry = vfj_guest_mapped_vf(guest, name);
    for (unsigned i = 0; i < guest->vf_count && entry == NULL; i++) {
        const struct vfj_guest_vf *renamed = &guest->vfs[i];
        if (renamed->renamed && renamed->attachment == VFJ_GUEST_ATTACHED
            && vfj_name_equal(renamed->hn, name))
            entry = renamed;
    }
    if (hn == NULL || entry == NULL)
        return;
    struct vfj_guest_if *vf = vfj_guest_open(guest, entry->vf);
    if (vf != NULL)
        vf->facts.up = true;
    hn->rxvf = entry->vf;
    hn->facts.link = VFJ_LINK_DOWN;
}

static void data_path_to_hn(struct vfj_guest *guest, struct vfj_name name)
{
    struct vfj_guest_if *hn = vfj_guest_open(guest, name);
    if (hn == NULL)
        return;
    struct vfj_guest_if *vf = vfj_guest_find(guest, hn->rxvf);
    if (vf != NULL)
        vf->facts.up = false;
    hn->rxvf = (struct vfj_name){{0}};
    hn->facts.link = VFJ_LINK_UP;
}

/* Renames a VF. hn(4) drops the renamed VF from its map, but the data path stays on the VF. When
 * a VF attaches under the old name, hn(4) maps it. */
static void rename_vf(struct vfj_guest *guest, struct vfj_guest_vf *entry, struct vfj_name to)
{
    struct vfj_name hn = entry->hn;
    entry->attachment = VFJ_GUEST_DETACHED;
    entry->mapped = entry->renamed = false;
    entry = vfj_guest_find_vf(guest, to) == NULL ? vfj_guest_open_vf(guest, to, hn) : NULL;
    if (entry == NULL)
        return;
    entry->attachment = VFJ_GUEST_ATTACHED;
    entry->renamed = true;
}

/* Replaces the name `from` by `to` in the ports of `user`. There, `from` is a port of a lagg, a
 * member of a bridge, or the parent of a VLAN. */
static void rename_port(struct vfj_interface *user, struct vfj_name from, struct vfj_name to)
{
    for (unsigned i = 0; i < user->port_count; i++) {
        if (vfj_name_equal(user->ports[i], from))
            user->ports[i] = to;
    }
}

static void renamed(struct vfj_guest *guest, struct vfj_name from, struct vfj_name to)
{
    struct vfj_guest_if *interface = vfj_guest_find(guest, from);
    struct vfj_guest_vf *entry = vfj_guest_find_vf(guest, from);
    if (interface == NULL || vfj_guest_find(guest, to) != NULL)
        return;
    interface->facts.name = to;
    if (vfj_name_equal(guest->default_if, from))
        guest->default_if = to;
    for (unsigned i = 0; i < guest->routes.count; i++) {
        if (vfj_name_equal(guest->routes.list[i].interface, from))
            guest->routes.list[i].interface = to;
    }
    for (unsigned i = 0; i < guest->if_count; i++)
        rename_port(&guest->ifs[i].facts, from, to);
    if (entry != NULL)
        rename_vf(guest, entry, to);
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (vfj_name_equal(guest->ifs[i].rxvf, from))
            guest->ifs[i].rxvf = to;
    }
    for (unsigned i = 0; i < guest->vf_count; i++) {
        if (vfj_name_equal(guest->vfs[i].hn, from))
            guest->vfs[i].hn = to;
    }
}

void vfj_guest_happen(struct vfj_guest *guest, const struct vfj_devd *devd)
{
    struct vfj_guest_if *interface;
    switch ((enum vfj_devd_kind)devd->kind) {
    case VFJ_DEVD_VF_ATTACHED:
        attached(guest, devd->name);
        break;
    case VFJ_DEVD_VF_DETACHED:
        vfj_guest_detach(guest, devd->name);
        break;
    case VFJ_DEVD_VF_UP:
        data_path_to_vf(guest, devd->name);
        break;
    case VFJ_DEVD_VF_DOWN:
        data_path_to_hn(guest, devd->name);
        break;
    case VFJ_DEVD_RENAMED:
        renamed(guest, devd->name, devd->new_name);
        break;
    case VFJ_DEVD_LINK:
        interface = vfj_guest_find(guest, devd->name);
        if (interface != NULL)
            interface->facts.link = devd->link_up ? VFJ_LINK_UP : VFJ_LINK_DOWN;
        break;
    case VFJ_DEVD_ADDRESS:
    case VFJ_DEVD_OTHER:
    case VFJ_DEVD_COUNT:
        break;
    }
}
