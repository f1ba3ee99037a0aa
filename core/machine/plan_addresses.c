/* The plan's rows about addresses. */
#include <string.h>

#include "core/check.h"
#include "core/machine/observed.h"
#include "core/machine/planner.h"

static bool has_host(const struct vfj_desired *desired, const struct vfj_address *address)
{
    for (unsigned i = 0; i < desired->count; i++) {
        if (vfj_address_same_host(&desired->addresses[i], address))
            return true;
    }
    return false;
}

static void desire(struct vfj_desired *desired, const struct vfj_address *address)
{
    if (has_host(desired, address))
        return;
    VFJ_CHECK(desired->count < sizeof desired->addresses / sizeof desired->addresses[0]);
    desired->addresses[desired->count++] = *address;
}

static void desire_of(struct vfj_desired *desired, const struct vfj_interface *interface,
                      bool without_inet)
{
    for (unsigned i = 0; i < interface->address_count; i++) {
        if (!without_inet || vfj_address_is_inet6(&interface->addresses[i]))
            desire(desired, &interface->addresses[i]);
    }
}

static void desire_args(struct vfj_desired *desired, const struct vfj_interface *lagg,
                        const char *args)
{
    struct vfj_address address;
    if (!vfj_rc_has_vhid(args) && vfj_rc_address(args, &address)
        && !vfj_interface_has_host(lagg, &address))
        desire(desired, &address);
}

/* Adds the addresses of rc.conf that laggN lacks. Before a crash, a command of which there is no
 * record may have deleted them. */
static void desire_rc(struct vfj_planner *planner)
{
    const struct vfj_slot *slot = planner->slot;
    const struct vfj_interface *lagg = &slot->observed.lagg;
    char args[VFJ_ARGS_SIZE];
    bool rtadv;
    /* When neither laggN nor hn has an address of a family, VFJ_NEED_RC_INET or
     * VFJ_NEED_RC_INET6 configures that family. */
    bool inet = vfj_interface_has_family(lagg, false)
        || vfj_interface_has_family(&slot->observed.hn, false)
        || !vfj_rc_ifconfig_args(planner->rc, slot->hn, args, sizeof args) || args[0] == '\0';
    bool inet6 = vfj_interface_has_family(lagg, true)
        || vfj_interface_has_family(&slot->observed.hn, true)
        || !vfj_rc_ipv6_args(planner->rc, slot->hn, args, sizeof args, &rtadv);
    if (inet && !vfj_planner_is_dhcp(planner)
        && vfj_rc_ifconfig_args(planner->rc, slot->hn, args, sizeof args))
        desire_args(&planner->desired, lagg, args);
    if (inet6 && vfj_rc_ipv6_args(planner->rc, slot->hn, args, sizeof args, &rtadv))
        desire_args(&planner->desired, lagg, args);
    for (unsigned i = 0;
         i < VFJ_ALIASES_MAX && vfj_rc_alias(planner->rc, slot->hn, i, args, sizeof args); i++) {
        if (vfj_span_starts(vfj_span_of(args), "inet6") ? inet6 : inet)
            desire_args(&planner->desired, lagg, args);
    }
}

void vfj_planner_desire(struct vfj_planner *planner)
{
    const struct vfj_slot *slot = planner->slot;
    struct vfj_desired *desired = &planner->desired;
    const struct vfj_view *now = &slot->observed, *before = &slot->before;
    bool in_plan = slot->plan.phase == VFJ_PLAN_ACTIVE;
    /* When laggN's dhclient runs, that dhclient sets the IPv4 address, and earlier IPv4 addresses
     * do not count. */
    bool by_lease = now->lagg_dhclient != 0 && vfj_interface_has_family(&now->lagg, false);
    desired->count = 0;
    if (in_plan) {
        desire_of(desired, &before->hn, by_lease);
        desire_of(desired, &before->lagg, by_lease); /* addresses of a destroyed laggN */
    }
    desire_of(desired, &now->hn, false);
    if (vfj_planner_takes_from_vf(slot, planner->target)) {
        desire_of(desired, &now->vf, false);
        if (in_plan)
            desire_of(desired, &before->vf, by_lease);
    }
    if (slot->recovering && vfj_step_is_acting(planner->context))
        desire_rc(planner);
}

/* Adds a command that adds an address to laggN. Returns the command, in which the caller may
 * replace laggN by another interface. */
static struct vfj_command *add_address(struct vfj_planner *planner, enum vfj_need need,
                                       const struct vfj_address *address, bool alias)
{
    struct vfj_command *command = vfj_planner_add(planner, need, VFJ_COMMAND_ADDRESS_ADD);
    planner->moves_routes = true;
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_add(&text, address->text);
    vfj_text_add(&text, alias ? " alias" : "");
    return command;
}

/* Deletes an address. The kernel deletes the address together with routes, perhaps also routes
 * that this plan has added. The plan then adds these routes again. */
static void delete_address(struct vfj_planner *planner, enum vfj_need need,
                           struct vfj_name interface, const struct vfj_address *address)
{
    struct vfj_command *command = vfj_planner_add(planner, need, VFJ_COMMAND_ADDRESS_DELETE);
    planner->moves_routes = true;
    planner->slot->plan.tried &= ~vfj_plan_route_needs();
    command->a = interface;
    vfj_span_copy(command->text, sizeof command->text,
                  (struct vfj_span){address->text, strcspn(address->text, "/")});
}

void vfj_plan_inet(struct vfj_planner *planner)
{
    const struct vfj_interface *lagg = &planner->slot->observed.lagg;
    bool alias = vfj_interface_has_family(lagg, false);
    for (unsigned i = 0; i < planner->desired.count; i++) {
        const struct vfj_address *address = &planner->desired.addresses[i];
        if (vfj_address_is_inet6(address) || lagg->truncated
            || vfj_interface_has_host(lagg, address))
            continue;
        (void)add_address(planner, VFJ_NEED_INET, address, alias);
        alias = true;
    }
}

/* Deletes hn's addresses. When hn becomes a port, lagg(4) itself deletes the IPv6 addresses of an
 * hn with a link-local address (sys/net/if_lagg.c). Commands delete the IPv6 addresses that are
 * left. */
void vfj_plan_hn_addresses(struct vfj_planner *planner)
{
    const struct vfj_interface *hn = &planner->slot->observed.hn;
    for (unsigned i = 0; i < hn->address_count; i++) {
        if (!vfj_address_is_inet6(&hn->addresses[i]) || vfj_observed_has_hn_port(planner->slot))
            delete_address(planner, VFJ_NEED_HN_ADDRESSES, planner->slot->hn, &hn->addresses[i]);
    }
}

/* Deletes hn's addresses from laggN. */
void vfj_plan_foreign_addresses(struct vfj_planner *planner)
{
    const struct vfj_slot *slot = planner->slot;
    const struct vfj_interface *hn = &slot->observed.hn;
    for (unsigned i = 0; i < hn->address_count; i++) {
        if (vfj_interface_has_host(&slot->observed.lagg, &hn->addresses[i]))
            delete_address(planner, VFJ_NEED_TAKE_BACK, vfj_name_lagg(slot->unit),
                           &hn->addresses[i]);
    }
}

/* Adds the desired addresses to hn itself. */
void vfj_plan_hn_inet(struct vfj_planner *planner)
{
    const struct vfj_interface *hn = &planner->slot->observed.hn;
    bool has_inet = vfj_interface_has_family(hn, false);
    for (unsigned i = 0; i < planner->desired.count; i++) {
        const struct vfj_address *address = &planner->desired.addresses[i];
        bool inet6 = vfj_address_is_inet6(address);
        if (vfj_interface_has_host(hn, address))
            continue;
        add_address(planner, VFJ_NEED_GIVE_BACK, address, !inet6 && has_inet)->a
            = planner->slot->hn;
        has_inet |= !inet6;
    }
}

void vfj_plan_vf_addresses(struct vfj_planner *planner)
{
    const struct vfj_interface *vf = &planner->slot->observed.vf;
    bool is_unmet
        = vf->address_count > 0 && vfj_planner_takes_from_vf(planner->slot, planner->target);
    if (!vfj_planner_update_need(planner, VFJ_NEED_VF_ADDRESSES, is_unmet))
        return;
    for (unsigned i = 0; i < vf->address_count; i++)
        delete_address(planner, VFJ_NEED_VF_ADDRESSES, planner->slot->vf, &vf->addresses[i]);
}

/* Adds IPv6 addresses to laggN. The kernel refuses an address that another interface has. In the
 * plan, this row therefore follows the rows that delete hn's and the VF's addresses. */
void vfj_plan_inet6(struct vfj_planner *planner)
{
    const struct vfj_view *view = &planner->slot->observed;
    bool has_tried = vfj_planner_has_tried(planner, VFJ_NEED_INET6);
    for (unsigned i = 0; i < planner->desired.count; i++) {
        const struct vfj_address *address = &planner->desired.addresses[i];
        bool was_held = vfj_interface_has_host(&view->hn, address)
            || vfj_interface_has_host(&view->vf, address);
        if (vfj_address_is_inet6(address) && !view->lagg.truncated
            && !vfj_interface_has_host(&view->lagg, address) && (!has_tried || was_held))
            (void)add_address(planner, VFJ_NEED_INET6, address, false);
    }
}

/* Rows that configure laggN with rc.conf's words, for an address family of which hn had no
 * address. */

static void configure(struct vfj_planner *planner, enum vfj_need need, const char *args,
                      const char *more)
{
    struct vfj_command *command = vfj_planner_add(planner, need, VFJ_COMMAND_CONFIGURE);
    planner->moves_routes = true;
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_add(&text, args);
    vfj_text_add(&text, more);
}

/* Returns true when `args`, words of rc.conf, contain an address that laggN has or that another
 * command of the plan adds. */
static bool is_given(const struct vfj_planner *planner, const char *args)
{
    struct vfj_address address;
    return vfj_rc_address(args, &address)
        && (vfj_interface_has_host(&planner->slot->observed.lagg, &address)
            || has_host(&planner->desired, &address));
}

static bool has_family(const struct vfj_planner *planner, bool inet6)
{
    for (unsigned i = 0; i < planner->desired.count; i++) {
        if (vfj_address_is_inet6(&planner->desired.addresses[i]) == inet6)
            return true;
    }
    return vfj_interface_has_family(&planner->slot->observed.lagg, inet6);
}

/* Returns true when the words may give laggN an address that an observation shows: a word is an
 * address, or a name follows the keyword "inet". No observation shows link-local addresses, or
 * options such as "up". */
static bool may_give_address(const char *args, bool inet6)
{
    struct vfj_address address;
    struct vfj_span word;
    for (struct vfj_span rest = vfj_span_of(args); vfj_span_word(&rest, &word);) {
        if (vfj_address_parse(word, &address) ? !vfj_address_is_link_local(word)
                                              : !inet6 && vfj_span_is(word, "inet"))
            return true;
    }
    return false;
}

/* Returns true when no earlier command gave laggN what rc.conf's words set and no observation
 * shows. */
static bool lacks_options(const struct vfj_planner *planner, enum vfj_need need)
{
    return vfj_planner_has_tried(planner, VFJ_NEED_HN_PORT) || planner->slot->recovering
        || vfj_planner_has_failed(planner, need);
}

/* Configures laggN with words that give no address that an observation shows. Enables IPv6 before
 * the words of ifconfig_IF_ipv6, as network.subr does. */
static void configure_options(struct vfj_planner *planner, enum vfj_need need, const char *args)
{
    bool enables = need == VFJ_NEED_RC_INET6 && planner->slot->observed.lagg.ifdisabled;
    if (!enables && !lacks_options(planner, need))
        return;
    if (enables && strstr(args, "-ifdisabled") == NULL)
        configure(planner, need, "inet6 -ifdisabled", "");
    configure(planner, need, args, "");
}

/* Configures laggN with rc.conf's aliases of an address family. `all` is false when laggN can have
 * lost no alias that an observation shows. */
static void configure_aliases(struct vfj_planner *planner, enum vfj_need need, bool all)
{
    const struct vfj_slot *slot = planner->slot;
    bool inet6 = need == VFJ_NEED_RC_INET6;
    char args[VFJ_ARGS_SIZE - 8];
    for (unsigned i = 0;
         i < VFJ_ALIASES_MAX && vfj_rc_alias(planner->rc, slot->hn, i, args, sizeof args); i++) {
        if (args[0] == '\0' || vfj_span_starts(vfj_span_of(args), "inet6") != inet6)
            continue;
        if (may_give_address(args, inet6) ? all && !is_given(planner, args)
                                          : lacks_options(planner, need))
            configure(planner, need, args, " alias");
    }
}

/* Configures laggN with rc.conf's words for an address family. When laggN already has an address
 * of that family, commands add only the missing addresses, and only after the need failed. */
static void configure_family(struct vfj_planner *planner, enum vfj_need need, const char *args,
                             const char *more)
{
    bool inet6 = need == VFJ_NEED_RC_INET6, lacks_all = !has_family(planner, inet6);
    bool has_failed = vfj_planner_has_failed(planner, need);
    struct vfj_address address;
    if ((inet6 || lacks_all) && !may_give_address(args, inet6))
        configure_options(planner, need, args);
    else if (lacks_all)
        configure(planner, need, args, "");
    else if (has_failed && vfj_rc_address(args, &address) && !is_given(planner, args))
        configure(planner, need, args, more);
    configure_aliases(planner, need, lacks_all || has_failed);
}

void vfj_plan_rc_inet(struct vfj_planner *planner)
{
    char args[VFJ_ARGS_SIZE - 8];
    if (vfj_planner_has_tried(planner, VFJ_NEED_RC_INET) || vfj_planner_is_dhcp(planner)
        || !vfj_rc_ifconfig_args(planner->rc, planner->slot->hn, args, sizeof args)
        || args[0] == '\0')
        return;
    configure_family(planner, VFJ_NEED_RC_INET, args, " alias");
}

void vfj_plan_rc_inet6(struct vfj_planner *planner)
{
    char args[VFJ_ARGS_SIZE - 8];
    bool rtadv;
    if (vfj_planner_has_tried(planner, VFJ_NEED_RC_INET6)
        || !vfj_rc_ipv6_args(planner->rc, planner->slot->hn, args, sizeof args, &rtadv))
        return;
    configure_family(planner, VFJ_NEED_RC_INET6, args, "");
}
