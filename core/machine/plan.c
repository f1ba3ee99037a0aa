/* The plan of a slot: its rows in their order, and the next batch.
 *
 * On a real FreeBSD this order lost next to no traffic. laggN gets hn's IPv4 addresses while hn
 * still has them. Then hn becomes a port, and addresses and routes follow without a pause. The VF
 * becomes a port before it is upped. When the VF is upped and hn pretends to have no link, laggN
 * already has the VF as a port (vfjournal-hyperv(7)). */
#include "core/machine/plan.h"

#include <string.h>

#include "core/check.h"
#include "core/machine/facts.h"
#include "core/machine/observed.h"
#include "core/machine/planner.h"

enum vfj_target vfj_plan_target(const struct vfj_slot *slot)
{
    if (vfj_name_is_empty(slot->vf) || slot->link.monitor == VFJ_LINK_MONITOR_HELD)
        return VFJ_TARGET_BASE;
    if (vfj_slot_is_on_vf(slot))
        return VFJ_TARGET_JOINED;
    bool is_wanted_up
        = slot->delay == VFJ_DELAY_OVER || slot->link.monitor == VFJ_LINK_MONITOR_RETRY;
    return is_wanted_up ? VFJ_TARGET_JOINED_UP : VFJ_TARGET_BASE;
}

bool vfj_plan_is_begun(const struct vfj_slot *slot)
{
    /* a failed need counts, too: its command may have run with an unknown outcome */
    uint64_t begun = slot->plan.tried | (slot->plan.failed & vfj_plan_required_needs());
    return slot->lagg_ours && slot->observed.lagg.exists && begun != 0;
}

bool vfj_plan_is_due(const struct vfj_slot *slot)
{
    return slot->observed.hn.exists
        && (vfj_plan_target(slot) >= VFJ_TARGET_JOINED
            || (vfj_observed_has_taken_over(slot) && !vfj_observed_is_foreign(slot))
            || vfj_observed_is_lagg_lost(slot) || vfj_plan_is_begun(slot));
}

/* The functions below add commands to the batch, and mark needs as met or failed. */

struct vfj_command *vfj_planner_add(struct vfj_planner *planner, enum vfj_need need,
                                    enum vfj_command_kind kind)
{
    struct vfj_slot *slot = planner->slot;
    struct vfj_batch *batch = &slot->batch;
    if (batch->count == VFJ_BATCH_MAX) {
        vfj_facts_not_run(slot, need);
        memset(&planner->unissued, 0, sizeof planner->unissued);
        return &planner->unissued;
    }
    struct vfj_command *command = vfj_step_command(planner->context, kind);
    command->hn = slot->hn;
    command->a = vfj_name_lagg(slot->unit);
    command->is_optional = !vfj_plan_is_required(need);
    if (batch->count == 0)
        batch->first = command->id;
    batch->kinds[batch->count] = (uint8_t)kind;
    batch->needs[batch->count] = (uint8_t)need;
    batch->count++;
    slot->plan.tried |= (uint64_t)1 << need;
    slot->plan.failed &= ~((uint64_t)1 << need);
    return command;
}

bool vfj_planner_has_tried(const struct vfj_planner *planner, enum vfj_need need)
{
    return (planner->slot->plan.tried >> need & 1) != 0;
}

bool vfj_planner_has_failed(const struct vfj_planner *planner, enum vfj_need need)
{
    return (planner->slot->plan.failed >> need & 1) != 0;
}

bool vfj_planner_update_need(const struct vfj_planner *planner, enum vfj_need need, bool is_unmet)
{
    uint64_t bit = (uint64_t)1 << need;
    if (!is_unmet)
        planner->slot->plan.failed &= ~bit;
    else if ((planner->tried & bit) != 0 && vfj_plan_fault(need) != VFJ_REASON_NONE)
        planner->slot->plan.failed |= bit;
    return is_unmet && !vfj_planner_has_tried(planner, need);
}

void vfj_planner_record_met(struct vfj_planner *planner, enum vfj_need need)
{
    planner->slot->plan.failed &= ~((uint64_t)1 << need);
}

bool vfj_planner_is_dhcp(const struct vfj_planner *planner)
{
    const struct vfj_slot *slot = planner->slot;
    return slot->observed.hn_dhclient != 0 || slot->observed.vf_dhclient != 0
        || slot->before.hn_dhclient != 0 || slot->before.vf_dhclient != 0
        || vfj_rc_is_dhcp(planner->rc, slot->hn);
}

bool vfj_planner_wants_rtadv(const struct vfj_planner *planner)
{
    char args[VFJ_ARGS_SIZE];
    bool rtadv;
    vfj_rc_ipv6_args(planner->rc, planner->slot->hn, args, sizeof args, &rtadv);
    return rtadv || planner->slot->observed.hn.rtadv;
}

bool vfj_planner_takes_from_vf(const struct vfj_slot *slot, enum vfj_target target)
{
    return slot->observed.vf.exists
        && (target >= VFJ_TARGET_JOINED || vfj_observed_has_vf_port(slot));
}

/* The functions below are rows of the plan: they add the commands for laggN and its ports. */

static void plan_up(struct vfj_planner *planner, enum vfj_need need, struct vfj_name interface)
{
    vfj_planner_add(planner, need, VFJ_COMMAND_UP)->a = interface;
}

static void plan_stop(struct vfj_planner *planner, enum vfj_need need, uint64_t pid)
{
    struct vfj_command *command = vfj_planner_add(planner, need, VFJ_COMMAND_DHCLIENT_STOP);
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_add_u64(&text, pid);
}

static void plan_port(struct vfj_planner *planner, enum vfj_need need, enum vfj_command_kind kind,
                      struct vfj_name port)
{
    vfj_planner_add(planner, need, kind)->b = port;
}

bool vfj_plan_vf_must_leave(const struct vfj_step_context *context, const struct vfj_slot *slot)
{
    struct vfj_name lagg = vfj_observed_other_lagg_of_vf(slot);
    if (vfj_name_is_empty(slot->vf) || vfj_name_is_empty(lagg))
        return false;
    for (unsigned i = 0; i < context->next->head.slot_count; i++) {
        const struct vfj_slot *other = vfj_step_slot(context, i);
        if (vfj_name_equal(vfj_name_lagg(other->unit), lagg))
            return vfj_observed_has_hn_port(other) && !vfj_name_equal(other->vf, slot->vf);
    }
    return false;
}

static void plan_leave(struct vfj_planner *planner)
{
    struct vfj_slot *slot = planner->slot;
    vfj_step_notice(planner->context, slot, VFJ_REASON_VF_ASTRAY);
    struct vfj_command *command = vfj_planner_add(planner, VFJ_NEED_VF_LEAVE, VFJ_COMMAND_LEAVE);
    command->a = vfj_observed_other_lagg_of_vf(slot);
    command->b = slot->vf;
    /* not tried: plan_stray_port() may need this need for another slot's VF in laggN */
    slot->plan.tried &= ~((uint64_t)1 << VFJ_NEED_VF_LEAVE);
}

/* Takes the VF of another slot out of laggN. The other slot's next plan would do so, too. This
 * plan does not wait for that plan: lagg(4) takes frames of one port only, and that port may be
 * the other slot's VF. */
static void plan_stray_port(struct vfj_planner *planner, struct vfj_name port)
{
    unsigned owner = vfj_step_find_vf(planner->context, port);
    if (owner == VFJ_SLOTS_MAX || vfj_name_equal(port, planner->slot->vf))
        return;
    vfj_step_notice(planner->context, vfj_step_slot(planner->context, owner), VFJ_REASON_VF_ASTRAY);
    plan_port(planner, VFJ_NEED_VF_LEAVE, VFJ_COMMAND_LEAVE, port);
}

static void plan_stray_ports(struct vfj_planner *planner)
{
    const struct vfj_interface *lagg = &planner->slot->observed.lagg;
    if (!vfj_observed_has_hn_port(planner->slot)
        || vfj_planner_has_tried(planner, VFJ_NEED_VF_LEAVE))
        return;
    for (unsigned i = 0; i < lagg->port_count; i++)
        plan_stray_port(planner, lagg->ports[i]);
}

/* Creates laggN. Commands for an earlier laggN have no effect on a new one, so all needs count as
 * not tried. */
static void plan_lagg(struct vfj_planner *planner)
{
    if (planner->slot->observed.lagg.exists)
        return;
    planner->slot->plan.tried = planner->tried = 0;
    (void)vfj_planner_add(planner, VFJ_NEED_LAGG, VFJ_COMMAND_CREATE);
}

static void plan_no_dad(struct vfj_planner *planner)
{
    if (vfj_planner_update_need(planner, VFJ_NEED_NO_DAD, !planner->slot->observed.lagg.no_dad))
        (void)vfj_planner_add(planner, VFJ_NEED_NO_DAD, VFJ_COMMAND_NO_DAD);
}

/* Gives a new laggN the groups and the description that rc.conf gives hn. Rules of a packet filter
 * may name a group. No observation shows groups. */
static void plan_labels(struct vfj_planner *planner)
{
    char words[VFJ_ARGS_SIZE];
    bool is_due = vfj_planner_has_tried(planner, VFJ_NEED_LAGG) || planner->slot->recovering
        || vfj_planner_has_failed(planner, VFJ_NEED_LABELS);
    if (!is_due || vfj_planner_has_tried(planner, VFJ_NEED_LABELS)
        || !vfj_rc_labels(planner->rc, planner->slot->hn, words, sizeof words))
        return;
    struct vfj_command *command = vfj_planner_add(planner, VFJ_NEED_LABELS, VFJ_COMMAND_CONFIGURE);
    vfj_span_copy(command->text, sizeof command->text, vfj_span_of(words));
}

static void plan_hn_up(struct vfj_planner *planner)
{
    if (!planner->slot->observed.hn.up)
        plan_up(planner, VFJ_NEED_HN_UP, planner->slot->hn);
}

static bool is_in_batch(const struct vfj_batch *batch, enum vfj_need need)
{
    return memchr(batch->needs, (int)need, batch->count) != NULL;
}

/* Ups laggN. The first IPv4 address of an interface also ups it (ifconfig(8)), so a batch with an
 * address needs no command to up laggN. */
static void plan_lagg_up(struct vfj_planner *planner)
{
    if (!planner->slot->observed.lagg.up && !is_in_batch(&planner->slot->batch, VFJ_NEED_INET))
        plan_up(planner, VFJ_NEED_LAGG_UP, vfj_name_lagg(planner->slot->unit));
}

static void plan_lease(struct vfj_planner *planner)
{
    const struct vfj_slot *slot = planner->slot;
    bool is_unmet
        = slot->observed.lease && vfj_planner_is_dhcp(planner) && !vfj_observed_has_hn_port(slot);
    if (!vfj_planner_update_need(planner, VFJ_NEED_LEASE, is_unmet))
        return;
    struct vfj_command *command = vfj_planner_add(planner, VFJ_NEED_LEASE, VFJ_COMMAND_LEASE);
    command->b = command->a;
    command->a = slot->hn;
}

static void plan_hn_dhclient(struct vfj_planner *planner)
{
    uint64_t pid = planner->slot->observed.hn_dhclient;
    if (vfj_planner_update_need(planner, VFJ_NEED_HN_DHCLIENT, pid != 0))
        plan_stop(planner, VFJ_NEED_HN_DHCLIENT, pid);
}

static void plan_hn_port(struct vfj_planner *planner)
{
    if (!vfj_observed_has_hn_port(planner->slot))
        plan_port(planner, VFJ_NEED_HN_PORT, VFJ_COMMAND_JOIN_FIRST, planner->slot->hn);
}

static void plan_vf_dhclient(struct vfj_planner *planner)
{
    uint64_t pid = planner->slot->observed.vf_dhclient;
    if (vfj_planner_update_need(planner, VFJ_NEED_VF_DHCLIENT,
                                pid != 0
                                    && vfj_planner_takes_from_vf(planner->slot, planner->target)))
        plan_stop(planner, VFJ_NEED_VF_DHCLIENT, pid);
}

static void plan_rtadv(struct vfj_planner *planner)
{
    const struct vfj_interface *lagg = &planner->slot->observed.lagg;
    bool is_unmet = (!lagg->rtadv || lagg->ifdisabled) && vfj_planner_wants_rtadv(planner);
    if (vfj_planner_update_need(planner, VFJ_NEED_RTADV, is_unmet))
        (void)vfj_planner_add(planner, VFJ_NEED_RTADV, VFJ_COMMAND_RTADV);
}

static void plan_vf_port(struct vfj_planner *planner)
{
    struct vfj_slot *slot = planner->slot;
    if (planner->target >= VFJ_TARGET_JOINED && slot->observed.vf.exists
        && !vfj_observed_has_vf_port(slot))
        plan_port(planner, VFJ_NEED_VF_PORT, VFJ_COMMAND_JOIN, slot->vf);
}

static void plan_vf_up(struct vfj_planner *planner)
{
    struct vfj_slot *slot = planner->slot;
    if (planner->target == VFJ_TARGET_JOINED_UP && slot->observed.vf.exists
        && !slot->observed.vf.up)
        plan_up(planner, VFJ_NEED_VF_UP, slot->vf);
}

/* Starts dhclient(8) in the background: laggN has the address already, and other slots do not wait
 * for the lease. dhclient(8) ends after some ten seconds without link. laggN has hn's link until
 * the VF is up; the VF's link comes some time later. */
static void plan_dhclient(struct vfj_planner *planner)
{
    const struct vfj_view *view = &planner->slot->observed;
    bool is_unmet = view->lagg_dhclient == 0 && vfj_planner_is_dhcp(planner)
        && !vfj_rc_has_other_dhcp(planner->rc, planner->slot->hn);
    bool has_link = view->lagg.link != VFJ_LINK_DOWN || !vfj_observed_has_hn_port(planner->slot);
    if (!vfj_planner_update_need(planner, VFJ_NEED_DHCLIENT, is_unmet))
        return;
    if (has_link)
        (void)vfj_planner_add(planner, VFJ_NEED_DHCLIENT, VFJ_COMMAND_DHCLIENT_BACKGROUND);
    else
        planner->slot->plan.failed |= (uint64_t)1 << VFJ_NEED_DHCLIENT;
}

/* Starts dhclient(8) while hn has its link. hn loses its link when the VF is upped. */
static void plan_dhclient_early(struct vfj_planner *planner)
{
    if (!vfj_slot_is_on_vf(planner->slot))
        plan_dhclient(planner);
}

/* Solicits a router advertisement, from which laggN gets its autoconf address and its route.
 * rtsol(8) ends with the advertisement, or at its limit when no router answers. */
static void plan_rtsol(struct vfj_planner *planner)
{
    bool is_new = vfj_planner_has_tried(planner, VFJ_NEED_HN_PORT)
        || vfj_planner_has_tried(planner, VFJ_NEED_RTADV);
    if (vfj_planner_update_need(planner, VFJ_NEED_RTSOL,
                                is_new && vfj_planner_wants_rtadv(planner)))
        (void)vfj_planner_add(planner, VFJ_NEED_RTSOL, VFJ_COMMAND_RTSOL);
}

/* Solicits while hn has its link: lagg(4) took the autoconf address and the route off hn, and the
 * VF's link comes some time after the VF is up. */
static void plan_rtsol_early(struct vfj_planner *planner)
{
    if (!vfj_slot_is_on_vf(planner->slot))
        plan_rtsol(planner);
}

/* Ups the VF, then runs the administrator's script in place of the plan's rows, as FreeBSD's
 * scripts do. */
static void plan_script(struct vfj_planner *planner)
{
    struct vfj_slot *slot = planner->slot;
    if (planner->target == VFJ_TARGET_JOINED_UP && !slot->observed.vf.up)
        plan_up(planner, VFJ_NEED_VF_UP, slot->vf);
    if (planner->target != VFJ_TARGET_JOINED
        || !vfj_planner_update_need(planner, VFJ_NEED_SCRIPT, slot->script.phase == VFJ_SCRIPT_DUE))
        return;
    struct vfj_command *command = vfj_planner_add(planner, VFJ_NEED_SCRIPT, VFJ_COMMAND_SCRIPT);
    slot->script.phase = VFJ_SCRIPT_RUNS;
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_add(&text, vfj_own_script_path((enum vfj_own_script)slot->observed.script));
    vfj_text_add(&text, slot->hn.text);
}

/* The table of needs follows, and the functions that read it. */

/* The phases of a plan. is_merged() decides whether a batch holds one phase or several. */
enum phase { PREPARE, SWITCH, JOIN, FINISH, PHASE_COUNT };

/* The flags of a row. REQUIRED: the rest of the batch and the next phase run only when the need
 * is met. OF_VF: the need is void when the VF leaves. MOVES: the need's command moves an
 * address, and the kernel deletes routes with an address. ROUTE: the need's command adds or
 * changes a route. UPS: the need's command ups laggN. An address that is added does so, too. */
enum { REQUIRED = 1, OF_VF = 2, MOVES = 4, ROUTE = 8, UPS = 16 };

struct row {
    enum vfj_need need;
    enum phase phase;
    unsigned flags;
    /* The slot's fault while an optional need stays open. NONE for a required need, whose failed
     * command sets a fault of its own. */
    enum vfj_reason fault;
    void (*plan)(struct vfj_planner *planner);
};

/* The rows, in the order of the plan. DHCLIENT, RTSOL and STATIC_ROUTE have two rows each. A need
 * without a function is met by a batch of its own. */
static const struct row rows[] = {
    /* clang-format off */
    {VFJ_NEED_LAGG,               PREPARE, REQUIRED,               VFJ_REASON_NONE,            plan_lagg},
    {VFJ_NEED_NO_DAD,             PREPARE, 0,                      VFJ_REASON_NONE,            plan_no_dad},
    {VFJ_NEED_LABELS,             PREPARE, 0,                      VFJ_REASON_NONE,            plan_labels},
    {VFJ_NEED_HN_UP,              PREPARE, REQUIRED,               VFJ_REASON_NONE,            plan_hn_up},
    {VFJ_NEED_INET,               PREPARE, REQUIRED | MOVES | UPS, VFJ_REASON_NONE,            vfj_plan_inet},
    {VFJ_NEED_LAGG_UP,            PREPARE, REQUIRED | UPS,         VFJ_REASON_NONE,            plan_lagg_up},
    {VFJ_NEED_LEASE,              PREPARE, 0,                      VFJ_REASON_NONE,            plan_lease},
    {VFJ_NEED_HN_DHCLIENT,        SWITCH,  0,                      VFJ_REASON_HN_HAS_DHCLIENT, plan_hn_dhclient},
    {VFJ_NEED_HN_PORT,            SWITCH,  REQUIRED,               VFJ_REASON_NONE,            plan_hn_port},
    {VFJ_NEED_HN_ADDRESSES,       SWITCH,  REQUIRED | MOVES,       VFJ_REASON_NONE,            vfj_plan_hn_addresses},
    {VFJ_NEED_VF_DHCLIENT,        SWITCH,  OF_VF,                  VFJ_REASON_VF_HAS_DHCLIENT, plan_vf_dhclient},
    {VFJ_NEED_VF_ADDRESSES,       SWITCH,  OF_VF | MOVES,          VFJ_REASON_VF_HAS_ADDRESS,  vfj_plan_vf_addresses},
    {VFJ_NEED_RC_INET,            SWITCH,  MOVES | UPS,            VFJ_REASON_ADDRESS_FAILED,  vfj_plan_rc_inet},
    {VFJ_NEED_INET6,              SWITCH,  MOVES | UPS,            VFJ_REASON_ADDRESS_FAILED,  vfj_plan_inet6},
    {VFJ_NEED_RC_INET6,           SWITCH,  MOVES | UPS,            VFJ_REASON_ADDRESS_FAILED,  vfj_plan_rc_inet6},
    {VFJ_NEED_STATIC_ROUTE,       SWITCH,  ROUTE,                  VFJ_REASON_ROUTE_FAILED,    vfj_plan_interface_routes},
    {VFJ_NEED_KEPT_LINK_ROUTES,   SWITCH,  ROUTE,                  VFJ_REASON_ROUTE_FAILED,    vfj_plan_kept_link_routes},
    {VFJ_NEED_DEFAULT_ROUTE,      SWITCH,  ROUTE,                  VFJ_REASON_ROUTE_FAILED,    vfj_plan_default_route},
    {VFJ_NEED_DEFAULT_ROUTE6,     SWITCH,  ROUTE,                  VFJ_REASON_ROUTE_STAYS,     vfj_plan_default_route6},
    {VFJ_NEED_NEW_DEFAULT_ROUTE6, SWITCH,  ROUTE,                  VFJ_REASON_ROUTE_STAYS,     vfj_plan_new_default_route6},
    {VFJ_NEED_STATIC_ROUTE,       SWITCH,  ROUTE,                  VFJ_REASON_ROUTE_FAILED,    vfj_plan_static_routes},
    {VFJ_NEED_KEPT_ROUTES,        SWITCH,  ROUTE,                  VFJ_REASON_ROUTE_FAILED,    vfj_plan_kept_routes},
    {VFJ_NEED_RTADV,              SWITCH,  0,                      VFJ_REASON_NONE,            plan_rtadv},
    {VFJ_NEED_DHCLIENT,           SWITCH,  UPS,                    VFJ_REASON_DHCLIENT_FAILED, plan_dhclient_early},
    {VFJ_NEED_RTSOL,              SWITCH,  0,                      VFJ_REASON_NONE,            plan_rtsol_early},
    {VFJ_NEED_VF_LEAVE,           JOIN,    REQUIRED | OF_VF,       VFJ_REASON_NONE,            plan_stray_ports},
    {VFJ_NEED_VF_PORT,            JOIN,    REQUIRED | OF_VF,       VFJ_REASON_NONE,            plan_vf_port},
    {VFJ_NEED_VF_UP,              JOIN,    REQUIRED | OF_VF,       VFJ_REASON_NONE,            plan_vf_up},
    {VFJ_NEED_DHCLIENT,           FINISH,  UPS,                    VFJ_REASON_DHCLIENT_FAILED, plan_dhclient},
    {VFJ_NEED_RTSOL,              FINISH,  0,                      VFJ_REASON_NONE,            plan_rtsol},
    {VFJ_NEED_SCRIPT,             FINISH,  0,                      VFJ_REASON_NONE,            NULL},
    {VFJ_NEED_GIVE_BACK,          FINISH,  MOVES,                  VFJ_REASON_NONE,            NULL},
    {VFJ_NEED_TAKE_BACK,          FINISH,  REQUIRED | MOVES,       VFJ_REASON_NONE,            NULL},
    {VFJ_NEED_VF_DOWN,            FINISH,  REQUIRED | OF_VF,       VFJ_REASON_NONE,            NULL},
    /* clang-format on */
};

static const struct row *const rows_end = rows + sizeof rows / sizeof rows[0];

static const struct row *row_of(enum vfj_need need)
{
    if (need > VFJ_NEED_STATIC_ROUTE && need < VFJ_NEED_GIVE_BACK)
        need = VFJ_NEED_STATIC_ROUTE;
    const struct row *row = rows;
    while (row->need != need) {
        row++;
        VFJ_CHECK(row != rows_end);
    }
    return row;
}

bool vfj_plan_is_required(enum vfj_need need)
{
    return (row_of(need)->flags & REQUIRED) != 0;
}

bool vfj_plan_is_of_vf(enum vfj_need need)
{
    return (row_of(need)->flags & OF_VF) != 0;
}

/* Returns the mask of the needs whose rows have `flag`. */
static uint64_t needs_with(unsigned flag)
{
    uint64_t needs = 0;
    for (const struct row *row = rows; row != rows_end; row++) {
        if ((row->flags & flag) != 0)
            needs |= (uint64_t)1 << row->need;
    }
    return needs;
}

uint64_t vfj_plan_required_needs(void)
{
    return needs_with(REQUIRED);
}

uint64_t vfj_plan_vf_needs(void)
{
    return needs_with(OF_VF);
}

uint64_t vfj_plan_route_needs(void)
{
    const uint64_t all_static_routes = (((uint64_t)1 << VFJ_ROUTES_MAX) - 1)
        << VFJ_NEED_STATIC_ROUTE;
    return needs_with(ROUTE) | all_static_routes;
}

uint64_t vfj_plan_up_needs(void)
{
    return needs_with(UPS);
}

enum vfj_reason vfj_plan_fault(enum vfj_need need)
{
    return row_of(need)->fault;
}

/* Adds to `now` the IPv6 addresses of `before` that neither `now` nor laggN has, since no command
 * could add them to laggN. */
static void keep_addresses(struct vfj_interface *now, const struct vfj_interface *before,
                           const struct vfj_interface *lagg)
{
    for (unsigned i = 0; i < before->address_count; i++) {
        const struct vfj_address *address = &before->addresses[i];
        if (vfj_address_is_inet6(address) && !vfj_interface_has_host(lagg, address)
            && !vfj_interface_has_host(now, address))
            (void)vfj_interface_add_address(now, address);
    }
}

/* Keeps facts of the previous plan that later observations do not show. That plan took
 * IPv6 addresses, routes and a dhclient off hn and the VF, and failed to restore them on laggN. */
static void keep_failed(struct vfj_slot *slot, const struct vfj_view *before)
{
    if ((slot->plan.failed >> VFJ_NEED_INET6 & 1) != 0) {
        keep_addresses(&slot->before.hn, &before->hn, &slot->observed.lagg);
        keep_addresses(&slot->before.vf, &before->vf, &slot->observed.lagg);
    }
    if ((slot->plan.failed >> VFJ_NEED_KEPT_LINK_ROUTES & 1) != 0
        || (slot->plan.failed >> VFJ_NEED_KEPT_ROUTES & 1) != 0)
        vfj_kept_routes_add_all(&slot->before.routes, &before->routes);
    if ((slot->plan.failed >> VFJ_NEED_DHCLIENT & 1) != 0 && slot->before.hn_dhclient == 0)
        slot->before.hn_dhclient = before->hn_dhclient;
}

static uint64_t options_tried(const struct vfj_slot *slot)
{
    if (!vfj_observed_has_hn_port(slot))
        return 0;
    return slot->plan.tried
        & ((uint64_t)1 << VFJ_NEED_NO_DAD | (uint64_t)1 << VFJ_NEED_RTADV
           | (uint64_t)1 << VFJ_NEED_RTSOL);
}

void vfj_plan_begin(struct vfj_slot *slot, bool is_watch)
{
    const struct vfj_view before = slot->before;
    bool is_lost = vfj_observed_is_lagg_lost(slot);
    slot->plan.phase = VFJ_PLAN_ACTIVE;
    slot->plan.tried = is_watch ? options_tried(slot) : 0;
    slot->plan.batches = 0;
    slot->before = slot->observed;
    if (is_lost) {
        slot->before.lagg = before.lagg;
        slot->before.routes = before.routes;
    } else if (vfj_observed_is_foreign(slot)) {
        memset(&slot->before.lagg, 0, sizeof slot->before.lagg);
    }
    slot->before.gateway = before.gateway;
    slot->before.gateway6 = before.gateway6;
    keep_failed(slot, &before);
}

static void planner_init(struct vfj_planner *planner, struct vfj_step_context *context,
                         struct vfj_slot *slot, enum vfj_target target)
{
    planner->context = context;
    planner->slot = slot;
    planner->rc = vfj_step_rc(context);
    planner->target = target;
    planner->tried = slot->plan.tried;
    planner->moves_routes = (slot->plan.tried & needs_with(MOVES)) != 0 || slot->recovering;
    vfj_planner_desire(planner);
}

bool vfj_plan_is_configured(struct vfj_step_context *context, struct vfj_slot *slot)
{
    struct vfj_planner planner;
    planner_init(&planner, context, slot, vfj_plan_target(slot));
    if (vfj_observed_port_conflict(slot) != VFJ_REASON_NONE)
        return false;
    for (unsigned i = 0; i < planner.desired.count && !slot->observed.lagg.truncated; i++) {
        if (!vfj_interface_has_host(&slot->observed.lagg, &planner.desired.addresses[i]))
            return false;
    }
    return true;
}

/* Returns true when phases run as one batch. That is so when no traffic can be lost between phases,
 * since the VF has the data path or hn is a port already. In observe mode no command runs, and one
 * batch holds the whole plan. */
static bool is_merged(const struct vfj_planner *planner)
{
    return !vfj_step_is_acting(planner->context) || vfj_slot_is_on_vf(planner->slot)
        || vfj_observed_has_hn_port(planner->slot);
}

static void plan_phases(struct vfj_planner *planner)
{
    bool merged = is_merged(planner), observes = !vfj_step_is_acting(planner->context);
    const struct vfj_batch *batch = &planner->slot->batch;
    for (unsigned phase = 0; phase < PHASE_COUNT; phase++) {
        bool ends = !merged || (phase == FINISH && !observes);
        if (batch->count > 0 && ends)
            return;
        for (const struct row *row = rows; row != rows_end; row++) {
            if (row->phase == phase && row->plan != NULL)
                row->plan(planner);
        }
    }
}

bool vfj_plan_next_batch(struct vfj_step_context *context, struct vfj_slot *slot,
                         enum vfj_target target)
{
    struct vfj_planner planner;
    planner_init(&planner, context, slot, target);
    if (vfj_plan_vf_must_leave(context, slot)) {
        plan_leave(&planner);
    } else if (slot->observed.script) {
        plan_script(&planner);
    } else {
        plan_phases(&planner);
        /* set at once, since the outcome of the batch may stay unknown */
        slot->lagg_ours |= slot->batch.count > 0;
    }
    return slot->batch.count > 0;
}

bool vfj_plan_give_back(struct vfj_step_context *context, struct vfj_slot *slot)
{
    struct vfj_planner planner;
    planner_init(&planner, context, slot, VFJ_TARGET_BASE);
    if (vfj_planner_has_tried(&planner, VFJ_NEED_GIVE_BACK))
        return false;
    vfj_plan_hn_inet(&planner);
    vfj_plan_hn_routes(&planner, true);
    vfj_plan_default_route(&planner);
    vfj_plan_hn_default_route6(&planner);
    vfj_plan_hn_routes(&planner, false);
    if (vfj_planner_is_dhcp(&planner))
        vfj_planner_add(&planner, VFJ_NEED_GIVE_BACK, VFJ_COMMAND_DHCLIENT_BACKGROUND)->a
            = slot->hn;
    return slot->batch.count > 0;
}

bool vfj_plan_take_back(struct vfj_step_context *context, struct vfj_slot *slot)
{
    const uint64_t back = (uint64_t)1 << VFJ_NEED_TAKE_BACK;
    struct vfj_planner planner = {.context = context, .slot = slot};
    bool has_taken_back = (slot->plan.tried & ~slot->plan.failed & back) != 0;
    if (!vfj_step_is_acting(context) || has_taken_back || vfj_observed_has_hn_port(slot))
        return false;
    vfj_plan_foreign_addresses(&planner);
    return slot->batch.count > 0;
}

void vfj_plan_take_vf_down(struct vfj_step_context *context, struct vfj_slot *slot)
{
    struct vfj_planner planner = {.context = context, .slot = slot};
    struct vfj_command *command = vfj_planner_add(&planner, VFJ_NEED_VF_DOWN, VFJ_COMMAND_DOWN);
    command->a = slot->vf;
}
