/* Sets up the simulated guest from its rc.conf: interfaces, addresses, names, routes and the
 * admin's scripts. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/model/trace.h"
#include "tests/sim/sim.h"

void sim_direct(struct sim *sim, const char *format, ...)
{
    static struct vfj_trace_line read;
    struct vfj_trace_error error;
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (!vfj_trace_read(vfj_span_of(line), 2, &read, &error))
        sim_fail(sim, "the simulator's own line: %s: %s", line, error.what);
    vfj_guest_learn(&sim->guest, &read);
    const char *refusal = vfj_guest_direct(&sim->guest, &read);
    if (refusal != NULL)
        sim_fail(sim, "the guest model: %s: %s", line, refusal);
}

static unsigned number_of(const struct sim *sim, const struct sim_nic *nic)
{
    return (unsigned)(nic - sim->nics);
}

static void choose_names(struct sim *sim, struct sim_nic *nic)
{
    char name[VFJ_NAME_SIZE];
    snprintf(name, sizeof name, "hn%u", number_of(sim, nic));
    nic->hn = nic->hn_unit = vfj_name_of(name);
    snprintf(name, sizeof name, "lagg%u", number_of(sim, nic));
    nic->lagg = vfj_name_of(name);
    if (!sim_chance(sim, 25))
        return;
    /* the new name has the number of another unit, so that the checks find it when names and units
     * are confused */
    snprintf(name, sizeof name, "lan%u", number_of(sim, nic) + 1);
    nic->hn_new = vfj_name_of(name);
    nic->is_renamed = sim_chance(sim, 60);
}

static void choose_addresses(struct sim *sim, struct sim_nic *nic)
{
    unsigned i = number_of(sim, nic);
    nic->dhcp = sim_chance(sim, 50);
    snprintf(nic->address, sizeof nic->address, "10.%u.0.4/24", i);
    if (!nic->dhcp && sim_chance(sim, 30))
        snprintf(nic->alias, sizeof nic->alias, "10.%u.0.5/32", i);
    if (sim_chance(sim, 40)) {
        snprintf(nic->inet6, sizeof nic->inet6, "2001:db8:%u::4/64", i);
        nic->rtadv = sim_chance(sim, 40);
    }
    nic->has_route = !nic->dhcp && sim_chance(sim, 30);
    nic->has_script = vfj_name_is_empty(nic->hn_new) && sim_chance(sim, 8);
    nic->has_default = sim_chance(sim, 12);
    sim_uses_choose(sim, nic);
}

static void write_rc(struct sim *sim, const struct sim_nic *nic, struct vfj_name name,
                     const char *dhcp)
{
    if (nic->dhcp)
        sim_direct(sim, "%%rc ifconfig_%s=\"%s\"", name.text, dhcp);
    else
        sim_direct(sim, "%%rc ifconfig_%s=\"inet %s\"", name.text, nic->address);
    if (nic->alias[0] != '\0')
        sim_direct(sim, "%%rc ifconfig_%s_alias0=\"inet %s\"", name.text, nic->alias);
    if (nic->rtadv)
        sim_direct(sim, "%%rc ifconfig_%s_ipv6=\"inet6 accept_rtadv\"", name.text);
    else if (nic->inet6[0] != '\0')
        sim_direct(sim, "%%rc ifconfig_%s_ipv6=\"inet6 %s\"", name.text, nic->inet6);
}

/* Gives the IPv6 default route to the first interface with a static IPv6 address. Uses no random
 * number, so that the runs of all seeds remain the same as before. */
static void choose_router6(struct sim *sim, struct sim_nic *nic)
{
    nic->has_router6 = nic->inet6[0] != '\0' && !nic->rtadv;
    for (const struct sim_nic *other = sim->nics; other != nic; other++)
        nic->has_router6 = nic->has_router6 && !other->has_router6;
    if (nic->has_router6)
        sim_direct(sim, "%%rc ipv6_defaultrouter=\"2001:db8:%u::1\"", number_of(sim, nic));
}

static void add_inet6_words(struct sim *sim, const struct sim_nic *nic, struct vfj_text *text)
{
    vfj_text_add(text, " inet6 ");
    vfj_text_add(text, nic->inet6);
    vfj_text_add(text, nic->rtadv ? " accept_rtadv" : "");
    if (!nic->has_router6)
        return;
    vfj_text_add(text, " gateway6 2001:db8:");
    vfj_text_add_u64(text, number_of(sim, nic));
    vfj_text_add(text, "::1");
}

static void set_up_nic(struct sim *sim, struct sim_nic *nic)
{
    char line[256];
    unsigned i = number_of(sim, nic);
    const char *dhcp = sim_chance(sim, 50) ? "DHCP" : "SYNCDHCP";
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    write_rc(sim, nic, nic->hn_unit, dhcp);
    if (!vfj_name_is_empty(nic->hn_new))
        write_rc(sim, nic, nic->hn_new, dhcp);
    if (nic->has_route)
        sim_direct(sim, "%%rc route_far%u=\"-net 192.168.%u.0/24 10.%u.0.9\"", i, i, i);
    if (nic->has_script)
        sim_direct(sim, "%%file /usr/libexec/hyperv/hyperv_vfup.%s mode=755", nic->hn.text);
    vfj_text_add(&text, nic->address);
    if (nic->alias[0] != '\0') {
        vfj_text_add(&text, " inet ");
        vfj_text_add(&text, nic->alias);
    }
    if (nic->inet6[0] != '\0')
        add_inet6_words(sim, nic, &text);
    nic->boots_kept = !nic->has_route;
    if (nic->boots_kept)
        vfj_text_format(&text, " route 172.%u.0.0/16 10.%u.0.9 mtu=%u", 16 + i, i,
                        SIM_KEPT_ROUTE_MTU);
    sim_uses_add_words(sim, nic, &text);
    if (nic->dhcp) {
        vfj_text_add(&text, " dhclient ");
        vfj_text_add_u64(&text, 400 + i);
    }
    sim_direct(sim, "%%if %s up inet %s", nic->hn.text, line);
    sim_uses_set_up(sim, nic);
}

static void set_up_routes(struct sim *sim)
{
    char names[128];
    struct vfj_text text = vfj_text_begin(names, sizeof names);
    for (unsigned i = 0; i < sim->nic_count; i++) {
        if (!sim->nics[i].has_route)
            continue;
        vfj_text_add(&text, text.length > 0 ? " far" : "far");
        vfj_text_add_u64(&text, i);
    }
    if (text.length > 0)
        sim_direct(sim, "%%rc static_routes=\"%s\"", names);
    if (!sim_chance(sim, 60))
        return;
    unsigned i = (unsigned)sim_roll(sim, sim->nic_count);
    sim->nics[i].has_router = true;
    sim_direct(sim, "%%rc defaultrouter=\"10.%u.0.1\"", i);
}

void sim_boot_interfaces(struct sim *sim)
{
    for (unsigned i = 0; i < sim->nic_count; i++) {
        struct sim_nic *nic = &sim->nics[i];
        nic->hn = nic->hn_unit;
        if (nic->is_renamed) {
            sim_emit(sim, "!system=IFNET subsystem=%s type=RENAME name=%s", nic->hn.text,
                     nic->hn_new.text);
            nic->hn = nic->hn_new;
        }
        nic->route_if = nic->has_route ? nic->hn : (struct vfj_name){{0}};
        nic->has_kept = nic->boots_kept && !nic->is_undone;
        nic->route_failed = false;
    }
}

void sim_set_up_guest(struct sim *sim)
{
    vfj_guest_init(&sim->guest);
    sim_transparent_set_up(sim);
    sim_direct(sim, "%%rc hyperv_vf_delay=\"%u\"", (unsigned)sim_roll(sim, 12));
    memset(sim->nics, 0, sizeof sim->nics);
    for (unsigned i = 0; i < sim->nic_count; i++) {
        choose_names(sim, &sim->nics[i]);
        choose_addresses(sim, &sim->nics[i]);
        choose_router6(sim, &sim->nics[i]);
        set_up_nic(sim, &sim->nics[i]);
    }
    set_up_routes(sim);
    sim_boot_interfaces(sim);
}
