/* Writes the facts about the guest that a recorded observation shows as lines of a trace. */
#include "tools/export/facts.h"

#include <string.h>

#include "core/data/hn_snapshot.h"
#include "core/text/trace_quote.h"

/* Writes the text as a line of the trace. Sets mirror->wrong when the text is too long for a
 * line. */
static void direct_text(struct vfj_mirror *mirror, const struct vfj_text *text)
{
    if (text->overflow)
        mirror->wrong = "a line would be too long";
    else
        vfj_mirror_direct(mirror, text->bytes);
}

static void direct2(struct vfj_mirror *mirror, const char *before, const char *name,
                    const char *between, const char *value)
{
    char line[2 * VFJ_VALUE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add(&text, before);
    vfj_text_add(&text, name);
    vfj_text_add(&text, between);
    vfj_text_add(&text, value);
    direct_text(mirror, &text);
}

static void emit_sysctl(struct vfj_mirror *mirror, const char *name, const char *value)
{
    if (value != NULL)
        direct2(mirror, "%sysctl ", name, "=", value);
    else
        direct2(mirror, "%nosysctl ", name, "", "");
}

static void emit_transparent(struct vfj_mirror *mirror, int32_t value)
{
    char digits[16];
    struct vfj_text text = vfj_text_begin(digits, sizeof digits);
    vfj_text_add_i64(&text, value);
    emit_sysctl(mirror, "hw.hn.vf_transparent", value == VFJ_TRANSPARENT_ABSENT ? NULL : digits);
}

/* Returns true when a %vf line may name this hn. Such a line makes its hn exist from the beginning
 * of the trace, which is wrong for an interface that was renamed to this name later. */
static bool may_have_vf(const struct vfj_mirror *mirror, struct vfj_name hn)
{
    for (unsigned i = 0; !mirror->cautious && i < mirror->known_count; i++) {
        if (vfj_name_equal(mirror->known[i], hn))
            return true;
    }
    return false;
}

/* Facts about an interface that the output of ifconfig(8) does not contain. */
struct more_facts {
    uint64_t dhclient;
    struct vfj_address gateway, gateway6;
    struct vfj_kept_routes routes;
    bool is_link_told;
    const struct vfj_counters *counters; /* NULL: the trace gets no counters */
};

/* Returns the word about the link in a %if line. The guest model derives a lagg's link from the
 * lagg's ports. A lagg therefore gets a word only with `is_link_told`: its recorded link differs
 * from the derived one. */
static const char *link_word(const struct vfj_interface *interface, bool is_link_told)
{
    if (interface->laggproto != VFJ_LAGGPROTO_NONE && !is_link_told)
        return "";
    if (interface->link == VFJ_LINK_UNKNOWN)
        return " nomedia";
    return interface->link == VFJ_LINK_DOWN ? " nolink" : is_link_told ? " link" : "";
}

/* Returns the word that precedes the name of a lagg's port, a VLAN's parent or a bridge's member in
 * a %if line. */
static const char *port_word(enum vfj_use use)
{
    switch (use) {
    case VFJ_USE_VLAN:
        return " vlandev ";
    case VFJ_USE_BRIDGE:
        return " addm ";
    case VFJ_USE_FIB:
    case VFJ_USE_NETGRAPH:
    case VFJ_USE_NONE:
    case VFJ_USE_COUNT:
        break;
    }
    return " laggport ";
}

static void add_counters(struct vfj_text *text, const struct vfj_counters *counters)
{
#define X(word, member)                           \
    if (counters->member != VFJ_COUNT_UNKNOWN) {  \
        vfj_text_add(text, " " word " ");         \
        vfj_text_add_i64(text, counters->member); \
    }
    VFJ_COUNTERS(X)
#undef X
    if (counters->media[0] == '\0')
        return;
    vfj_text_add(text, " media=");
    vfj_quoted_add(text, counters->media);
}

static void add_interface_words(struct vfj_text *text, const struct vfj_interface *interface,
                                const struct more_facts *more)
{
    vfj_text_add(text, interface->up ? " up" : " down");
    vfj_text_add(text, link_word(interface, more->is_link_told));
    vfj_text_add(text, interface->no_dad ? " no_dad" : "");
    vfj_text_add(text, interface->rtadv ? " accept_rtadv" : "");
    vfj_text_add(text, interface->ifdisabled ? " ifdisabled" : "");
    vfj_text_add(text, interface->truncated ? " truncated" : "");
    vfj_text_add(text, interface->carp ? " vhid 1" : "");
    vfj_text_add(text, interface->use == VFJ_USE_FIB ? " fib 1" : "");
    vfj_text_add(text, interface->use == VFJ_USE_NETGRAPH ? " netgraph" : "");
    vfj_text_add(text, " mtu ");
    vfj_text_add_u64(text, interface->mtu);
    for (unsigned i = 0; i < interface->address_count; i++) {
        vfj_text_add(text, vfj_address_is_inet6(&interface->addresses[i]) ? " inet6 " : " inet ");
        vfj_text_add(text, interface->addresses[i].text);
    }
    if (more->gateway.text[0] != '\0') {
        vfj_text_add(text, " gateway ");
        vfj_text_add(text, more->gateway.text);
    }
    if (more->gateway6.text[0] != '\0') {
        vfj_text_add(text, " gateway6 ");
        vfj_text_add(text, more->gateway6.text);
    }
    for (unsigned i = 0; i < more->routes.count; i++) {
        const struct vfj_kept_route *route = &more->routes.list[i];
        vfj_text_add(text, " route ");
        vfj_text_add(text, route->destination.text);
        vfj_text_add_char(text, ' ');
        vfj_text_add(text, route->gateway.text[0] != '\0' ? route->gateway.text : "link");
        if (route->mtu != 0)
            vfj_text_format(text, " mtu=%u", (unsigned)route->mtu);
    }
    vfj_text_add(text, more->routes.truncated ? " more_routes" : "");
    if (more->dhclient != 0) {
        vfj_text_add(text, " dhclient ");
        vfj_text_add_u64(text, more->dhclient);
    }
    if (interface->laggproto != VFJ_LAGGPROTO_NONE)
        vfj_text_add(text,
                     interface->laggproto == VFJ_LAGGPROTO_FAILOVER ? " laggproto failover"
                                                                    : " laggproto lacp");
    for (unsigned i = 0; i < interface->port_count; i++) {
        vfj_text_add(text, port_word((enum vfj_use)interface->use));
        vfj_text_add(text, interface->ports[i].text);
    }
    if (more->counters != NULL)
        add_counters(text, more->counters);
}

static void emit_interface(struct vfj_mirror *mirror, const struct vfj_interface *interface,
                           const struct more_facts *more)
{
    char line[VFJ_LINE_MAX];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add(&text, interface->exists ? "%if " : "%noif ");
    vfj_text_add(&text, interface->name.text);
    if (interface->exists)
        add_interface_words(&text, interface, more);
    direct_text(mirror, &text);
}

static bool same_interface(const struct vfj_interface *a, const struct vfj_interface *b)
{
    bool same_flags = a->link == b->link && a->no_dad == b->no_dad && a->rtadv == b->rtadv
        && a->ifdisabled == b->ifdisabled && a->truncated == b->truncated && a->carp == b->carp
        && a->use == b->use;
    return same_flags && a->exists == b->exists && a->up == b->up && a->laggproto == b->laggproto
        && a->address_count == b->address_count && a->port_count == b->port_count
        && a->mtu == b->mtu
        && memcmp(a->addresses, b->addresses, a->address_count * sizeof a->addresses[0]) == 0
        && memcmp(a->ports, b->ports, a->port_count * sizeof a->ports[0]) == 0;
}

static struct more_facts more_of(struct vfj_mirror *mirror, struct vfj_name name)
{
    const struct vfj_guest *guest = &mirror->guest;
    const struct vfj_guest_if *interface = vfj_guest_find(&mirror->guest, name);
    struct more_facts more = {0};
    if (interface == NULL)
        return more;
    more.dhclient = interface->dhclient;
    more.gateway6 = interface->gateway6;
    if (vfj_name_equal(guest->default_if, name))
        more.gateway = guest->default_gateway;
    more.routes.truncated = interface->has_more_routes;
    for (unsigned i = 0; i < guest->routes.count; i++) {
        const struct vfj_guest_route *route = &guest->routes.list[i];
        if (vfj_name_equal(route->interface, name))
            vfj_kept_routes_add(&more.routes,
                                &(struct vfj_kept_route){.destination = route->destination,
                                                         .gateway = route->gateway,
                                                         .mtu = route->mtu});
    }
    return more;
}

static void match_interface(struct vfj_mirror *mirror, const struct vfj_interface *model,
                            const struct vfj_interface *recorded, bool more_differs,
                            const struct more_facts *more)
{
    if (vfj_name_is_empty(recorded->name) || (same_interface(model, recorded) && !more_differs))
        return;
    /* A %if line can set options of nd6, but cannot clear them. To clear one, the trace removes the
     * interface and makes it again. */
    if (recorded->exists
        && ((model->no_dad && !recorded->no_dad) || (model->rtadv && !recorded->rtadv)))
        emit_interface(mirror, &(struct vfj_interface){.name = recorded->name}, more);
    emit_interface(mirror, recorded, more);
}

/* Writes the lagg's link when it differs from the link that the guest model derives from the lagg's
 * ports. */
static void match_link(struct vfj_mirror *mirror, const struct vfj_command *command,
                       const struct vfj_interface *recorded)
{
    struct vfj_observation model;
    struct more_facts more = more_of(mirror, recorded->name);
    vfj_mirror_peek(mirror, command, &model);
    const struct vfj_interface *lagg
        = model.probe == VFJ_PROBE_SLOT ? &model.as.view.lagg : &model.as.interface;
    more.is_link_told = true;
    if (model.ok && recorded->exists && recorded->laggproto != VFJ_LAGGPROTO_NONE
        && lagg->link != recorded->link)
        emit_interface(mirror, recorded, &more);
}

static void emit_dev_sysctl(struct vfj_mirror *mirror, const char *unit, const char *leaf,
                            struct vfj_name value)
{
    char name[64];
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    vfj_text_add(&text, "dev.hn.");
    vfj_text_add(&text, unit);
    vfj_text_add(&text, leaf);
    emit_sysctl(mirror, name, value.text);
}

static void emit_file(struct vfj_mirror *mirror, const char *directory, struct vfj_name name)
{
    direct2(mirror, "%file ", directory, "", name.text);
}

static void emit_no_file(struct vfj_mirror *mirror, const char *directory, struct vfj_name name)
{
    direct2(mirror, "%nofile ", directory, "", name.text);
}

/* Writes the lines that describe an admin's own script for hn. If the daemon refused the script,
 * only the reason matters, so either of the two directories can be written. */
static void emit_script(struct vfj_mirror *mirror, struct vfj_name hn,
                        const struct vfj_view *recorded)
{
    char line[2 * VFJ_PATH_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    for (unsigned place = VFJ_OWN_SCRIPT_NONE + 1; place < VFJ_OWN_SCRIPT_COUNT; place++)
        emit_no_file(mirror, vfj_own_script_path((enum vfj_own_script)place), hn);
    if (recorded->script != VFJ_OWN_SCRIPT_NONE) {
        emit_file(mirror, vfj_own_script_path((enum vfj_own_script)recorded->script), hn);
    } else if (recorded->script_refused[0] != '\0') {
        vfj_text_add(&text, "%file ");
        vfj_text_add(&text, vfj_own_script_path(VFJ_OWN_SCRIPT_BASE));
        vfj_text_add(&text, hn.text);
        vfj_text_add(&text, " refused=");
        vfj_quoted_add(&text, recorded->script_refused);
        direct_text(mirror, &text);
    }
}

/* Writes a line after which the lagg `name` has the port, or no longer has it. */
static void emit_port(struct vfj_mirror *mirror, struct vfj_name name, struct vfj_name port,
                      bool has)
{
    struct vfj_interface lagg
        = {.name = name, .exists = true, .laggproto = VFJ_LAGGPROTO_FAILOVER, .mtu = 1500};
    const struct vfj_guest_if *known = vfj_guest_find(&mirror->guest, name);
    const struct more_facts more = more_of(mirror, name);
    if (known != NULL)
        lagg = known->facts;
    if (has && !vfj_interface_has_port(&lagg, port) && !vfj_interface_add_port(&lagg, port))
        mirror->wrong = "more ports than a lagg has";
    if (!has)
        vfj_interface_drop_port(&lagg, port);
    emit_interface(mirror, &lagg, &more);
}

/* Writes lines after which `port` (hn or the VF) is a port of the lagg `holder`, and no longer of
 * `before`, the lagg in the guest model. */
static void emit_holder(struct vfj_mirror *mirror, struct vfj_name before, struct vfj_name holder,
                        struct vfj_name port)
{
    if (!vfj_name_is_empty(before))
        emit_port(mirror, before, port, false);
    if (!vfj_name_is_empty(holder))
        emit_port(mirror, holder, port, true);
}

/* Returns the further facts that the view has about the lagg (`on_lagg`) or about hn. */
static struct more_facts more_of_view(const struct vfj_view *view, bool on_lagg)
{
    struct more_facts more = {.dhclient = on_lagg ? view->lagg_dhclient : view->hn_dhclient};
    if (view->gateway_on_lagg == on_lagg)
        more.gateway = view->gateway;
    if (view->gateway6_on_lagg == on_lagg)
        more.gateway6 = view->gateway6;
    /* when routes are missing from the view, it does not say whether they are those of hn or of the
     * lagg */
    more.routes.truncated = view->routes.truncated && on_lagg == view->lagg.exists;
    for (unsigned i = 0; i < view->routes.count; i++) {
        if (view->routes.list[i].on_lagg == on_lagg)
            vfj_kept_routes_add(&more.routes, &view->routes.list[i]);
    }
    return more;
}

static bool same_routes(const struct vfj_kept_routes *a, const struct vfj_kept_routes *b)
{
    bool same = a->count == b->count && a->truncated == b->truncated;
    for (unsigned i = 0; i < a->count && same; i++)
        same = strcmp(a->list[i].destination.text, b->list[i].destination.text) == 0
            && strcmp(a->list[i].gateway.text, b->list[i].gateway.text) == 0
            && a->list[i].mtu == b->list[i].mtu;
    return same;
}

static bool more_differs(const struct more_facts *a, const struct more_facts *b)
{
    return a->dhclient != b->dhclient || a->is_link_told != b->is_link_told
        || strcmp(a->gateway.text, b->gateway.text) != 0
        || strcmp(a->gateway6.text, b->gateway6.text) != 0 || !same_routes(&a->routes, &b->routes);
}

/* Returns a copy of the interface without the VLANs and bridges on it. These have %if lines of
 * their own, which name this interface. */
static struct vfj_interface without_users(const struct vfj_interface *interface)
{
    struct vfj_interface bare = *interface;
    bare.port_count = 0;
    if (bare.use != VFJ_USE_FIB && bare.use != VFJ_USE_NETGRAPH)
        bare.use = VFJ_USE_NONE;
    return bare;
}

static bool same_users(const struct vfj_interface *a, const struct vfj_interface *b)
{
    return a->use == b->use && a->port_count == b->port_count
        && memcmp(a->ports, b->ports, a->port_count * sizeof a->ports[0]) == 0;
}

/* Removes the VLANs and bridges that are on hn in the guest model, and makes the recorded ones. */
static void emit_users(struct vfj_mirror *mirror, const struct vfj_interface *model,
                       const struct vfj_interface *recorded)
{
    const struct more_facts more = {0};
    for (unsigned i = 0; i < model->port_count; i++)
        emit_interface(mirror, &(struct vfj_interface){.name = model->ports[i]}, &more);
    for (unsigned i = 0; i < recorded->port_count; i++) {
        struct vfj_interface user = {.name = recorded->ports[i],
                                     .exists = true,
                                     .up = true,
                                     .mtu = 1500,
                                     .use = recorded->use};
        (void)vfj_interface_add_port(&user, recorded->name);
        emit_interface(mirror, &user, &more);
    }
}

static void answer_interfaces(struct vfj_mirror *mirror, const struct vfj_view *model,
                              const struct vfj_view *recorded)
{
    const struct more_facts vf = {.dhclient = recorded->vf_dhclient},
                            model_vf = {.dhclient = model->vf_dhclient};
    const struct more_facts hn = more_of_view(recorded, false),
                            model_hn = more_of_view(model, false);
    const struct more_facts lagg = more_of_view(recorded, true),
                            model_lagg = more_of_view(model, true);
    match_interface(mirror, &model->vf, &recorded->vf, more_differs(&model_vf, &vf), &vf);
    const struct vfj_interface bare = without_users(&recorded->hn),
                               model_bare = without_users(&model->hn);
    match_interface(mirror, &model_bare, &bare, more_differs(&model_hn, &hn), &hn);
    match_interface(mirror, &model->lagg, &recorded->lagg, more_differs(&model_lagg, &lagg), &lagg);
}

/* Writes that hn has this VF now, or no longer has it. When the guest model cannot derive this from
 * an event, the trace sets the sysctl in which the kernel shows the VF. */
static void answer_vf(struct vfj_mirror *mirror, const struct vfj_command *command,
                      const struct vfj_view *model, const struct vfj_view *recorded, bool is_first)
{
    bool is_gone = vfj_name_is_empty(recorded->vf_name);
    if (vfj_name_equal(model->vf_name, recorded->vf_name))
        return;
    if (is_first && !is_gone && may_have_vf(mirror, command->a))
        direct2(mirror, "%vf ", recorded->vf_name.text, " ", command->a.text);
    else if (is_first && is_gone && !recorded->vf.exists)
        direct2(mirror, "%noif ", model->vf_name.text, "", "");
    else
        emit_dev_sysctl(mirror, command->text, ".vf", recorded->vf_name);
}

static void answer_view(struct vfj_mirror *mirror, const struct vfj_command *command,
                        const struct vfj_view *model, const struct vfj_view *recorded,
                        bool is_first)
{
    if (model->transparent != recorded->transparent)
        emit_transparent(mirror, recorded->transparent);
    answer_vf(mirror, command, model, recorded, is_first);
    if (recorded->script != model->script
        || strcmp(recorded->script_refused, model->script_refused) != 0)
        emit_script(mirror, command->a, recorded);
    if (recorded->lease && !model->lease)
        emit_file(mirror, "/var/db/dhclient.leases.", command->a);
    if (!recorded->lease && model->lease)
        emit_no_file(mirror, "/var/db/dhclient.leases.", command->a);
    answer_interfaces(mirror, model, recorded);
}

/* Writes the facts that depend on interfaces, after these were corrected: which lagg has hn and the
 * VF as ports, what uses hn, and whether the VF has the data path. */
static void answer_rest(struct vfj_mirror *mirror, const struct vfj_command *command,
                        const struct vfj_view *recorded, bool is_first)
{
    struct vfj_observation model;
    vfj_mirror_peek(mirror, command, &model);
    if (!vfj_name_equal(model.as.view.hn_lagg, recorded->hn_lagg))
        emit_holder(mirror, model.as.view.hn_lagg, recorded->hn_lagg, command->a);
    if (!vfj_name_equal(model.as.view.vf_lagg, recorded->vf_lagg))
        emit_holder(mirror, model.as.view.vf_lagg, recorded->vf_lagg, recorded->vf.name);
    if (!same_users(&model.as.view.hn, &recorded->hn))
        emit_users(mirror, &model.as.view.hn, &recorded->hn);
    if (!is_first && !vfj_name_equal(model.as.view.rxvf, recorded->rxvf))
        emit_dev_sysctl(mirror, command->text, ".rxvf", recorded->rxvf);
    match_link(mirror, command, &recorded->lagg);
}

static bool same_map(const struct vfj_map *a, const struct vfj_map *b)
{
    return a->transparent == b->transparent && a->has_list == b->has_list
        && a->truncated == b->truncated && a->pair_count == b->pair_count
        && memcmp(a->pairs, b->pairs, a->pair_count * sizeof a->pairs[0]) == 0;
}

static void add_words(struct vfj_text *list, const char *word, const char *after)
{
    vfj_text_add_word(list, vfj_span_of(word));
    vfj_text_add(list, after);
}

/* Writes the unit of a renamed hn, which the guest model cannot know. */
static void emit_unit(struct vfj_mirror *mirror, const struct vfj_map *model,
                      const struct vfj_pair *pair)
{
    for (unsigned i = 0; i < model->pair_count; i++) {
        const struct vfj_pair *guess = &model->pairs[i];
        if (!vfj_name_equal(guess->vf, pair->vf) || vfj_name_is_empty(guess->unit))
            continue;
        if (vfj_name_equal(guess->unit, pair->unit))
            return;
        emit_dev_sysctl(mirror, guess->unit.text, ".vf", (struct vfj_name){{0}});
    }
    if (!vfj_name_is_empty(pair->unit))
        emit_dev_sysctl(mirror, pair->unit.text, ".vf", pair->vf);
}

static void answer_map(struct vfj_mirror *mirror, const struct vfj_map *model,
                       const struct vfj_map *recorded)
{
    char list[VFJ_VALUE_SIZE], map[VFJ_VALUE_SIZE];
    struct vfj_text list_text = vfj_text_begin(list, sizeof list);
    struct vfj_text map_text = vfj_text_begin(map, sizeof map);
    if (same_map(model, recorded))
        return;
    if (model->transparent != recorded->transparent)
        emit_transparent(mirror, recorded->transparent);
    for (unsigned i = 0; i < recorded->pair_count; i++) {
        add_words(&list_text, recorded->pairs[i].vf.text, "");
        add_words(&map_text, recorded->pairs[i].vf.text, ":");
        vfj_text_add(&map_text, recorded->pairs[i].hn.text);
    }
    if (list_text.overflow || map_text.overflow)
        mirror->wrong = "more VFs than a sysctl's value holds";
    emit_sysctl(mirror, "hw.hn.vflist", recorded->has_list ? list : NULL);
    emit_sysctl(mirror, "hw.hn.vfmap", map);
    for (unsigned i = 0; i < recorded->pair_count; i++)
        emit_unit(mirror, model, &recorded->pairs[i]);
}

static void fail_probe(struct vfj_mirror *mirror, const struct vfj_command *command)
{
    char line[2 * VFJ_RULE_SIZE];
    struct vfj_argv argv;
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    if (!vfj_guest_rule_argv(command, 0, &argv))
        return;
    vfj_text_add(&text, "%fail 1 1 ");
    vfj_argv_print(&argv, &text);
    vfj_text_add(&text, " $");
    direct_text(mirror, &text);
}

static void answer_file(struct vfj_mirror *mirror, const struct vfj_command *command,
                        const struct vfj_file *recorded)
{
    char line[4 * VFJ_VALUE_SIZE], lines[2 * VFJ_VALUE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    struct vfj_text value = vfj_text_begin(lines, sizeof lines);
    vfj_text_add(&text, recorded->exists ? "%file " : "%nofile ");
    vfj_text_add(&text, command->text);
    if (recorded->exists) {
        vfj_text_add(&text, " text=");
        vfj_newlines_escape(&value, recorded->text);
        vfj_quoted_add(&text, lines);
    }
    direct_text(mirror, &text);
}

/* Makes the interface that a recorded sysctl dev.hn.N.vf names, when the guest model does not have
 * it. Perhaps no other recorded fact names this interface. */
static void emit_named_vf(struct vfj_mirror *mirror, const char *oid, const char *value)
{
    struct vfj_interface vf = {.exists = true, .up = true, .mtu = 1500};
    const struct more_facts none = {0};
    size_t length = strlen(oid);
    bool is_vf = length > 3 && strcmp(oid + length - 3, ".vf") == 0;
    if (is_vf && vfj_name_parse(vfj_span_of(value), &vf.name)
        && vfj_guest_find(&mirror->guest, vf.name) == NULL)
        emit_interface(mirror, &vf, &none);
}

/* The functions from here on write the facts of a snapshot: those of hn, of its VF, and of the
 * sysctls of hn(4). */

static bool same_counters(const struct vfj_counters *a, const struct vfj_counters *b)
{
#define X(word, member) &&a->member == b->member
    return strcmp(a->media, b->media) == 0 VFJ_COUNTERS(X);
#undef X
}

/* Writes the facts about one of the two interfaces, hn or VF. `dhclient` is the pid of the
 * interface's dhclient, or VFJ_COUNT_UNKNOWN when the record does not have it. */
static void answer_end(struct vfj_mirror *mirror, const struct vfj_end *model,
                       const struct vfj_end *recorded, int64_t dhclient)
{
    struct more_facts more = more_of(mirror, recorded->interface.name);
    bool differs = dhclient != VFJ_COUNT_UNKNOWN && more.dhclient != (uint64_t)dhclient;
    if (differs)
        more.dhclient = (uint64_t)dhclient;
    more.counters = &recorded->counters;
    match_interface(mirror, &model->interface, &recorded->interface,
                    differs || !same_counters(&model->counters, &recorded->counters), &more);
}

static void emit_count(struct vfj_mirror *mirror, const char *before, const char *unit,
                       const char *leaf, int64_t model, int64_t recorded)
{
    char name[96], digits[24];
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    struct vfj_text value = vfj_text_begin(digits, sizeof digits);
    vfj_text_add(&text, before);
    vfj_text_add(&text, unit);
    vfj_text_add(&text, leaf);
    vfj_text_add_i64(&value, recorded);
    if (model != recorded)
        emit_sysctl(mirror, name, recorded != VFJ_COUNT_UNKNOWN ? digits : NULL);
}

static void emit_location(struct vfj_mirror *mirror, struct vfj_name vf, const char *location)
{
    char name[96];
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    vfj_text_add(&text, "dev.");
    if (!vfj_hn_snapshot_device(vf, &text))
        return;
    vfj_text_add(&text, ".%location");
    emit_sysctl(mirror, name, location[0] != '\0' ? location : NULL);
}

static void answer_snapshot_vf(struct vfj_mirror *mirror, const struct vfj_command *command,
                               const struct vfj_hn_snapshot *model,
                               const struct vfj_hn_snapshot *recorded, bool is_first)
{
    if (recorded->has_vf_name == model->has_vf_name
        && vfj_name_equal(recorded->vf_name, model->vf_name))
        return;
    bool is_gone = vfj_name_is_empty(recorded->vf_name);
    if (!recorded->has_vf_name)
        emit_count(mirror, "dev.hn.", command->text, ".vf", 0, VFJ_COUNT_UNKNOWN);
    else if (is_first && !is_gone && may_have_vf(mirror, command->a))
        direct2(mirror, "%vf ", recorded->vf_name.text, " ", command->a.text);
    else
        emit_dev_sysctl(mirror, command->text, ".vf", recorded->vf_name);
}

static void answer_snapshot(struct vfj_mirror *mirror, const struct vfj_command *command,
                            const struct vfj_hn_snapshot *model,
                            const struct vfj_hn_snapshot *recorded, bool is_first)
{
    if (model->transparent != recorded->transparent)
        emit_transparent(mirror, recorded->transparent);
    answer_snapshot_vf(mirror, command, model, recorded, is_first);
    answer_end(mirror, &model->vf, &recorded->vf, recorded->vf_dhclient);
    answer_end(mirror, &model->hn, &recorded->hn, VFJ_COUNT_UNKNOWN);
    if (strcmp(model->location, recorded->location) != 0)
        emit_location(mirror, command->c, recorded->location);
    emit_count(mirror, "hw.hn.vf_xpnt_attwait", "", "", model->attwait_s, recorded->attwait_s);
    emit_count(mirror, "dev.hn.", command->text, ".tso_max", model->tso_max, recorded->tso_max);
    emit_count(mirror, "dev.hn.", command->text, ".rx.0.packets", model->synthetic_in,
               recorded->synthetic_in);
    emit_count(mirror, "dev.hn.", command->text, ".tx.0.packets", model->synthetic_out,
               recorded->synthetic_out);
}

/* Writes dev.hn.N.vf_xpnt_enabled if the guest model's value is wrong. The model derives the value
 * from the VF, which was corrected before. */
static void answer_enabled(struct vfj_mirror *mirror, const struct vfj_command *command,
                           const struct vfj_hn_snapshot *recorded)
{
    struct vfj_observation model;
    vfj_mirror_peek(mirror, command, &model);
    emit_count(mirror, "dev.hn.", command->text, ".vf_xpnt_enabled", model.as.snapshot.enabled,
               recorded->enabled);
}

static bool has_pair(const struct vfj_map *map, const struct vfj_pair *pair)
{
    for (unsigned i = 0; i < map->pair_count; i++) {
        if (vfj_name_equal(map->pairs[i].vf, pair->vf)
            && vfj_name_equal(map->pairs[i].hn, pair->hn))
            return true;
    }
    return false;
}

/* Writes the VFs that were added to hn(4)'s list or removed from it without an event. */
static void answer_pairs(struct vfj_mirror *mirror, const struct vfj_map *model,
                         const struct vfj_map *recorded)
{
    for (unsigned i = 0; i < model->pair_count; i++) {
        if (!has_pair(recorded, &model->pairs[i]))
            direct2(mirror, "%noif ", model->pairs[i].vf.text, "", "");
    }
    for (unsigned i = 0; i < recorded->pair_count; i++) {
        const struct vfj_pair *pair = &recorded->pairs[i];
        if (has_pair(model, pair))
            continue;
        if (may_have_vf(mirror, pair->hn))
            direct2(mirror, "%vf ", pair->vf.text, " ", pair->hn.text);
        if (vfj_guest_find(&mirror->guest, pair->vf) == NULL)
            direct2(mirror, "%if ", pair->vf.text, "", "");
    }
}

static void answer(struct vfj_mirror *mirror, const struct vfj_command *command,
                   const struct vfj_observation *model, const struct vfj_observation *recorded,
                   bool is_first)
{
    struct more_facts more;
    switch ((enum vfj_probe)recorded->probe) {
    case VFJ_PROBE_SYSCTL:
        emit_sysctl(mirror, command->text, recorded->ok ? recorded->as.value : NULL);
        break;
    case VFJ_PROBE_IFCONFIG:
        more = more_of(mirror, recorded->as.interface.name);
        match_interface(mirror, &model->as.interface, &recorded->as.interface, false, &more);
        match_link(mirror, command, &recorded->as.interface);
        break;
    case VFJ_PROBE_FILE:
        answer_file(mirror, command, &recorded->as.file);
        break;
    case VFJ_PROBE_MAP:
        if (recorded->ok && is_first)
            answer_pairs(mirror, &model->as.map, &recorded->as.map);
        else if (recorded->ok)
            answer_map(mirror, &model->as.map, &recorded->as.map);
        else
            fail_probe(mirror, command);
        break;
    case VFJ_PROBE_SLOT:
        if (recorded->ok) {
            answer_view(mirror, command, &model->as.view, &recorded->as.view, is_first);
            answer_rest(mirror, command, &recorded->as.view, is_first);
        } else {
            fail_probe(mirror, command);
        }
        break;
    case VFJ_PROBE_SNAPSHOT:
        if (recorded->ok) {
            answer_snapshot(mirror, command, &model->as.snapshot, &recorded->as.snapshot, is_first);
            answer_enabled(mirror, command, &recorded->as.snapshot);
        } else {
            fail_probe(mirror, command);
        }
        break;
    }
}

/* How often vfj_mirror_answer() corrects the guest model for one result at most: a fact may depend
 * on a second one, and that one on a third. */
enum { ROUNDS = 3 };

void vfj_mirror_answer(struct vfj_mirror *mirror, const struct vfj_command *command,
                       const struct vfj_observation *recorded)
{
    struct vfj_observation model;
    if (recorded->probe == VFJ_PROBE_SYSCTL)
        emit_named_vf(mirror, command->text, recorded->as.value);
    vfj_mirror_peek(mirror, command, &model);
    if (model.probe != recorded->probe) {
        mirror->wrong = "the answer is to another question";
        return;
    }
    for (unsigned round = 0; round < ROUNDS && !vfj_observation_means_same(&model, recorded);
         round++) {
        answer(mirror, command, &model, recorded, round == 0 && !mirror->cautious);
        vfj_mirror_peek(mirror, command, &model);
    }
    if (!vfj_observation_means_same(&model, recorded) && mirror->wrong == NULL)
        mirror->wrong = "a trace has no words for this answer";
    vfj_guest_observe(&mirror->guest, command, &model);
}

void vfj_mirror_pair(struct vfj_mirror *mirror, struct vfj_name vf, struct vfj_name hn)
{
    const struct vfj_guest_vf *known = vfj_guest_find_vf(&mirror->guest, vf);
    if (may_have_vf(mirror, hn) && vfj_guest_find(&mirror->guest, vf) == NULL
        && (known == NULL || !vfj_name_equal(known->hn, hn)))
        direct2(mirror, "%vf ", vf.text, " ", hn.text);
}

void vfj_mirror_begin(struct vfj_mirror *mirror, const struct vfj_view *view)
{
    const struct more_facts more = more_of_view(view, false);
    if (view->transparent != 0)
        emit_transparent(mirror, view->transparent);
    if (view->script != VFJ_OWN_SCRIPT_NONE || view->script_refused[0] != '\0')
        emit_script(mirror, view->hn_name, view);
    if (view->lease)
        emit_file(mirror, "/var/db/dhclient.leases.", view->hn_name);
    if (view->hn.exists)
        emit_interface(mirror, &view->hn, &more);
}
