/* Pairs VFs with hns by MAC, and decides which actions follow from a change of an interface. */
#ifdef _KERNEL
#include <sys/param.h>
#include <sys/systm.h>

#include "hnvf_map.h"
#else
#include <string.h>

#include "tests/freebsd/hnvf/hnvf_map.h"
#endif

static void add(struct hnvf_actions *out, enum hnvf_action_kind kind, unsigned unit, const void *id)
{
    if (out->count < HNVF_ACTIONS_MAX)
        out->of[out->count++] = (struct hnvf_action){.kind = kind, .unit = unit, .id = id};
}

unsigned hnvf_unit_of(const char *name)
{
    if (name[0] != 'h' || name[1] != 'n' || name[2] < '0' || name[2] > '9')
        return HNVF_UNITS_MAX;
    unsigned unit = (unsigned)(name[2] - '0');
    if (name[3] == '\0')
        return unit;
    if (unit == 0 || name[3] < '0' || name[3] > '9' || name[4] != '\0')
        return HNVF_UNITS_MAX;
    unit = unit * 10 + (unsigned)(name[3] - '0');
    return unit < HNVF_UNITS_MAX ? unit : HNVF_UNITS_MAX;
}

/* Returns the unit whose hn interface has this id, or HNVF_UNITS_MAX. */
static unsigned find_hn(const struct hnvf_map *map, const void *id)
{
    unsigned unit = 0;
    while (unit < HNVF_UNITS_MAX && map->units[unit].hn != id)
        unit++;
    return unit;
}

/* Returns true when the interface is a VF of the unit's hn, by the conditions of hn_ismyvf(). In
 * addition, an hn is never the VF of another hn. */
static bool is_vf_of(const struct hnvf_map *map, unsigned unit,
                     const struct hnvf_interface *interface)
{
    const struct hnvf_unit *slot = &map->units[unit];
    return slot->hn != NULL && interface->is_ethernet
        && find_hn(map, interface->id) == HNVF_UNITS_MAX && strcmp(interface->driver, "lagg") != 0
        && strcmp(interface->driver, "vlan") != 0
        && memcmp(interface->mac, slot->mac, HNVF_MAC_SIZE) == 0;
}

/* In transparent mode, gives the data path to the VF, as hn_xpnt_vf_init() does. */
static void enable(struct hnvf_map *map, unsigned unit, struct hnvf_actions *out)
{
    struct hnvf_unit *slot = &map->units[unit];
    if (slot->vf == NULL || slot->is_waiting || slot->is_enabled || !slot->is_hn_up)
        return;
    slot->is_enabled = true;
    add(out, HNVF_FLAGS_UP, unit, slot->vf);
    add(out, slot->vf_has_link ? HNVF_LINK_UP : HNVF_LINK_DOWN, unit, slot->hn);
}

/* In transparent mode, gives the data path back to hn. */
static void disable(struct hnvf_map *map, unsigned unit, struct hnvf_actions *out)
{
    struct hnvf_unit *slot = &map->units[unit];
    if (!slot->is_enabled)
        return;
    slot->is_enabled = false;
    add(out, HNVF_LINK_ASK, unit, slot->hn);
}

/* In non-transparent mode, makes a VF active or inactive under the conditions of hn_rxvf_change().
 * The events VF_UP and VF_DOWN therefore alternate. The function compares MACs and ignores the map,
 * so that a VF that was never mapped can become active. */
static void change_active(struct hnvf_map *map, const struct hnvf_interface *interface, bool is_up,
                          struct hnvf_actions *out)
{
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++) {
        struct hnvf_unit *slot = &map->units[unit];
        if (!is_vf_of(map, unit, interface) || is_up == (slot->active != NULL))
            continue;
        slot->active = is_up ? interface->id : NULL;
        add(out, is_up ? HNVF_LINK_DOWN : HNVF_LINK_ASK, unit, slot->hn);
        add(out, is_up ? HNVF_SEND_VF_UP : HNVF_SEND_VF_DOWN, unit, slot->hn);
    }
}

static void unmap(struct hnvf_map *map, unsigned unit, struct hnvf_actions *out)
{
    struct hnvf_unit *slot = &map->units[unit];
    if (slot->is_waiting)
        add(out, HNVF_WAIT_CANCEL, unit, slot->vf);
    slot->is_waiting = false;
    disable(map, unit, out);
    add(out, HNVF_UNMAP, unit, slot->vf);
    slot->vf = NULL;
}

static void release(struct hnvf_map *map, unsigned unit, struct hnvf_actions *out)
{
    struct hnvf_unit *slot = &map->units[unit];
    if (slot->vf != NULL)
        unmap(map, unit, out);
    add(out, HNVF_RELEASE, unit, slot->hn);
    *slot = (struct hnvf_unit){.hn = NULL};
}

/* Makes an interface with a name "hnN" the hn of unit N. The interface remains the hn of that unit
 * when it is renamed, because the N of dev.hn.N is the newbus unit. */
static void take(struct hnvf_map *map, const struct hnvf_interface *interface,
                 struct hnvf_actions *out)
{
    unsigned unit = hnvf_unit_of(interface->name);
    if (unit == HNVF_UNITS_MAX || map->units[unit].hn != NULL || !interface->is_ethernet
        || find_hn(map, interface->id) != HNVF_UNITS_MAX)
        return;
    for (unsigned i = 0; i < HNVF_UNITS_MAX; i++)
        /* FreeBSD 16 renames a VF without a departure event: the interface remains a VF */
        if (map->units[i].vf == interface->id)
            return;
    struct hnvf_unit *slot = &map->units[unit];
    *slot = (struct hnvf_unit){.hn = interface->id, .is_hn_up = interface->is_up};
    memcpy(slot->mac, interface->mac, HNVF_MAC_SIZE);
    add(out, HNVF_TAKE, unit, interface->id);
}

/* Makes the interface the VF of each hn that has its MAC and no VF yet. Returns true when it became
 * the VF of any. */
static bool map_vf(struct hnvf_map *map, const struct hnvf_interface *interface,
                   struct hnvf_actions *out)
{
    bool is_mapped = false;
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++) {
        struct hnvf_unit *slot = &map->units[unit];
        if (!is_vf_of(map, unit, interface) || slot->vf == interface->id)
            continue;
        if (slot->vf != NULL) {
            add(out, HNVF_SAY_OCCUPIED, unit, slot->vf);
            continue;
        }
        if (map->is_transparent && interface->uses_if_start) {
            add(out, HNVF_SAY_IF_START, unit, interface->id);
            continue;
        }
        slot->vf = interface->id;
        slot->vf_has_link = interface->has_link;
        add(out, HNVF_MAP, unit, interface->id);
        is_mapped = true;
        if (map->is_transparent) {
            slot->is_waiting = true;
            add(out, HNVF_WAIT, unit, interface->id);
        }
    }
    return is_mapped;
}

/* Takes down the VFs of all other hns. With mana(4) all VFs are ports of one PCI function, and that
 * function was removed. */
static void take_others_down(const struct hnvf_map *map, const void *id, struct hnvf_actions *out)
{
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++)
        if (map->units[unit].vf != NULL && map->units[unit].vf != id)
            add(out, HNVF_TAKE_DOWN, unit, map->units[unit].vf);
}

/* Removes a VF from the map. A renamed VF is removed too, because hn_ifnet_detevent() does not
 * check IFF_RENAMING. The renamed VF keeps the data path, however. */
static void forget_vf(struct hnvf_map *map, const struct hnvf_interface *interface, bool is_gone,
                      struct hnvf_actions *out)
{
    bool was_mapped = false;
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++) {
        struct hnvf_unit *slot = &map->units[unit];
        if (slot->vf == interface->id) {
            unmap(map, unit, out);
            was_mapped = true;
        }
        if (is_gone && slot->active == interface->id) { /* it departed while it was up */
            slot->active = NULL;
            add(out, HNVF_LINK_ASK, unit, slot->hn);
            add(out, HNVF_SEND_VF_DOWN, unit, slot->hn);
        }
    }
    if (was_mapped && is_gone && map->is_mana)
        take_others_down(map, interface->id, out);
}

/* Handles that the IFF_UP of an hn changed. In transparent mode the VF's IFF_UP follows (hn_init(),
 * hn_stop()). The first address of an interface sets IFF_UP without an ifnet_event
 * (ether_ioctl()). */
static void change_hn(struct hnvf_map *map, unsigned unit, bool is_up, struct hnvf_actions *out)
{
    struct hnvf_unit *slot = &map->units[unit];
    if (slot->is_hn_up == is_up)
        return;
    slot->is_hn_up = is_up;
    if (!map->is_transparent)
        return;
    if (is_up) {
        enable(map, unit, out);
    } else if (slot->is_enabled) {
        disable(map, unit, out);
        add(out, HNVF_FLAGS_DOWN, unit, slot->vf);
    }
}

static void change_up(struct hnvf_map *map, const struct hnvf_interface *interface, bool is_up,
                      bool is_address, struct hnvf_actions *out)
{
    unsigned unit = find_hn(map, interface->id);
    if (unit < HNVF_UNITS_MAX) {
        change_hn(map, unit, is_up, out);
        return;
    }
    if (!map->is_transparent)
        change_active(map, interface, is_up, out);
    for (unit = 0; unit < HNVF_UNITS_MAX; unit++)
        if (map->is_mana && !is_address && map->units[unit].vf == interface->id)
            add(out, is_up ? HNVF_LINK_UP : HNVF_LINK_DOWN, unit, interface->id);
}

/* Handles that the link of a driver changed. hn reports no link of its own while the VF is active.
 * In transparent mode hn reports the link of its VF. */
static void change_link(struct hnvf_map *map, const struct hnvf_interface *interface,
                        struct hnvf_actions *out)
{
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++) {
        struct hnvf_unit *slot = &map->units[unit];
        if (slot->hn == interface->id) {
            bool hides = slot->active != NULL || (slot->is_enabled && !slot->vf_has_link);
            if (hides && interface->has_link)
                add(out, HNVF_LINK_DOWN, unit, slot->hn);
            else if (slot->is_enabled && slot->vf_has_link && !interface->has_link)
                add(out, HNVF_LINK_UP, unit, slot->hn);
        }
        if (slot->vf == interface->id) {
            bool is_edge = slot->vf_has_link != interface->has_link;
            slot->vf_has_link = interface->has_link;
            if (is_edge && slot->is_enabled)
                add(out, interface->has_link ? HNVF_LINK_UP : HNVF_LINK_DOWN, unit, slot->hn);
        }
    }
}

/* Handles that the MAC of an interface changed. hn(4) ignores this. But epair(4) and tap(4)
 * interfaces, the VFs of the tests, can get the MAC of an hn only after they attached. This module
 * therefore handles their new MAC like an attach. */
static void change_mac(struct hnvf_map *map, const struct hnvf_interface *interface,
                       struct hnvf_actions *out)
{
    unsigned unit = find_hn(map, interface->id);
    if (unit < HNVF_UNITS_MAX)
        memcpy(map->units[unit].mac, interface->mac, HNVF_MAC_SIZE);
    else if (map_vf(map, interface, out))
        add(out, HNVF_ANNOUNCE, HNVF_UNITS_MAX, interface->id);
}

void hnvf_step(struct hnvf_map *map, enum hnvf_event event, const struct hnvf_interface *interface,
               struct hnvf_actions *out)
{
    out->count = 0;
    switch (event) {
    case HNVF_ATTACH:
        take(map, interface, out);
        if (find_hn(map, interface->id) < HNVF_UNITS_MAX)
            change_mac(map, interface,
                       out); /* the MAC of this hn was not set yet at its arrival event */
        else
            (void)map_vf(map, interface, out);
        break;
    case HNVF_ARRIVAL:
        take(map, interface, out);
        break;
    case HNVF_RENAME:
        forget_vf(map, interface, false, out);
        break;
    case HNVF_DEPART:
        if (find_hn(map, interface->id) < HNVF_UNITS_MAX)
            release(map, find_hn(map, interface->id), out);
        else
            forget_vf(map, interface, true, out);
        break;
    case HNVF_UP:
        change_up(map, interface, true, false, out);
        break;
    case HNVF_DOWN:
        change_up(map, interface, false, false, out);
        break;
    case HNVF_ADDRESS:
        change_up(map, interface, interface->is_up, true, out);
        break;
    case HNVF_LINK:
        change_link(map, interface, out);
        break;
    case HNVF_MAC:
        change_mac(map, interface, out);
        break;
    }
}

void hnvf_wait_over(struct hnvf_map *map, unsigned unit, struct hnvf_actions *out)
{
    out->count = 0;
    if (unit >= HNVF_UNITS_MAX || !map->units[unit].is_waiting)
        return;
    map->units[unit].is_waiting = false;
    enable(map, unit, out);
}

void hnvf_stop(struct hnvf_map *map, struct hnvf_actions *out)
{
    out->count = 0;
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++) {
        struct hnvf_unit *slot = &map->units[unit];
        if (slot->hn == NULL)
            continue;
        if (slot->active != NULL)
            add(out, HNVF_LINK_ASK, unit, slot->hn);
        release(map, unit, out);
    }
}

enum hnvf_verdict hnvf_received(const struct hnvf_map *map, unsigned unit, bool on_vf)
{
    const struct hnvf_unit *slot = &map->units[unit];
    bool vf_has_path = map->is_transparent ? slot->is_enabled : slot->active != NULL;
    if (!vf_has_path)
        return on_vf && map->is_transparent ? HNVF_DROP : HNVF_DELIVER;
    switch (map->datapath) {
    case HNVF_PATH_SWITCH:
        if (!on_vf)
            return HNVF_DROP;
        return map->is_transparent ? HNVF_RELABEL : HNVF_DELIVER;
    case HNVF_PATH_STAY:
        if (on_vf)
            return HNVF_DROP;
        return map->is_transparent ? HNVF_DELIVER : HNVF_RELABEL;
    case HNVF_PATH_HANG:
        break;
    }
    return HNVF_DROP;
}

enum hnvf_verdict hnvf_sent(const struct hnvf_map *map, unsigned unit)
{
    if (!map->is_transparent || !map->units[unit].is_enabled)
        return HNVF_DELIVER;
    return map->datapath == HNVF_PATH_HANG ? HNVF_DROP : HNVF_RELABEL;
}
