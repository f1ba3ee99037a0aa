/* What a recorded answer says of the guest, as directives of a trace. */
#include "tools/export_facts.h"

#include <string.h>

bool vfj_mirror_direct(struct vfj_mirror *mirror, const char *line)
{
    struct vfj_trace_line read;
    struct vfj_trace_error error;
    if (!vfj_trace_read(vfj_span_of(line), 2, &read, &error))
        return false;
    (void)fprintf(mirror->out, "%s\n", line);
    vfj_guest_learn(&mirror->guest, &read);
    return vfj_guest_direct(&mirror->guest, &read) == NULL;
}

static void direct2(struct vfj_mirror *mirror, const char *before, const char *name, const char *between,
                    const char *value)
{
    char line[2 * VFJ_VALUE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add(&text, before);
    vfj_text_add(&text, name);
    vfj_text_add(&text, between);
    vfj_text_add(&text, value);
    if (!text.overflow)
        vfj_mirror_direct(mirror, line);
}

static void tell_sysctl(struct vfj_mirror *mirror, const char *name, const char *value)
{
    if (value != NULL)
        direct2(mirror, "%sysctl ", name, "=", value);
    else
        direct2(mirror, "%nosysctl ", name, "", "");
}

static void tell_transparent(struct vfj_mirror *mirror, int32_t value)
{
    char digits[16];
    struct vfj_text text = vfj_text_begin(digits, sizeof digits);
    vfj_text_add_i64(&text, value);
    tell_sysctl(mirror, "hw.hn.vf_transparent", value == VFJ_TRANSPARENT_ABSENT ? NULL : digits);
}

/* What a trace can say of an interface beside what ifconfig(8) shows. */
struct more_facts {
    uint64_t dhclient;
    struct vfj_address gateway6;
};

static void add_interface_words(struct vfj_text *text, const struct vfj_interface *interface,
                                const struct more_facts *more)
{
    vfj_text_add(text, interface->up ? " up" : " down");
    vfj_text_add(text, interface->link == VFJ_LINK_DOWN ? " nolink" : "");
    vfj_text_add(text, interface->no_dad ? " no_dad" : "");
    vfj_text_add(text, interface->rtadv ? " accept_rtadv" : "");
    vfj_text_add(text, interface->ifdisabled ? " ifdisabled" : "");
    vfj_text_add(text, interface->truncated ? " truncated" : "");
    if (interface->mtu != 0) {
        vfj_text_add(text, " mtu ");
        vfj_text_add_u64(text, interface->mtu);
    }
    for (unsigned i = 0; i < interface->address_count; i++) {
        vfj_text_add(text, vfj_address_is_inet6(&interface->addresses[i]) ? " inet6 " : " inet ");
        vfj_text_add(text, interface->addresses[i].text);
    }
    if (more->gateway6.text[0] != '\0') {
        vfj_text_add(text, " gateway6 ");
        vfj_text_add(text, more->gateway6.text);
    }
    if (more->dhclient != 0) {
        vfj_text_add(text, " dhclient ");
        vfj_text_add_u64(text, more->dhclient);
    }
    if (interface->laggproto != VFJ_LAGGPROTO_NONE)
        vfj_text_add(text, interface->laggproto == VFJ_LAGGPROTO_FAILOVER ? " laggproto failover" : " laggproto lacp");
    for (unsigned i = 0; i < interface->port_count; i++) {
        vfj_text_add(text, " laggport ");
        vfj_text_add(text, interface->ports[i].text);
    }
}

static void tell_interface(struct vfj_mirror *mirror, const struct vfj_interface *interface,
                           const struct more_facts *more)
{
    char line[VFJ_LINE_MAX];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add(&text, interface->exists ? "%if " : "%noif ");
    vfj_text_add(&text, interface->name.text);
    if (interface->exists)
        add_interface_words(&text, interface, more);
    if (!text.overflow)
        vfj_mirror_direct(mirror, line);
}

/* Whether the model has the interface as recorded, as far as a trace can say. */
static bool same_interface(const struct vfj_interface *a, const struct vfj_interface *b)
{
    bool same_flags = (a->link == VFJ_LINK_DOWN) == (b->link == VFJ_LINK_DOWN) && a->no_dad == b->no_dad
        && a->rtadv == b->rtadv && a->ifdisabled == b->ifdisabled && a->truncated == b->truncated;
    return same_flags && a->exists == b->exists && a->up == b->up && a->laggproto == b->laggproto
        && a->address_count == b->address_count && a->port_count == b->port_count && (a->mtu == b->mtu || b->mtu == 0)
        && memcmp(a->addresses, b->addresses, a->address_count * sizeof a->addresses[0]) == 0
        && memcmp(a->ports, b->ports, a->port_count * sizeof a->ports[0]) == 0;
}

static struct more_facts more_of(struct vfj_mirror *mirror, struct vfj_name name)
{
    const struct vfj_guest_if *interface = vfj_guest_find(&mirror->guest, name);
    return interface != NULL ? (struct more_facts){interface->dhclient, interface->gateway6} : (struct more_facts){0};
}

static void match_interface(struct vfj_mirror *mirror, const struct vfj_interface *model,
                            const struct vfj_interface *recorded, bool more_differs, const struct more_facts *more)
{
    if (vfj_name_is_empty(recorded->name) || (same_interface(model, recorded) && !more_differs))
        return;
    /* A %if gives nd6's options and takes none away: whose they are no more is another interface by that name. */
    if (recorded->exists && ((model->no_dad && !recorded->no_dad) || (model->rtadv && !recorded->rtadv)))
        tell_interface(mirror, &(struct vfj_interface){.name = recorded->name}, more);
    tell_interface(mirror, recorded, more);
}

/* Of the lagg's dhclient the pid is in no command: that there is one is what counts. */
static bool differs(uint64_t a, uint64_t b)
{
    return (a == 0) != (b == 0);
}

static void tell_dev_sysctl(struct vfj_mirror *mirror, const char *unit, const char *leaf, struct vfj_name value)
{
    char name[64];
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    vfj_text_add(&text, "dev.hn.");
    vfj_text_add(&text, unit);
    vfj_text_add(&text, leaf);
    tell_sysctl(mirror, name, value.text);
}

static void tell_file(struct vfj_mirror *mirror, const char *directory, struct vfj_name name)
{
    direct2(mirror, "%file ", directory, "", name.text);
}

static void tell_script(struct vfj_mirror *mirror, struct vfj_name hn, const struct vfj_view *recorded)
{
    char name[VFJ_NAME_SIZE + 16];
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    vfj_text_add(&text, hn.text);
    if (recorded->script != VFJ_OWN_SCRIPT_NONE)
        tell_file(mirror, vfj_own_script_path((enum vfj_own_script)recorded->script), hn);
    if (recorded->script_refused[0] == '\0')
        return;
    vfj_text_add(&text, " mode=0775");
    direct2(mirror, "%file ", vfj_own_script_path(VFJ_OWN_SCRIPT_BASE), "", name);
}

/* hn, or the VF, is a port of another lagg than its own. */
static void tell_holder(struct vfj_mirror *mirror, struct vfj_name before, struct vfj_name holder, struct vfj_name port)
{
    struct vfj_interface lagg = {.name = holder, .exists = true, .laggproto = VFJ_LAGGPROTO_FAILOVER};
    struct vfj_interface gone = {.name = before};
    const struct more_facts none = {0}, more = more_of(mirror, holder);
    if (vfj_name_is_empty(holder)) {
        tell_interface(mirror, &gone, &none);
        return;
    }
    const struct vfj_guest_if *known = vfj_guest_find(&mirror->guest, holder);
    if (known != NULL)
        lagg = known->facts;
    if (!vfj_interface_has_port(&lagg, port) && vfj_interface_add_port(&lagg, port))
        tell_interface(mirror, &lagg, &more);
}

/* Of the IPv6 default route of a view: the part that goes through hn, or through the lagg. */
static struct vfj_address gateway6_of(const struct vfj_view *view, bool on_lagg)
{
    return view->gateway6_on_lagg == on_lagg ? view->gateway6 : (struct vfj_address){{0}};
}

static void answer_interfaces(struct vfj_mirror *mirror, const struct vfj_view *model, const struct vfj_view *recorded)
{
    const struct more_facts vf = {.dhclient = recorded->vf_dhclient};
    const struct more_facts hn = {recorded->hn_dhclient, gateway6_of(recorded, false)};
    const struct more_facts lagg = {recorded->lagg_dhclient, gateway6_of(recorded, true)};
    struct vfj_address hn_model = gateway6_of(model, false), lagg_model = gateway6_of(model, true);
    bool hn_differs = model->hn_dhclient != hn.dhclient || memcmp(&hn_model, &hn.gateway6, sizeof hn_model) != 0;
    bool lagg_differs
        = differs(model->lagg_dhclient, lagg.dhclient) || memcmp(&lagg_model, &lagg.gateway6, sizeof lagg_model) != 0;
    match_interface(mirror, &model->vf, &recorded->vf, differs(model->vf_dhclient, vf.dhclient), &vf);
    match_interface(mirror, &model->hn, &recorded->hn, hn_differs, &hn);
    match_interface(mirror, &model->lagg, &recorded->lagg, lagg_differs, &lagg);
}

static void answer_view(struct vfj_mirror *mirror, const struct vfj_command *command, const struct vfj_view *model,
                        const struct vfj_view *recorded)
{
    if (model->transparent != recorded->transparent)
        tell_transparent(mirror, recorded->transparent);
    if (!vfj_name_equal(model->vf_name, recorded->vf_name))
        tell_dev_sysctl(mirror, command->text, ".vf", recorded->vf_name);
    if (recorded->script != model->script
        || (recorded->script_refused[0] == '\0') != (model->script_refused[0] == '\0'))
        tell_script(mirror, command->a, recorded);
    if (recorded->lease && !model->lease)
        tell_file(mirror, "/var/db/dhclient.leases.", command->a);
    answer_interfaces(mirror, model, recorded);
    if (recorded->gateway.text[0] != '\0' && model->gateway.text[0] == '\0')
        direct2(mirror, "%rc defaultrouter=\"", recorded->gateway.text, "", "\"");
}

/* What follows from the interfaces, now that they are right: who holds the ports, and that a VF that is up has the data
 * path. */
static void answer_rest(struct vfj_mirror *mirror, const struct vfj_command *command, const struct vfj_view *recorded)
{
    struct vfj_observation model;
    vfj_guest_observe(&mirror->guest, command, &model);
    if (!vfj_name_equal(model.as.view.hn_lagg, recorded->hn_lagg))
        tell_holder(mirror, model.as.view.hn_lagg, recorded->hn_lagg, command->a);
    if (!vfj_name_equal(model.as.view.vf_lagg, recorded->vf_lagg))
        tell_holder(mirror, model.as.view.vf_lagg, recorded->vf_lagg, command->c);
    if (!vfj_name_equal(model.as.view.rxvf, recorded->rxvf))
        tell_dev_sysctl(mirror, command->text, ".rxvf", recorded->rxvf);
}

static bool same_map(const struct vfj_map *a, const struct vfj_map *b)
{
    return a->transparent == b->transparent && a->has_list == b->has_list && a->pair_count == b->pair_count
        && memcmp(a->pairs, b->pairs, a->pair_count * sizeof a->pairs[0]) == 0;
}

static void add_words(struct vfj_text *list, const char *word, const char *after)
{
    vfj_text_add_word(list, vfj_span_of(word));
    vfj_text_add(list, after);
}

/* The unit of a renamed hn, which the model can but guess. */
static void tell_unit(struct vfj_mirror *mirror, const struct vfj_map *model, const struct vfj_pair *pair)
{
    for (unsigned i = 0; i < model->pair_count; i++) {
        const struct vfj_pair *guess = &model->pairs[i];
        if (!vfj_name_equal(guess->vf, pair->vf) || vfj_name_is_empty(guess->unit))
            continue;
        if (vfj_name_equal(guess->unit, pair->unit))
            return;
        tell_dev_sysctl(mirror, guess->unit.text, ".vf", (struct vfj_name){{0}});
    }
    if (!vfj_name_is_empty(pair->unit))
        tell_dev_sysctl(mirror, pair->unit.text, ".vf", pair->vf);
}

static void answer_map(struct vfj_mirror *mirror, const struct vfj_map *model, const struct vfj_map *recorded)
{
    char list[VFJ_VALUE_SIZE], map[VFJ_VALUE_SIZE];
    struct vfj_text list_text = vfj_text_begin(list, sizeof list);
    struct vfj_text map_text = vfj_text_begin(map, sizeof map);
    if (same_map(model, recorded))
        return;
    if (model->transparent != recorded->transparent)
        tell_transparent(mirror, recorded->transparent);
    for (unsigned i = 0; i < recorded->pair_count; i++) {
        add_words(&list_text, recorded->pairs[i].vf.text, "");
        add_words(&map_text, recorded->pairs[i].vf.text, ":");
        vfj_text_add(&map_text, recorded->pairs[i].hn.text);
    }
    tell_sysctl(mirror, "hw.hn.vflist", recorded->has_list ? list : NULL);
    tell_sysctl(mirror, "hw.hn.vfmap", map);
    for (unsigned i = 0; i < recorded->pair_count; i++)
        tell_unit(mirror, model, &recorded->pairs[i]);
}

/* By so many words the programs of probes are told apart. */
enum { FAIL_WORDS = 5 };

static void fail_probe(struct vfj_mirror *mirror, const struct vfj_command *command)
{
    char line[VFJ_VALUE_SIZE];
    struct vfj_argv argv;
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    if (!vfj_command_argv(command, 0, &argv))
        return;
    vfj_text_add(&text, "%fail 1 1 ");
    if (argv.count > FAIL_WORDS)
        argv.count = FAIL_WORDS;
    vfj_argv_print(&argv, &text);
    struct vfj_observation refused;
    if (vfj_mirror_direct(mirror, line))
        vfj_guest_observe(&mirror->guest, command, &refused);
}

static void answer_file(struct vfj_mirror *mirror, const struct vfj_command *command, const struct vfj_file *model,
                        const struct vfj_file *recorded)
{
    char line[2 * VFJ_VALUE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    if (!recorded->exists || (model->exists && strcmp(model->text, recorded->text) == 0))
        return;
    vfj_text_add(&text, "%file ");
    vfj_text_add(&text, command->text);
    vfj_text_add(&text, " text=\"");
    for (const char *c = recorded->text; *c != '\0'; c++) {
        if (strchr("\"\\$`\n", *c) != NULL)
            vfj_text_add_char(&text, '\\');
        vfj_text_add_char(&text, *c != '\n' ? *c : 'n');
    }
    vfj_text_add_char(&text, '"');
    if (!text.overflow)
        vfj_mirror_direct(mirror, line);
}

/* dev.hn.N.vf names an interface that nothing else may have told of. */
static void tell_named_vf(struct vfj_mirror *mirror, const char *oid, const char *value)
{
    struct vfj_interface vf = {.exists = true, .up = true, .mtu = 1500};
    const struct more_facts none = {0};
    size_t length = strlen(oid);
    bool is_vf = length > 3 && strcmp(oid + length - 3, ".vf") == 0;
    if (is_vf && vfj_name_parse(vfj_span_of(value), &vf.name) && vfj_guest_find(&mirror->guest, vf.name) == NULL)
        tell_interface(mirror, &vf, &none);
}

void vfj_mirror_answer(struct vfj_mirror *mirror, const struct vfj_command *command,
                       const struct vfj_observation *recorded)
{
    struct vfj_observation model;
    struct more_facts more;
    vfj_guest_observe(&mirror->guest, command, &model);
    switch ((enum vfj_probe)recorded->probe) {
    case VFJ_PROBE_SYSCTL:
        if (model.ok != recorded->ok || strcmp(model.as.value, recorded->as.value) != 0)
            tell_sysctl(mirror, command->text, recorded->ok ? recorded->as.value : NULL);
        tell_named_vf(mirror, command->text, recorded->as.value);
        break;
    case VFJ_PROBE_IFCONFIG:
        more = more_of(mirror, recorded->as.interface.name);
        match_interface(mirror, &model.as.interface, &recorded->as.interface, false, &more);
        break;
    case VFJ_PROBE_FILE:
        answer_file(mirror, command, &model.as.file, &recorded->as.file);
        break;
    case VFJ_PROBE_MAP:
        if (recorded->ok)
            answer_map(mirror, &model.as.map, &recorded->as.map);
        else
            fail_probe(mirror, command);
        break;
    case VFJ_PROBE_SLOT:
        if (recorded->ok) {
            answer_view(mirror, command, &model.as.view, &recorded->as.view);
            answer_rest(mirror, command, &recorded->as.view);
        } else {
            fail_probe(mirror, command);
        }
        break;
    }
}
