/* The checks of `vfjournal doctor` about each hn interface with its VF and its lagg. */
#include <string.h>

#include "core/data/rc.h"
#include "tools/doctor/doctor.h"
#include "tools/guest_names.h"

/* Adds a text about an hn, such as "hn0: VF mce0, which has the data path; both are ports of
 * lagg0". */
static void describe(const struct vfj_view *view, const struct vfj_map *map, struct vfj_text *text)
{
    if (vfj_name_is_empty(view->vf_name)) {
        vfj_text_add(text, map->transparent > 0 ? "no VF (transparent mode)" : "no VF");
    } else if (map->transparent > 0) {
        vfj_text_add(text, "VF ");
        vfj_text_add(text, view->vf_name.text);
        vfj_text_add(text, " (transparent mode)");
    } else {
        vfj_text_add(text, "VF ");
        vfj_text_add(text, view->vf_name.text);
        vfj_text_add(text,
                     vfj_name_is_empty(view->rxvf) ? ", traffic on hn" : ", traffic on the VF");
    }
    for (unsigned i = 0; i < view->hn.port_count; i++) {
        const char *what = view->hn.use == VFJ_USE_VLAN ? "; parent of " : "; member of ";
        vfj_text_add(text, i == 0 ? what : ", ");
        vfj_text_add(text, view->hn.ports[i].text);
    }
    vfj_text_add(text, view->hn.carp ? "; shares an address by carp(4)" : "");
    vfj_text_add(text, view->hn.use == VFJ_USE_FIB ? "; in another FIB than 0" : "");
    vfj_text_add(text, view->hn.use == VFJ_USE_NETGRAPH ? "; connected to netgraph(4) nodes" : "");
    if (vfj_name_is_empty(view->hn_lagg))
        return;
    vfj_text_add(text, "; port of ");
    vfj_text_add(text, view->hn_lagg.text);
    if (!vfj_name_is_empty(view->vf_name) && vfj_interface_has_port(&view->lagg, view->vf_name))
        vfj_text_add(text, ", and so is the VF");
}

static void find_dhclient(struct vfj_doctor *doctor, const char *port)
{
    char advice[128];
    struct vfj_text text = vfj_text_begin(advice, sizeof advice);
    vfj_text_add(&text, "service dhclient stop ");
    vfj_text_add(&text, port);
    vfj_text_add(&text, "; a daemon in act mode does it by itself");
    vfj_doctor_find(doctor, VFJ_LEVEL_FAIL, port,
                    "has a dhclient, though it is a port of a lagg: the guest is cut off when its "
                    "VF comes back",
                    advice);
}

static void find_address(struct vfj_doctor *doctor, const char *port,
                         const struct vfj_address *address)
{
    char advice[256];
    struct vfj_text text = vfj_text_begin(advice, sizeof advice);
    struct vfj_span bare = {address->text, strcspn(address->text, "/")};
    vfj_text_add(&text, "ifconfig ");
    vfj_text_add(&text, port);
    vfj_text_add(&text, vfj_address_is_inet6(address) ? " inet6 " : " inet ");
    vfj_text_add_span(&text, bare);
    vfj_text_add(&text, " delete, then see that the default route is on the lagg");
    vfj_doctor_find2(doctor, VFJ_LEVEL_FAIL, port,
                     "has an address, though it is a port of a lagg: ", address->text, advice);
}

/* Returns false when `port` is a port of a lagg and has its own address or dhclient. With such a
 * port, the guest cannot be reached when its VF returns. */
static bool is_well(const struct vfj_interface *port, struct vfj_name lagg, uint64_t dhclient)
{
    return vfj_name_is_empty(lagg) || !port->exists || (dhclient == 0 && port->address_count == 0);
}

static void find_owner(struct vfj_doctor *doctor, const struct vfj_interface *port,
                       struct vfj_name lagg, uint64_t dhclient)
{
    if (is_well(port, lagg, dhclient))
        return;
    if (dhclient != 0)
        find_dhclient(doctor, port->name.text);
    if (port->address_count > 0)
        find_address(doctor, port->name.text, &port->addresses[0]);
}

static void check_hn(struct vfj_doctor *doctor, struct vfj_name hn)
{
    static struct vfj_view view;
    char what[768];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    if (!vfj_guest_observe_slot(doctor->ask, &doctor->map, hn, &view)) {
        vfj_doctor_find(doctor, VFJ_LEVEL_FAIL, hn.text,
                        "can't be observed: sysctl or ifconfig does not answer", "");
        return;
    }
    if (!view.hn.exists) {
        vfj_doctor_find(doctor, VFJ_LEVEL_WARN, hn.text,
                        "is in rc.conf, but there is no such interface",
                        "take it out of rc.conf, unless it is yet to come");
        return;
    }
    bool well = is_well(&view.hn, view.hn_lagg, view.hn_dhclient)
        && is_well(&view.vf, view.vf_lagg, view.vf_dhclient);
    /* While the daemon moves an address from hn to the lagg, hn is a port and still has the
     * address. */
    if (!(well && view.hn.up) && vfj_doctor_is_at_work(doctor, hn)) {
        vfj_doctor_find(doctor, VFJ_LEVEL_OK, hn.text,
                        "the daemon works on it now: run doctor again", "");
        return;
    }
    if (!well) {
        find_owner(doctor, &view.hn, view.hn_lagg, view.hn_dhclient);
        find_owner(doctor, &view.vf, view.vf_lagg, view.vf_dhclient);
        return;
    }
    describe(&view, &doctor->map, &text);
    if (!view.hn.up)
        vfj_doctor_find2(doctor, VFJ_LEVEL_WARN, hn.text, what,
                         "; it is down: without it nothing is left when the VF goes",
                         "ifconfig it up");
    else
        vfj_doctor_find(doctor, VFJ_LEVEL_OK, hn.text, what, "");
}

/* The context of find_file(), which is called for each file that names hn in its rules, such as
 * those of a firewall. Such a rule is a finding, because the packets of a joined hn go through its
 * lagg. */
struct named {
    struct vfj_doctor *doctor;
    struct vfj_name hn;
};

static void find_file(void *context, const char *file, unsigned line)
{
    const struct named *named = context;
    char what[VFJ_PATHNAME_SIZE + 64], advice[128];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    vfj_text_add(&text, "is named in ");
    vfj_text_add(&text, file);
    vfj_text_add_char(&text, ':');
    vfj_text_add_u64(&text, line);
    struct vfj_name lagg = vfj_name_lagg(vfj_guest_unit(&named->doctor->map, named->hn));
    struct vfj_text more = vfj_text_begin(advice, sizeof advice);
    vfj_text_add(&more, "name ");
    vfj_text_add(&more, vfj_name_is_empty(lagg) ? "its lagg" : lagg.text);
    vfj_text_add(&more, " there as well, or instead, and load the file again");
    vfj_doctor_find2(named->doctor, VFJ_LEVEL_WARN, named->hn.text, what,
                     ": once it is joined, its packets are on its lagg and match nothing there",
                     advice);
}

/* Reports files whose rules name hn. Does nothing in transparent mode, in which hn is never
 * joined. */
static void check_names(struct vfj_doctor *doctor, struct vfj_name hn)
{
    struct named named = {.doctor = doctor, .hn = hn};
    if (doctor->map_read && doctor->map.transparent <= 0)
        vfj_guest_find_names(&doctor->paths, hn, find_file, &named);
}

void vfj_doctor_check_hns(struct vfj_doctor *doctor)
{
    if (doctor->hns.count == 0)
        vfj_doctor_find(doctor, VFJ_LEVEL_WARN, "hn", "there is no hn interface", "");
    for (unsigned i = 0; i < doctor->hns.count; i++)
        check_hn(doctor, doctor->hns.names[i]);
    for (unsigned i = 0; i < doctor->hns.count; i++)
        check_names(doctor, doctor->hns.names[i]);
}
