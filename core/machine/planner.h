/* What the parts of the plan share. Used inside core/machine only. */
#ifndef VFJ_CORE_MACHINE_PLANNER_H
#define VFJ_CORE_MACHINE_PLANNER_H

#include "core/data/rc.h"
#include "core/machine/plan.h"

/* Aliases of rc.conf that laggN is given beside one address: no more can be observed on it. */
enum { VFJ_ALIASES_MAX = VFJ_ADDRESSES_MAX - 1 };

/* Addresses that laggN is to have. */
struct vfj_desired {
    unsigned count;
    /* hn's and VF's, twice, and rc.conf's */
    struct vfj_address addresses[4 * VFJ_ADDRESSES_MAX + VFJ_ALIASES_MAX + 2];
};

/* One batch being made. */
struct vfj_planner {
    struct vfj_step_context *context;
    struct vfj_slot *slot;
    const struct vfj_rc *rc;
    enum vfj_target target;
    struct vfj_desired desired;
    uint64_t tried; /* slot->plan.tried before this batch */
    /* an address is moved in this plan: the kernel deletes routes with it */
    bool moves_routes;
    struct vfj_command unissued; /* filled in when the batch is full */
};

/* A command for a need, with its hn, and laggN as its first operand; the caller fills in what else
 * it has. Returns a command that is not issued when the batch is full: the rest follows in the next
 * one. */
struct vfj_command *vfj_planner_add(struct vfj_planner *planner, enum vfj_need need,
                                    enum vfj_command_kind kind);

/* Whether a command was issued for the need in this plan. */
bool vfj_planner_has_tried(const struct vfj_planner *planner, enum vfj_need need);
/* Whether the need failed, in this plan or the one before, and was not met since. */
bool vfj_planner_has_failed(const struct vfj_planner *planner, enum vfj_need need);

/* A plan issues the command of an optional need once. When the next observation still shows the
 * need unmet, and its row has a fault, the need counts as failed, and the next plan tries it again.
 * Returns whether the command is to be issued now. */
bool vfj_planner_update_need(const struct vfj_planner *planner, enum vfj_need need, bool is_unmet);

/* Records that an observation shows the need met, whatever became of its command. */
void vfj_planner_record_met(struct vfj_planner *planner, enum vfj_need need);

/* Whether hn is, or was when the plan began, configured by DHCP. */
bool vfj_planner_is_dhcp(const struct vfj_planner *planner);
bool vfj_planner_wants_rtadv(const struct vfj_planner *planner);
/* Whether addresses and dhclient of the VF go over to laggN, too. */
bool vfj_planner_takes_from_vf(const struct vfj_slot *slot, enum vfj_target target);

/* Fill in planner->desired. */
void vfj_planner_desire(struct vfj_planner *planner);

/* Rows of the plan: each adds the commands of its need, if that is open. */
void vfj_plan_inet(struct vfj_planner *planner);
void vfj_plan_rc_inet(struct vfj_planner *planner);
void vfj_plan_hn_addresses(struct vfj_planner *planner);
void vfj_plan_vf_addresses(struct vfj_planner *planner);
void vfj_plan_inet6(struct vfj_planner *planner);
void vfj_plan_rc_inet6(struct vfj_planner *planner);
void vfj_plan_default_route(struct vfj_planner *planner);
void vfj_plan_default_route6(struct vfj_planner *planner);
void vfj_plan_new_default_route6(struct vfj_planner *planner);
void vfj_plan_interface_routes(struct vfj_planner *planner);
void vfj_plan_static_routes(struct vfj_planner *planner);

#endif
