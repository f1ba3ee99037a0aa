/* The guest model: its interfaces and VFs, what a trace says of them, and what the kernel does to them. */
#include "core/guest.h"

#include <string.h>

#include "core/check.h"
#include "core/kv.h"

void vfj_guest_init(struct vfj_guest *guest)
{
    memset(guest, 0, sizeof *guest);
    guest->pid_last = 10000;
}

struct vfj_guest_if *vfj_guest_find(struct vfj_guest *guest, struct vfj_name name)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (guest->ifs[i].facts.exists && vfj_name_equal(guest->ifs[i].facts.name, name))
            return &guest->ifs[i];
    }
    return NULL;
}

/* An unused place: one whose interface is gone and that no boot brings back. */
static struct vfj_guest_if *free_place(struct vfj_guest *guest)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (!guest->ifs[i].facts.exists && !guest->ifs[i].told.exists)
            return &guest->ifs[i];
    }
    return guest->if_count < VFJ_GUEST_IFS_MAX ? &guest->ifs[guest->if_count++] : NULL;
}

static struct vfj_guest_if *find_told(struct vfj_guest *guest, struct vfj_name name)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (!guest->ifs[i].facts.exists && guest->ifs[i].told.exists && vfj_name_equal(guest->ifs[i].told.name, name))
            return &guest->ifs[i];
    }
    return NULL;
}

/* N of hnN; a name without one gets the lowest unit that no other hn interface has. */
static struct vfj_name unit_of(const struct vfj_guest *guest, struct vfj_name hn)
{
    if (vfj_name_has_driver(hn, "hn"))
        return vfj_name_digits(hn);
    for (uint64_t number = 0;; number++) {
        struct vfj_name unit = {{0}};
        struct vfj_text text = vfj_text_begin(unit.text, sizeof unit.text);
        bool taken = false;
        vfj_text_add_u64(&text, number);
        for (unsigned i = 0; i < guest->if_count; i++)
            taken |= vfj_name_equal(guest->ifs[i].unit, unit);
        if (!taken)
            return unit;
    }
}

struct vfj_guest_if *vfj_guest_open(struct vfj_guest *guest, struct vfj_name name)
{
    struct vfj_guest_if *place = vfj_guest_find(guest, name);
    if (place != NULL)
        return place;
    place = find_told(guest, name);
    if (place == NULL && (place = free_place(guest)) == NULL)
        return NULL;
    struct vfj_interface told = place->told;
    struct vfj_address told_gateway6 = place->told_gateway6;
    uint64_t told_dhclient = place->told_dhclient;
    memset(place, 0, sizeof *place);
    place->told = told;
    place->told_dhclient = told_dhclient;
    place->told_gateway6 = told_gateway6;
    place->facts.name = name;
    place->facts.exists = true;
    place->facts.mtu = 1500;
    place->facts.ifdisabled
        = true; /* nd6_ifattach() begins so (sys/netinet6/nd6.c); rc(8) enables what it configures */
    if (vfj_name_has_driver(name, "hn"))
        place->unit = unit_of(guest, name);
    return place;
}

struct vfj_guest_if *vfj_guest_default6(struct vfj_guest *guest)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (guest->ifs[i].facts.exists && guest->ifs[i].gateway6.text[0] != '\0')
            return &guest->ifs[i];
    }
    return NULL;
}

void vfj_guest_set_default6(struct vfj_guest *guest, struct vfj_guest_if *interface, const struct vfj_address *gateway)
{
    struct vfj_guest_if *before;
    struct vfj_address to = *gateway;
    while ((before = vfj_guest_default6(guest)) != NULL)
        memset(&before->gateway6, 0, sizeof before->gateway6);
    interface->gateway6 = to;
}

struct vfj_guest_if *vfj_guest_lagg_of(struct vfj_guest *guest, struct vfj_name port)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (guest->ifs[i].facts.exists && vfj_interface_has_port(&guest->ifs[i].facts, port))
            return &guest->ifs[i];
    }
    return NULL;
}

/* An interface departs: its lagg drops it by itself (lagg(4)), and so it does a port that no line told of. */
void vfj_guest_remove(struct vfj_guest *guest, struct vfj_name name)
{
    struct vfj_guest_if *gone = vfj_guest_find(guest, name);
    struct vfj_guest_if *lagg;
    if (gone != NULL) {
        gone->facts.exists = false;
        gone->dhclient = 0;
        memset(&gone->gateway6, 0, sizeof gone->gateway6);
    }
    if (vfj_name_equal(guest->default_if, name))
        guest->default_if = (struct vfj_name){{0}};
    while ((lagg = vfj_guest_lagg_of(guest, name)) != NULL)
        vfj_interface_drop_port(&lagg->facts, name);
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (vfj_name_equal(guest->ifs[i].rxvf, name))
            guest->ifs[i].rxvf = (struct vfj_name){{0}};
    }
}

/* VFs */

const struct vfj_guest_vf *vfj_guest_mapped_vf(const struct vfj_guest *guest, struct vfj_name hn)
{
    for (unsigned i = 0; i < guest->vf_count; i++) {
        if (guest->vfs[i].mapped && vfj_name_equal(guest->vfs[i].hn, hn))
            return &guest->vfs[i];
    }
    return NULL;
}

static struct vfj_guest_vf *find_vf(struct vfj_guest *guest, struct vfj_name vf)
{
    for (unsigned i = 0; i < guest->vf_count; i++) {
        if (vfj_name_equal(guest->vfs[i].vf, vf))
            return &guest->vfs[i];
    }
    return NULL;
}

static struct vfj_guest_vf *open_vf(struct vfj_guest *guest, struct vfj_name vf, struct vfj_name hn)
{
    struct vfj_guest_vf *entry = find_vf(guest, vf);
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

/* hn(4) keeps the first VF of an hn and ignores a second one. */
static void attach_vf(struct vfj_guest *guest, struct vfj_guest_vf *entry)
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
    struct vfj_guest_vf *entry = find_vf(guest, name);
    struct vfj_guest_if *hn = only_hn(guest);
    vfj_guest_open(guest, name);
    if (entry == NULL || entry->renamed) /* no %vf tells of it */
        entry = hn != NULL && has_vf_driver(name) ? open_vf(guest, name, hn->facts.name) : NULL;
    if (entry != NULL)
        attach_vf(guest, entry);
}

static void detached(struct vfj_guest *guest, struct vfj_name name)
{
    struct vfj_guest_vf *entry = find_vf(guest, name);
    if (entry != NULL) {
        entry->attachment = VFJ_GUEST_DETACHED;
        entry->mapped = false;
    }
    vfj_guest_remove(guest, name);
}

/* VF_UP of an hn tells that its VF is there, though no line told that it attached. */
static void data_path_to_vf(struct vfj_guest *guest, struct vfj_name name)
{
    struct vfj_guest_if *hn = vfj_guest_open(guest, name);
    for (unsigned i = 0; i < guest->vf_count && vfj_guest_mapped_vf(guest, name) == NULL; i++) {
        if (guest->vfs[i].attachment == VFJ_GUEST_UNKNOWN && vfj_name_equal(guest->vfs[i].hn, name))
            attach_vf(guest, &guest->vfs[i]);
    }
    const struct vfj_guest_vf *entry = vfj_guest_mapped_vf(guest, name);
    for (unsigned i = 0; i < guest->vf_count && entry == NULL; i++) {
        const struct vfj_guest_vf *renamed = &guest->vfs[i];
        if (renamed->renamed && renamed->attachment == VFJ_GUEST_ATTACHED && vfj_name_equal(renamed->hn, name))
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

/* hn(4) forgets a VF that is renamed, but not where the data path is. One that attaches under the old name is known again. */
static void rename_vf(struct vfj_guest *guest, struct vfj_guest_vf *entry, struct vfj_name to)
{
    struct vfj_name hn = entry->hn;
    entry->attachment = VFJ_GUEST_DETACHED;
    entry->mapped = entry->renamed = false;
    entry = find_vf(guest, to) == NULL ? open_vf(guest, to, hn) : NULL;
    if (entry == NULL)
        return;
    entry->attachment = VFJ_GUEST_ATTACHED;
    entry->renamed = true;
}

static void renamed(struct vfj_guest *guest, struct vfj_name from, struct vfj_name to)
{
    struct vfj_guest_if *interface = vfj_guest_find(guest, from);
    struct vfj_guest_if *lagg = vfj_guest_lagg_of(guest, from);
    struct vfj_guest_vf *entry = find_vf(guest, from);
    if (interface == NULL || vfj_guest_find(guest, to) != NULL)
        return;
    interface->facts.name = to;
    for (unsigned i = 0; lagg != NULL && i < lagg->facts.port_count; i++) {
        if (vfj_name_equal(lagg->facts.ports[i], from))
            lagg->facts.ports[i] = to;
    }
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
        detached(guest, devd->name);
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
    case VFJ_DEVD_OTHER:
    case VFJ_DEVD_COUNT:
        break;
    }
}

/* Directives */

static void know_hn(struct vfj_guest *guest, struct vfj_name name)
{
    if (vfj_guest_find(guest, name) != NULL)
        return;
    struct vfj_guest_if *hn = vfj_guest_open(guest, name);
    if (hn == NULL)
        return;
    hn->facts.up = true;
    hn->facts.link = VFJ_LINK_UP;
    if (vfj_name_is_empty(hn->unit))
        hn->unit = unit_of(guest, name);
    hn->told = hn->facts;
}

static void learn_rc(struct vfj_guest *guest, struct vfj_span variable)
{
    struct vfj_name name;
    const size_t prefix = sizeof "ifconfig_" - 1;
    if (vfj_span_starts(variable, "ifconfig_hn")
        && vfj_name_parse((struct vfj_span){variable.text + prefix, variable.length - prefix}, &name)
        && vfj_name_has_driver(name, "hn"))
        know_hn(guest, name);
}

void vfj_guest_learn(struct vfj_guest *guest, const struct vfj_trace_line *line)
{
    struct vfj_devd devd;
    switch ((int)line->kind) {
    case VFJ_TRACE_EVENT:
        vfj_devd_parse(line->event, &devd);
        if (vfj_name_has_driver(devd.name, "hn"))
            know_hn(guest, devd.name);
        break;
    case VFJ_TRACE_IF:
        if (vfj_name_has_driver(line->if_facts.interface.name, "hn"))
            know_hn(guest, line->if_facts.interface.name);
        break;
    case VFJ_TRACE_VF:
        know_hn(guest, line->other);
        break;
    case VFJ_TRACE_RC:
        learn_rc(guest, line->key);
        break;
    default:
        break;
    }
}

static const char *direct_sysctl(struct vfj_guest *guest, const struct vfj_trace_line *line, bool absent)
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

/* The values again, without the one that is set anew, and that at the end. */
static const char *direct_rc(struct vfj_guest *guest, const struct vfj_trace_line *line)
{
    struct vfj_rc before = guest->rc;
    struct vfj_text text = vfj_text_begin(guest->rc.text, sizeof guest->rc.text);
    struct vfj_span rest = vfj_span_of(before.text);
    struct vfj_kv pair;
    char name[VFJ_VALUE_SIZE], value[VFJ_VALUE_SIZE];
    while (vfj_kv_next(&rest, &pair) == VFJ_KV_PAIR) {
        bool same = pair.key.length == line->key.length && memcmp(pair.key.text, line->key.text, pair.key.length) == 0;
        if (same)
            continue;
        vfj_span_copy(name, sizeof name, pair.key);
        VFJ_CHECK(vfj_kv_value(&pair, value, sizeof value));
        vfj_kv_add_string(&text, name, value);
    }
    vfj_span_copy(name, sizeof name, line->key);
    vfj_kv_add_string(&text, name, line->value);
    if (!text.overflow)
        return NULL;
    guest->rc = before;
    return "more rc.conf values than fit (16383 bytes)";
}

static const char *direct_if(struct vfj_guest *guest, const struct vfj_trace_line *line)
{
    const struct vfj_interface *facts = &line->if_facts.interface;
    struct vfj_guest_if *interface = vfj_guest_open(guest, facts->name);
    struct vfj_guest_vf *entry = find_vf(guest, facts->name);
    if (interface == NULL)
        return "more interfaces than the guest model holds (512)";
    struct vfj_interface before = interface->facts;
    interface->facts = *facts;
    interface->facts.no_dad |= before.no_dad; /* a %if without their words says nothing of these */
    interface->facts.rtadv |= before.rtadv;
    interface->facts.link = facts->link == VFJ_LINK_DOWN ? VFJ_LINK_DOWN : VFJ_LINK_UP;
    interface->told = interface->facts;
    interface->dhclient = interface->told_dhclient = line->if_facts.dhclient;
    if (interface->dhclient != 0 && facts->address_count > 0)
        interface->lease = facts->addresses[0];
    memset(&interface->gateway6, 0, sizeof interface->gateway6);
    interface->told_gateway6 = line->if_facts.gateway6;
    if (line->if_facts.gateway6.text[0] != '\0')
        vfj_guest_set_default6(guest, interface, &line->if_facts.gateway6);
    if (vfj_name_has_driver(facts->name, "lagg") && facts->laggproto == VFJ_LAGGPROTO_NONE)
        interface->facts.laggproto = interface->told.laggproto = VFJ_LAGGPROTO_FAILOVER;
    if (entry != NULL)
        attach_vf(guest, entry);
    return NULL;
}

static const char *direct_vf(struct vfj_guest *guest, const struct vfj_trace_line *line)
{
    struct vfj_guest_vf *entry = open_vf(guest, line->name, line->other);
    if (entry == NULL)
        return "more VFs than the guest model holds (256)";
    know_hn(guest, line->other);
    if (vfj_guest_find(guest, line->name) != NULL)
        attach_vf(guest, entry);
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
    file->mode = line->mode;
    return NULL;
}

static const char *direct_rule(struct vfj_guest_rule *rules, unsigned *count, const struct vfj_trace_line *line)
{
    /* a rule that is used up, or that the same words replace, makes room; a newer rule stands behind an older one */
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
    *rule = (struct vfj_guest_rule){.times = line->count, .status = line->status, .us = line->us};
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
        return direct_rc(guest, line);
    case VFJ_TRACE_IF:
        return direct_if(guest, line);
    case VFJ_TRACE_NOIF:
        detached(guest, line->name);
        return NULL;
    case VFJ_TRACE_VF:
        return direct_vf(guest, line);
    case VFJ_TRACE_FILE:
        return direct_file(guest, line);
    case VFJ_TRACE_FAIL:
        return direct_rule(guest->fails, &guest->fail_count, line);
    case VFJ_TRACE_SLOW:
        return direct_rule(guest->slows, &guest->slow_count, line);
    default:
        VFJ_CHECK(false);
    }
}

void vfj_guest_boot(struct vfj_guest *guest)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        struct vfj_guest_if *interface = &guest->ifs[i];
        interface->facts = interface->told;
        interface->dhclient = interface->told_dhclient;
        interface->gateway6 = interface->told_gateway6;
        interface->rxvf = (struct vfj_name){{0}};
    }
    for (unsigned i = 0; i < guest->vf_count; i++) {
        guest->vfs[i].mapped = false;
        guest->vfs[i].attachment = VFJ_GUEST_UNKNOWN;
        vfj_guest_remove(guest, guest->vfs[i].vf);
    }
    guest->default_if = (struct vfj_name){{0}};
}
