/* The interface between the files of the plan. Used inside core/machine only. */
#ifndef VFJ_CORE_MACHINE_PLANNER_H
#define VFJ_CORE_MACHINE_PLANNER_H

#include "core/data/rc.h"
#include "core/machine/plan.h"

/* The number of aliases of rc.conf that laggN gets at most, besides one address. An observation
 * has no room for more addresses. */
enum { VFJ_ALIASES_MAX = VFJ_ADDRESSES_MAX - 1 };

/* The desired addresses of laggN. */
struct vfj_desired {
    unsigned count;
    /* room for the addresses of hn and VF in `observed` and `before`, of laggN in `before`, and
     * of rc.conf */
    struct vfj_address addresses[5 * VFJ_ADDRESSES_MAX + VFJ_ALIASES_MAX + 2];
};

/* The state of vfj_plan_next_batch() while it makes a batch. */
struct vfj_planner {
    struct vfj_step_context *context;
    struct vfj_slot *slot;
    const struct vfj_rc *rc;
    enum vfj_target target;
    struct vfj_desired desired;
    uint64_t tried; /* slot->plan.tried before this batch */
    /* Routes may be missing, because the kernel deletes routes together with an address. This plan
     * moves an address, or an earlier daemon may have moved one. */
    bool moves_routes;
    /* the command that vfj_planner_add() returns when the batch is full; it is not issued */
    struct vfj_command unissued;
};

/* Adds a command for a need. Its hn is set, and its first operand is laggN. The caller fills in the
 * other members. When the batch is full, returns a command that is not issued; the next batch then
 * issues a command for this need. */
struct vfj_command *vfj_planner_add(struct vfj_planner *planner, enum vfj_need need,
                                    enum vfj_command_kind kind);

/* Returns true when this plan has issued a command for the need. */
bool vfj_planner_has_tried(const struct vfj_planner *planner, enum vfj_need need);
/* Returns true when the need failed in this plan or the one before, and no later observation showed
 * the need met. */
bool vfj_planner_has_failed(const struct vfj_planner *planner, enum vfj_need need);

/* Records whether an observation shows an optional need as unmet. A plan issues the command of such
 * a need once. A need that stays unmet counts as failed if its row has a fault, and the next plan
 * tries the need again. Returns true when the caller must issue the command now. */
bool vfj_planner_update_need(const struct vfj_planner *planner, enum vfj_need need, bool is_unmet);

/* Records that an observation shows the need as met. The outcome of the need's command does not
 * matter then. */
void vfj_planner_record_met(struct vfj_planner *planner, enum vfj_need need);

/* The first function returns true when DHCP configures hn, or did so when the plan began. The
 * second one returns true when laggN must accept router advertisements. */
bool vfj_planner_is_dhcp(const struct vfj_planner *planner);
bool vfj_planner_wants_rtadv(const struct vfj_planner *planner);
/* Returns true when the plan also moves the VF's addresses to laggN and ends the VF's dhclient. */
bool vfj_planner_takes_from_vf(const struct vfj_slot *slot, enum vfj_target target);

/* Fills in the desired addresses of laggN. */
void vfj_planner_desire(struct vfj_planner *planner);

/* The rows of the plan. Each function adds the commands that its need requires, as long as the
 * need is not met. */
void vfj_plan_inet(struct vfj_planner *planner);
void vfj_plan_rc_inet(struct vfj_planner *planner);
void vfj_plan_hn_addresses(struct vfj_planner *planner);
void vfj_plan_foreign_addresses(struct vfj_planner *planner);
void vfj_plan_hn_inet(struct vfj_planner *planner);
void vfj_plan_vf_addresses(struct vfj_planner *planner);
void vfj_plan_inet6(struct vfj_planner *planner);
void vfj_plan_rc_inet6(struct vfj_planner *planner);
void vfj_plan_default_route(struct vfj_planner *planner);
void vfj_plan_default_route6(struct vfj_planner *planner);
void vfj_plan_new_default_route6(struct vfj_planner *planner);
void vfj_plan_interface_routes(struct vfj_planner *planner);
void vfj_plan_static_routes(struct vfj_planner *planner);
void vfj_plan_kept_link_routes(struct vfj_planner *planner);
void vfj_plan_kept_routes(struct vfj_planner *planner);
/* Adds a missing IPv6 default route to hn itself. */
void vfj_plan_hn_default_route6(struct vfj_planner *planner);
/* Adds the routes without a router, or those with one, to hn itself. */
void vfj_plan_hn_routes(struct vfj_planner *planner, bool without_router);

#endif
