/* The interface between the files of the plan. Used inside core/machine only. */
#ifndef VFJ_CORE_MACHINE_PLANNER_H
#define VFJ_CORE_MACHINE_PLANNER_H

#include "core/data/rc.h"
#include "core/machine/plan.h"

/* The most aliases of rc.conf that laggN gets beside one address. An observation holds no more. */
enum { VFJ_ALIASES_MAX = VFJ_ADDRESSES_MAX - 1 };

/* The addresses that laggN is to have. */
struct vfj_desired {
    unsigned count;
    /* those of hn and VF in `observed` and `before`, of laggN in `before`, and of rc.conf */
    struct vfj_address addresses[5 * VFJ_ADDRESSES_MAX + VFJ_ALIASES_MAX + 2];
};

/* The batch that vfj_plan_next_batch() makes. */
struct vfj_planner {
    struct vfj_step_context *context;
    struct vfj_slot *slot;
    const struct vfj_rc *rc;
    enum vfj_target target;
    struct vfj_desired desired;
    uint64_t tried; /* slot->plan.tried before this batch */
    /* this plan moves an address, or an earlier daemon may have: the kernel deletes routes with
     * it */
    bool moves_routes;
    struct vfj_command unissued; /* stands for a command when the batch is full */
};

/* Adds a command for a need, with its hn, and with laggN as first operand. The caller fills in
 * the other members. When the batch is full, returns a command that is not issued. The next
 * batch continues there. */
struct vfj_command *vfj_planner_add(struct vfj_planner *planner, enum vfj_need need,
                                    enum vfj_command_kind kind);

/* Returns whether this plan issued a command for the need. */
bool vfj_planner_has_tried(const struct vfj_planner *planner, enum vfj_need need);
/* Returns whether the need failed in this plan or the one before, and no observation showed it
 * met since. */
bool vfj_planner_has_failed(const struct vfj_planner *planner, enum vfj_need need);

/* Records whether an observation shows an optional need unmet. A plan issues the command of such
 * a need once. A need that stays unmet counts as failed if its row has a fault, and the next
 * plan tries it again. Returns whether the command is to be issued now. */
bool vfj_planner_update_need(const struct vfj_planner *planner, enum vfj_need need, bool is_unmet);

/* Records that an observation shows the need met, whatever the outcome of its command. */
void vfj_planner_record_met(struct vfj_planner *planner, enum vfj_need need);

/* Return whether DHCP configures hn, or did when the plan began, and whether laggN is to accept
 * router advertisements. */
bool vfj_planner_is_dhcp(const struct vfj_planner *planner);
bool vfj_planner_wants_rtadv(const struct vfj_planner *planner);
/* Returns whether addresses and dhclient of the VF move to laggN, too. */
bool vfj_planner_takes_from_vf(const struct vfj_slot *slot, enum vfj_target target);

/* Fills in the addresses that laggN is to have. */
void vfj_planner_desire(struct vfj_planner *planner);

/* The rows of the plan. Each adds the commands of its need while the need is open. */
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
