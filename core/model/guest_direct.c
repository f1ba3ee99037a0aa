/* The directives of a trace that describe the guest. */
#include "core/model/guest.h"

#include <string.h>

#include "core/check.h"
#include "core/text/kv.h"
#include "core/text/trace_quote.h"

static void learn_rc(struct vfj_guest *guest, struct vfj_span variable)
{
    struct vfj_name name;
    const size_t prefix = sizeof "ifconfig_" - 1;
    if (vfj_span_starts(variable, "ifconfig_hn")
        && vfj_name_parse((struct vfj_span){variable.text + prefix, variable.length - prefix},
                          &name)
        && vfj_name_has_driver(name, "hn"))
        vfj_guest_know_hn(guest, name);
}

static void set_unit(struct vfj_guest_if *interface, struct vfj_name unit)
{
    if (interface != NULL && !vfj_name_is_empty(unit))
        interface->unit = unit;
}

void vfj_guest_learn(struct vfj_guest *guest, const struct vfj_trace_line *line)
{
    struct vfj_devd devd;
    char bytes[VFJ_LINE_MAX + 1];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    switch ((int)line->kind) {
    case VFJ_TRACE_DEVD:
        (void)vfj_bytes_unescape(line->event, &text);
        vfj_devd_parse((struct vfj_span){bytes, text.length}, &devd);
        if (vfj_name_has_driver(devd.name, "hn"))
            vfj_guest_know_hn(guest, devd.name);
        break;
    case VFJ_TRACE_EVENT:
        vfj_devd_parse(line->event, &devd);
        if (vfj_name_has_driver(devd.name, "hn"))
            vfj_guest_know_hn(guest, devd.name);
        break;
    case VFJ_TRACE_IF:
        if (vfj_name_has_driver(line->if_facts.interface.name, "hn")
            || !vfj_name_is_empty(line->if_facts.unit))
            vfj_guest_know_hn(guest, line->if_facts.interface.name);
        set_unit(vfj_guest_find(guest, line->if_facts.interface.name), line->if_facts.unit);
        break;
    case VFJ_TRACE_VF:
        vfj_guest_know_hn(guest, line->other);
        break;
    case VFJ_TRACE_RC:
        learn_rc(guest, line->key);
        break;
    default:
        break;
    }
}

static const char *direct_sysctl(struct vfj_guest *guest, const struct vfj_trace_line *line,
                                 bool absent)
{
    struct vfj_guest_sysctl *entry = NULL;
    for (unsigned i = 0; i < guest->sysctl_count; i++) {
        if (vfj_span_is(line->key, guest->sysctls[i].name))
            entry = &guest->sysctls[i];
    }
    if (entry == NULL) {
        if (guest->sysctl_count == VFJ_GUEST_SYSCTLS_MAX)
            return "more sysctl names than the guest model holds (128)";
        entry = &guest->sysctls[guest->sysctl_count];
        if (!vfj_span_copy(entry->name, sizeof entry->name, line->key))
            return "the sysctl name is longer than the guest model holds (63 bytes)";
        guest->sysctl_count++;
    }
    memcpy(entry->value, line->value, sizeof entry->value);
    entry->absent = absent;
    return NULL;
}

/* Changes the values of rc.conf as a %rc or %norc line requires. A variable that is set again
 * moves to the end. */
static const char *direct_rc(struct vfj_guest *guest, const struct vfj_trace_line *line)
{
    /* the program's reader of rc.conf skips this variable, too */
    if (vfj_rc_is_surplus(line->key))
        return NULL;
    struct vfj_rc before = guest->rc;
    struct vfj_text text = vfj_text_begin(guest->rc.text, sizeof guest->rc.text);
    struct vfj_span rest = vfj_span_of(before.text);
    struct vfj_kv pair;
    char name[VFJ_VALUE_SIZE], value[VFJ_VALUE_SIZE];
    while (vfj_kv_next(&rest, &pair) == VFJ_KV_PAIR) {
        bool same = pair.key.length == line->key.length
            && memcmp(pair.key.text, line->key.text, pair.key.length) == 0;
        if (same)
            continue;
        vfj_span_copy(name, sizeof name, pair.key);
        VFJ_CHECK(vfj_kv_value(&pair, value, sizeof value));
        vfj_kv_add_string(&text, name, value);
    }
    vfj_span_copy(name, sizeof name, line->key);
    if (line->kind == VFJ_TRACE_RC)
        vfj_kv_add_string(&text, name, line->value);
    if (!text.overflow)
        return NULL;
    guest->rc = before;
    return "more rc.conf values than fit (16383 bytes)";
}

/* Gives a VLAN such as hn0.10 its parent hn0, as ifconfig(8) does from the name. */
static void imply_parent(struct vfj_guest *guest, struct vfj_interface *facts)
{
    const char *dot = strchr(facts->name.text, '.');
    struct vfj_name parent;
    uint64_t tag;
    if (dot == NULL || facts->use != VFJ_USE_NONE || !vfj_span_to_u64(vfj_span_of(dot + 1), &tag))
        return;
    const struct vfj_span before = {facts->name.text, (size_t)(dot - facts->name.text)};
    VFJ_CHECK(vfj_name_parse(before, &parent)); /* a prefix of a name is a name */
    const struct vfj_guest_if *hn = vfj_guest_find(guest, parent);
    if (hn == NULL || vfj_name_is_empty(hn->unit))
        return;
    facts->use = VFJ_USE_VLAN;
    vfj_interface_add_port(facts, parent);
}

/* Gives the interface the routes of a %if, and no others. */
static void set_routes(struct vfj_guest *guest, struct vfj_name name,
                       const struct vfj_kept_routes *routes)
{
    vfj_guest_purge_routes(&guest->routes, name);
    vfj_guest_purge_routes(&guest->told_routes, name);
    for (unsigned i = 0; i < routes->count; i++) {
        const struct vfj_guest_route route = {.destination = routes->list[i].destination,
                                              .gateway = routes->list[i].gateway,
                                              .mtu = routes->list[i].mtu,
                                              .interface = name};
        vfj_guest_add_route(&guest->routes, &route);
        vfj_guest_add_route(&guest->told_routes, &route);
    }
}

static const char *direct_if(struct vfj_guest *guest, const struct vfj_trace_line *line)
{
    const struct vfj_interface *facts = &line->if_facts.interface;
    struct vfj_guest_if *interface = vfj_guest_open(guest, facts->name);
    struct vfj_guest_vf *entry = vfj_guest_find_vf(guest, facts->name);
    if (interface == NULL)
        return "more interfaces than the guest model holds (512)";
    struct vfj_interface before = interface->facts;
    interface->facts = *facts;
    imply_parent(guest, &interface->facts);
    set_unit(interface, line->if_facts.unit);
    interface->facts.no_dad
        |= before.no_dad; /* a %if line without these words leaves the two options unchanged */
    interface->facts.rtadv |= before.rtadv;
    if (facts->link != VFJ_LINK_DOWN)
        interface->facts.link = line->if_facts.nomedia ? VFJ_LINK_UNKNOWN : VFJ_LINK_UP;
    interface->counters = line->if_facts.counters;
    interface->has_told_link = line->if_facts.has_link;
    interface->told = interface->facts;
    interface->dhclient = interface->told_dhclient = line->if_facts.dhclient;
    if (interface->dhclient != 0 && facts->address_count > 0)
        interface->lease = facts->addresses[0];
    interface->told_gateway = line->if_facts.gateway;
    vfj_guest_set_default(guest, interface, &line->if_facts.gateway);
    memset(&interface->gateway6, 0, sizeof interface->gateway6);
    interface->told_gateway6 = line->if_facts.gateway6;
    if (line->if_facts.gateway6.text[0] != '\0')
        vfj_guest_set_default6(guest, interface, &line->if_facts.gateway6);
    set_routes(guest, facts->name, &line->if_facts.routes);
    interface->has_more_routes = line->if_facts.routes.truncated;
    if (vfj_name_has_driver(facts->name, "lagg") && facts->laggproto == VFJ_LAGGPROTO_NONE)
        interface->facts.laggproto = interface->told.laggproto = VFJ_LAGGPROTO_FAILOVER;
    if (entry != NULL)
        vfj_guest_attach_vf(guest, entry);
    return NULL;
}

static const char *direct_vf(struct vfj_guest *guest, const struct vfj_trace_line *line)
{
    struct vfj_guest_vf *entry = vfj_guest_open_vf(guest, line->name, line->other);
    if (entry == NULL)
        return "more VFs than the guest model holds (256)";
    entry->renamed = false; /* a new interface has the name now, and it was not renamed */
    vfj_guest_know_hn(guest, line->other);
    if (vfj_guest_find(guest, line->name) != NULL)
        vfj_guest_attach_vf(guest, entry);
    return NULL;
}

static const char *direct_file(struct vfj_guest *guest, const struct vfj_trace_line *line)
{
    struct vfj_guest_file *file = NULL;
    for (unsigned i = 0; i < guest->file_count; i++) {
        if (vfj_span_is(line->key, guest->files[i].path))
            file = &guest->files[i];
    }
    if (file == NULL) {
        if (guest->file_count == VFJ_GUEST_FILES_MAX)
            return "more files than the guest model holds (64)";
        file = &guest->files[guest->file_count++];
        VFJ_CHECK(vfj_span_copy(file->path, sizeof file->path, line->key));
    }
    memcpy(file->text, line->value, sizeof file->text);
    memcpy(file->refused, line->refused, sizeof file->refused);
    file->mode = line->mode;
    return NULL;
}

static const char *direct_nofile(struct vfj_guest *guest, const struct vfj_trace_line *line)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < guest->file_count; i++) {
        if (!vfj_span_is(line->key, guest->files[i].path))
            guest->files[kept++] = guest->files[i];
    }
    guest->file_count = kept;
    return NULL;
}

static const char *direct_rule(struct vfj_guest_rule *rules, unsigned *count,
                               const struct vfj_trace_line *line)
{
    /* Appends the new rule. Removes %fail rules without uses left, and %slow rules with the same
     * words. */
    unsigned kept = 0;
    for (unsigned i = 0; i < *count; i++) {
        bool used_up = line->kind == VFJ_TRACE_FAIL && rules[i].times == 0;
        bool replaced = line->kind == VFJ_TRACE_SLOW && vfj_span_is(line->key, rules[i].argv);
        if (!used_up && !replaced)
            rules[kept++] = rules[i];
    }
    *count = kept;
    if (*count == VFJ_GUEST_RULES_MAX)
        return "more %fail or %slow lines than the guest model holds (256)";
    struct vfj_guest_rule *rule = &rules[(*count)++];
    *rule = (struct vfj_guest_rule){
        .times = line->count, .outcome = line->outcome, .status = line->status, .us = line->us};
    memcpy(rule->says, line->value, sizeof rule->says);
    VFJ_CHECK(vfj_span_copy(rule->argv, sizeof rule->argv, line->key));
    return NULL;
}

const char *vfj_guest_direct(struct vfj_guest *guest, const struct vfj_trace_line *line)
{
    switch ((int)line->kind) {
    case VFJ_TRACE_SYSCTL:
        return direct_sysctl(guest, line, false);
    case VFJ_TRACE_NOSYSCTL:
        return direct_sysctl(guest, line, true);
    case VFJ_TRACE_RC:
    case VFJ_TRACE_NORC:
        return direct_rc(guest, line);
    case VFJ_TRACE_IF:
        return direct_if(guest, line);
    case VFJ_TRACE_NOIF:
        vfj_guest_detach(guest, line->name);
        return NULL;
    case VFJ_TRACE_VF:
        return direct_vf(guest, line);
    case VFJ_TRACE_FILE:
        return direct_file(guest, line);
    case VFJ_TRACE_NOFILE:
        return direct_nofile(guest, line);
    case VFJ_TRACE_FAIL:
        return direct_rule(guest->fails, &guest->fail_count, line);
    case VFJ_TRACE_SLOW:
        return direct_rule(guest->slows, &guest->slow_count, line);
    default:
        VFJ_CHECK(false);
    }
}
