/* The guest model's answers to probes. */
#include <string.h>

#include "core/check.h"
#include "core/data/hn_snapshot.h"
#include "core/model/guest.h"

static const struct vfj_guest_sysctl *told_sysctl(const struct vfj_guest *guest, const char *name)
{
    for (unsigned i = 0; i < guest->sysctl_count; i++) {
        if (strcmp(guest->sysctls[i].name, name) == 0)
            return &guest->sysctls[i];
    }
    return NULL;
}

static void list_vfs(const struct vfj_guest *guest, bool with_hn, struct vfj_text *text)
{
    for (unsigned i = 0; i < guest->vf_count; i++) {
        if (!guest->vfs[i].mapped)
            continue;
        vfj_text_add_word(text, vfj_span_of(guest->vfs[i].vf.text));
        if (with_hn) {
            vfj_text_add_char(text, ':');
            vfj_text_add(text, guest->vfs[i].hn.text);
        }
    }
}

/* Returns the hn interface whose sysctl `name` is dev.hn.UNIT.LEAF, or NULL. */
static const struct vfj_guest_if *hn_of(const struct vfj_guest *guest, const char *name,
                                        const char *leaf)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        const struct vfj_guest_if *interface = &guest->ifs[i];
        char oid[64];
        struct vfj_text text = vfj_text_begin(oid, sizeof oid);
        vfj_text_add(&text, "dev.hn.");
        vfj_text_add(&text, interface->unit.text);
        vfj_text_add(&text, leaf);
        if (interface->facts.exists && !vfj_name_is_empty(interface->unit)
            && strcmp(oid, name) == 0)
            return interface;
    }
    return NULL;
}

/* Returns true when the trace has set the sysctl dev.hn.N.vf to an empty value: the VF had left
 * when the trace was recorded. */
static bool is_told_gone(const struct vfj_guest *guest, const struct vfj_guest_if *hn)
{
    char oid[64];
    struct vfj_text text = vfj_text_begin(oid, sizeof oid);
    vfj_text_add(&text, "dev.hn.");
    vfj_text_add(&text, hn->unit.text);
    vfj_text_add(&text, ".vf");
    const struct vfj_guest_sysctl *told = told_sysctl(guest, oid);
    return told != NULL && told->value[0] == '\0';
}

/* Returns true when hn(4) in transparent mode has moved the data path to the VF. hn(4) first ups
 * the VF, and moves the data path after the VF's LINK_UP. */
static bool is_switched(const struct vfj_guest *guest, const struct vfj_guest_if *hn)
{
    const struct vfj_guest_vf *entry = vfj_guest_mapped_vf(guest, hn->facts.name);
    const struct vfj_guest_if *vf
        = entry != NULL ? vfj_guest_find((struct vfj_guest *)guest, entry->vf) : NULL;
    return vf != NULL && vf->facts.link == VFJ_LINK_UP;
}

static bool own_sysctl(const struct vfj_guest *guest, const char *name, struct vfj_text *text)
{
    const struct vfj_guest_if *hn;
    if (strcmp(name, "hw.hn.vf_transparent") == 0) {
        vfj_text_add(text, "0");
    } else if (strcmp(name, "hw.hn.vflist") == 0) {
        list_vfs(guest, false, text);
    } else if (strcmp(name, "hw.hn.vfmap") == 0) {
        list_vfs(guest, true, text);
    } else if ((hn = hn_of(guest, name, ".vf")) != NULL) {
        const struct vfj_guest_vf *vf = vfj_guest_mapped_vf(guest, hn->facts.name);
        vfj_text_add(text, vf != NULL ? vf->vf.text : "");
    } else if ((hn = hn_of(guest, name, ".rxvf")) != NULL) {
        const struct vfj_guest_if *vf = vfj_guest_find((struct vfj_guest *)guest, hn->rxvf);
        /* the data path leaves the VF as soon as the VF goes down */
        bool is_up = vf != NULL && vf->facts.up;
        vfj_text_add(text, is_up && !is_told_gone(guest, hn) ? hn->rxvf.text : "");
    } else if (strcmp(name, "hw.hn.vf_xpnt_attwait") == 0) {
        vfj_text_add(text, "2");
    } else if ((hn = hn_of(guest, name, ".vf_xpnt_enabled")) != NULL) {
        vfj_text_add(text, is_switched(guest, hn) ? "1" : "0");
    } else {
        return false;
    }
    return true;
}

/* Fills in the value of a sysctl. Returns false when the kernel has no sysctl of that name. */
static bool sysctl(const struct vfj_guest *guest, const char *name, char *value, size_t size)
{
    const struct vfj_guest_sysctl *told = told_sysctl(guest, name);
    struct vfj_text text = vfj_text_begin(value, size);
    if (told == NULL)
        return own_sysctl(guest, name, &text);
    if (!told->absent)
        vfj_text_add(&text, told->value);
    return !told->absent;
}

static int32_t transparent(const struct vfj_guest *guest)
{
    char value[VFJ_VALUE_SIZE];
    int64_t number = 0;
    if (!sysctl(guest, "hw.hn.vf_transparent", value, sizeof value))
        return VFJ_TRANSPARENT_ABSENT;
    return vfj_span_to_i64(vfj_span_of(value), &number) && number > 0 ? 1 : 0;
}

bool vfj_guest_hn_takes_up(const struct vfj_guest *guest, int64_t *after_us)
{
    char value[VFJ_VALUE_SIZE];
    int64_t seconds = 0;
    if (transparent(guest) != 1 || !sysctl(guest, "hw.hn.vf_xpnt_attwait", value, sizeof value)
        || !vfj_span_to_i64(vfj_span_of(value), &seconds) || seconds < 0 || seconds > INT32_MAX)
        return false;
    *after_us = seconds * 1000000;
    return true;
}

static void name_of_sysctl(const struct vfj_guest *guest, struct vfj_name unit, const char *leaf,
                           struct vfj_name *name)
{
    char oid[64], value[VFJ_VALUE_SIZE];
    struct vfj_span word;
    struct vfj_text text = vfj_text_begin(oid, sizeof oid);
    vfj_text_add(&text, "dev.hn.");
    vfj_text_add(&text, unit.text);
    vfj_text_add(&text, leaf);
    struct vfj_span rest = {value, 0};
    if (sysctl(guest, oid, value, sizeof value))
        rest = vfj_span_of(value);
    if (vfj_span_word(&rest, &word))
        vfj_name_parse(word, name);
}

/* Returns the N for which the sysctl dev.hn.N.vf names the VF, or an empty name. */
static struct vfj_name unit_of_vf(const struct vfj_guest *guest, struct vfj_name vf)
{
    for (unsigned i = 0; i < VFJ_UNITS_MAX; i++) {
        struct vfj_name unit = vfj_name_of_number(i), found = {{0}};
        name_of_sysctl(guest, unit, ".vf", &found);
        if (vfj_name_equal(found, vf))
            return unit;
    }
    return (struct vfj_name){{0}};
}

static void add_pair(const struct vfj_guest *guest, struct vfj_map *map, struct vfj_name vf,
                     struct vfj_name hn)
{
    if (map->pair_count < VFJ_SLOTS_MAX)
        map->pairs[map->pair_count++]
            = (struct vfj_pair){.vf = vf, .hn = hn, .unit = unit_of_vf(guest, vf)};
    else
        map->truncated = true;
}

static void observe_map(const struct vfj_guest *guest, struct vfj_map *map)
{
    char value[VFJ_VALUE_SIZE];
    struct vfj_span word;
    map->transparent = transparent(guest);
    map->has_list = sysctl(guest, "hw.hn.vflist", value, sizeof value);
    if (!sysctl(guest, "hw.hn.vfmap", value, sizeof value))
        return;
    for (struct vfj_span rest = vfj_span_of(value); vfj_span_word(&rest, &word);) {
        struct vfj_name vf, hn;
        const char *colon = memchr(word.text, ':', word.length);
        if (colon == NULL)
            continue;
        size_t length = (size_t)(colon - word.text);
        if (vfj_name_parse((struct vfj_span){word.text, length}, &vf)
            && vfj_name_parse((struct vfj_span){colon + 1, word.length - length - 1}, &hn))
            add_pair(guest, map, vf, hn);
    }
}

/* Removes link-local addresses, which the readers of a real guest skip, too. Each interface with
 * IPv6 makes its own link-local address. */
static void drop_link_local(struct vfj_interface *interface)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < interface->address_count; i++) {
        if (!vfj_address_is_link_local(vfj_span_of(interface->addresses[i].text)))
            interface->addresses[kept++] = interface->addresses[i];
    }
    memset(&interface->addresses[kept], 0,
           (interface->address_count - kept) * sizeof interface->addresses[0]);
    interface->address_count = (uint8_t)kept;
}

static void observe_interface(struct vfj_guest *guest, struct vfj_name name,
                              struct vfj_interface *interface)
{
    const struct vfj_guest_if *found = vfj_guest_find(guest, name);
    if (found == NULL) {
        interface->name = name;
        return;
    }
    *interface = found->facts;
    drop_link_local(interface);
    if (found->facts.laggproto != VFJ_LAGGPROTO_NONE && !found->has_told_link)
        interface->link = vfj_guest_has_link(guest, found) ? VFJ_LINK_UP : VFJ_LINK_DOWN;
}

static const struct vfj_guest_file *find_file(const struct vfj_guest *guest, const char *path)
{
    for (unsigned i = 0; i < guest->file_count; i++) {
        if (strcmp(guest->files[i].path, path) == 0)
            return &guest->files[i];
    }
    return NULL;
}

static const struct vfj_guest_file *file_of(const struct vfj_guest *guest, const char *before,
                                            struct vfj_name name)
{
    char path[VFJ_PATH_SIZE];
    struct vfj_text text = vfj_text_begin(path, sizeof path);
    vfj_text_add(&text, before);
    vfj_text_add(&text, name.text);
    return find_file(guest, path);
}

static bool has_lease(const struct vfj_guest *guest, struct vfj_name hn)
{
    return file_of(guest, "/var/db/dhclient.leases.", hn) != NULL;
}

static const char *refusal(const struct vfj_guest_file *script)
{
    if (script->refused[0] != '\0')
        return script->refused;
    if ((script->mode & 0002) != 0)
        return ": others can write to it";
    if ((script->mode & 0020) != 0)
        return ": its group can write to it";
    return (script->mode & 0111) == 0 ? ": not executable" : "";
}

/* Records the first per-interface script that exists. In the model, root owns the script's
 * directory. */
static void observe_script(const struct vfj_guest *guest, struct vfj_name hn, struct vfj_view *view)
{
    const struct vfj_guest_file *script = NULL;
    enum vfj_own_script place = VFJ_OWN_SCRIPT_NONE;
    while (script == NULL && ++place < VFJ_OWN_SCRIPT_COUNT)
        script = file_of(guest, vfj_own_script_path(place), hn);
    if (script == NULL)
        return;
    struct vfj_text text = vfj_text_begin(view->script_refused, sizeof view->script_refused);
    const char *why = refusal(script);
    if (why[0] == '\0') {
        view->script = (uint8_t)place;
        return;
    }
    if (why != script->refused)
        vfj_text_add(&text, script->path);
    vfj_text_add(&text, why);
}

static struct vfj_name lagg_of(struct vfj_guest *guest, struct vfj_name port)
{
    const struct vfj_guest_if *lagg = vfj_guest_lagg_of(guest, port);
    return lagg != NULL ? lagg->facts.name : (struct vfj_name){{0}};
}

static void observe_users(const struct vfj_guest *guest, struct vfj_interface *hn)
{
    struct vfj_interface users = {.name = hn->name};
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (guest->ifs[i].facts.exists)
            vfj_view_add_user(&users, &guest->ifs[i].facts);
    }
    vfj_view_take_users(hn, &users);
}

static uint64_t dhclient_of(struct vfj_guest *guest, struct vfj_name name)
{
    const struct vfj_guest_if *interface = vfj_guest_find(guest, name);
    return interface != NULL ? interface->dhclient : 0;
}

static void observe_gateway6(struct vfj_guest *guest, const struct vfj_command *command,
                             struct vfj_view *view)
{
    const struct vfj_guest_if *interface = vfj_guest_default6(guest);
    bool on_lagg = interface != NULL && vfj_name_equal(interface->facts.name, command->b);
    if (interface == NULL || (!on_lagg && !vfj_name_equal(interface->facts.name, command->a)))
        return;
    view->gateway6 = interface->gateway6;
    view->gateway6_on_lagg = on_lagg;
}

static bool has_more_routes(struct vfj_guest *guest, struct vfj_name name)
{
    const struct vfj_guest_if *interface = vfj_guest_find(guest, name);
    return interface != NULL && interface->has_more_routes;
}

static void observe_routes(struct vfj_guest *guest, const struct vfj_command *command,
                           struct vfj_kept_routes *routes)
{
    routes->truncated = has_more_routes(guest, command->a) || has_more_routes(guest, command->b);
    for (unsigned i = 0; i < guest->routes.count; i++) {
        const struct vfj_guest_route *route = &guest->routes.list[i];
        bool on_lagg = vfj_name_equal(route->interface, command->b);
        if (on_lagg || vfj_name_equal(route->interface, command->a))
            vfj_kept_routes_add(routes,
                                &(struct vfj_kept_route){.destination = route->destination,
                                                         .gateway = route->gateway,
                                                         .on_lagg = on_lagg,
                                                         .mtu = route->mtu});
    }
}

/* Observes the VF that dev.hn.UNIT.vf names now. When that sysctl names none, observes the VF of
 * the command. */
static void observe_vf(struct vfj_guest *guest, const struct vfj_command *command,
                       struct vfj_view *view)
{
    struct vfj_name vf = vfj_view_vf(view);
    if (vfj_name_is_empty(vf))
        vf = command->c;
    if (vfj_name_is_empty(vf))
        return;
    view->vf_dhclient = dhclient_of(guest, vf);
    view->vf_lagg = lagg_of(guest, vf);
    observe_interface(guest, vf, &view->vf);
}

static void observe_slot(struct vfj_guest *guest, const struct vfj_command *command,
                         struct vfj_view *view)
{
    struct vfj_name unit = {{0}};
    vfj_span_copy(unit.text, sizeof unit.text, vfj_span_of(command->text));
    view->hn_name = command->a;
    view->transparent = transparent(guest);
    name_of_sysctl(guest, unit, ".vf", &view->vf_name);
    name_of_sysctl(guest, unit, ".rxvf", &view->rxvf);
    observe_script(guest, command->a, view);
    view->lease = has_lease(guest, command->a);
    view->hn_dhclient = dhclient_of(guest, command->a);
    view->lagg_dhclient = dhclient_of(guest, command->b);
    view->hn_lagg = lagg_of(guest, command->a);
    observe_interface(guest, command->a, &view->hn);
    observe_users(guest, &view->hn);
    observe_interface(guest, command->b, &view->lagg);
    observe_vf(guest, command, view);
    bool on_lagg = vfj_name_equal(guest->default_if, command->b);
    if (!vfj_name_is_empty(guest->default_if)
        && (on_lagg || vfj_name_equal(guest->default_if, command->a))) {
        view->gateway = guest->default_gateway;
        view->gateway_on_lagg = on_lagg;
    }
    observe_gateway6(guest, command, view);
    observe_routes(guest, command, &view->routes);
    vfj_view_drop_interface_mtus(view);
}

static void observe_end(struct vfj_guest *guest, struct vfj_name name, struct vfj_end *end)
{
    const struct vfj_guest_if *found = vfj_guest_find(guest, name);
    if (found != NULL)
        end->counters = found->counters;
    if (!vfj_name_is_empty(name))
        observe_interface(guest, name, &end->interface);
}

static void observe_sysctl(const struct vfj_guest *guest, const struct vfj_command *command,
                           const char *name, struct vfj_hn_snapshot *snapshot)
{
    char value[VFJ_VALUE_SIZE];
    if (sysctl(guest, name, value, sizeof value))
        vfj_hn_snapshot_take_sysctl(snapshot, command->text, vfj_span_of(name), vfj_span_of(value));
}

/* Adds the sysctls below `node` that the trace has set by %sysctl. */
static void observe_node(const struct vfj_guest *guest, const struct vfj_command *command,
                         const char *node, struct vfj_hn_snapshot *snapshot)
{
    for (unsigned i = 0; i < guest->sysctl_count; i++) {
        const char *name = guest->sysctls[i].name;
        if (vfj_span_starts(vfj_span_of(name), node) && name[strlen(node)] == '.')
            observe_sysctl(guest, command, name, snapshot);
    }
}

/* Reads the command's sysctls, then hn and the VF that the kernel names. */
static void observe_snapshot(struct vfj_guest *guest, const struct vfj_command *command,
                             struct vfj_hn_snapshot *snapshot)
{
    struct vfj_argv argv;
    VFJ_CHECK(vfj_command_argv(command, 0, &argv));
    for (unsigned i = 2; i < argv.count; i++) {
        observe_sysctl(guest, command, argv.words[i], snapshot);
        observe_node(guest, command, argv.words[i], snapshot);
    }
    observe_end(guest, command->a, &snapshot->hn);
    observe_end(guest, vfj_hn_snapshot_vf(snapshot, command), &snapshot->vf);
    if (!vfj_name_is_empty(snapshot->vf.interface.name))
        snapshot->vf_dhclient = (int64_t)dhclient_of(guest, snapshot->vf.interface.name);
}

static void observe_file(const struct vfj_guest *guest, const char *path, struct vfj_file *file)
{
    const struct vfj_guest_file *found = find_file(guest, path);
    file->exists = found != NULL;
    if (found != NULL)
        memcpy(file->text, found->text, sizeof file->text);
}

/* Applies %fail rules to the programs of the probe. Returns true when the probe fails. When only
 * route(8) or netstat(1) fails, the probe does not fail, and the answer has no default route or no
 * other routes. */
static bool is_refused(struct vfj_guest *guest, const struct vfj_command *command)
{
    struct vfj_argv argv;
    bool refused = false;
    for (unsigned i = 0; vfj_guest_rule_argv(command, i, &argv); i++)
        refused |= vfj_guest_take_failure(guest, command, i) != NULL
            && argv.program != VFJ_PROGRAM_ROUTE && argv.program != VFJ_PROGRAM_NETSTAT;
    return refused;
}

void vfj_guest_observe(struct vfj_guest *guest, const struct vfj_command *command,
                       struct vfj_observation *answer)
{
    bool refused = is_refused(guest, command);
    memset(answer, 0, sizeof *answer);
    answer->command = command->id;
    answer->ok = !refused;
    switch ((int)command->kind) {
    case VFJ_COMMAND_PROBE_SYSCTL:
        answer->probe = VFJ_PROBE_SYSCTL;
        answer->ok
            = !refused && sysctl(guest, command->text, answer->as.value, sizeof answer->as.value);
        break;
    case VFJ_COMMAND_PROBE_IFCONFIG:
        answer->probe = VFJ_PROBE_IFCONFIG;
        if (!refused)
            observe_interface(guest, command->a, &answer->as.interface);
        answer->ok = answer->as.interface.exists;
        break;
    case VFJ_COMMAND_PROBE_FILE:
        answer->probe = VFJ_PROBE_FILE;
        observe_file(guest, command->text, &answer->as.file);
        break;
    case VFJ_COMMAND_PROBE_MAP:
        answer->probe = VFJ_PROBE_MAP;
        answer->as.map.transparent = VFJ_TRANSPARENT_ABSENT;
        if (!refused)
            observe_map(guest, &answer->as.map);
        break;
    case VFJ_COMMAND_PROBE_SLOT:
        answer->probe = VFJ_PROBE_SLOT;
        answer->as.view.transparent = VFJ_TRANSPARENT_ABSENT;
        if (!refused)
            observe_slot(guest, command, &answer->as.view);
        break;
    case VFJ_COMMAND_PROBE_SNAPSHOT:
        answer->probe = VFJ_PROBE_SNAPSHOT;
        vfj_hn_snapshot_init(&answer->as.snapshot);
        if (!refused)
            observe_snapshot(guest, command, &answer->as.snapshot);
        break;
    default:
        VFJ_CHECK(false);
    }
}
