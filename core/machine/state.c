/* Functions for the machine's state: its index and digest, and copying the parts that a step
 * wrote. */
#include "core/machine/state.h"

#include <stddef.h>
#include <string.h>

#include "core/check.h"
#include "core/machine/observed.h"
#include "core/text/digest.h"

/* The structs have no padding, so equal states have equal bytes. */
_Static_assert(sizeof(struct vfj_interface)
                   == VFJ_NAME_SIZE + 16 + VFJ_ADDRESSES_MAX * VFJ_ADDRESS_SIZE
                       + VFJ_PORTS_MAX * VFJ_NAME_SIZE,
               "padding in vfj_interface");
_Static_assert(sizeof(struct vfj_kept_routes)
                   == 8 + VFJ_KEPT_ROUTES_MAX * (2 * VFJ_ADDRESS_SIZE + 4),
               "padding in vfj_kept_routes");
_Static_assert(sizeof(struct vfj_view)
                   == 5 * VFJ_NAME_SIZE + 8 + 24 + 3 * sizeof(struct vfj_interface)
                       + 2 * VFJ_ADDRESS_SIZE + 8 + sizeof(struct vfj_kept_routes) + VFJ_PATH_SIZE,
               "padding in vfj_view");
_Static_assert(VFJ_NEED_COUNT <= 64, "a mask of needs has a bit for each");
_Static_assert(sizeof(struct vfj_batch) == 16 + 2 * VFJ_BATCH_MAX, "padding in vfj_batch");
_Static_assert(sizeof(struct vfj_plan) == 24, "padding in vfj_plan");
_Static_assert(sizeof(struct vfj_slot)
                   == 3 * VFJ_NAME_SIZE + 8 + sizeof(struct vfj_timers) + sizeof(struct vfj_plan)
                       + sizeof(struct vfj_batch) + 12 + sizeof(struct vfj_transparent_facts) + 12
                       + 2 * sizeof(struct vfj_view),
               "padding in vfj_slot");
_Static_assert(sizeof(struct vfj_transparent_facts) == 80, "padding in vfj_transparent_facts");
_Static_assert(sizeof(struct vfj_script_run) == 24 + 3 * VFJ_NAME_SIZE + VFJ_ARGS_SIZE,
               "padding in vfj_script_run");
_Static_assert(sizeof(struct vfj_sleeper) == 32 + VFJ_NAME_SIZE, "padding in vfj_sleeper");
_Static_assert(sizeof(struct vfj_head) == 32 + 64 + 8 + 24, "padding in vfj_head");

#define VFJ_MAY(symbol) (1u << VFJ_ACTIVITY_##symbol)

/* One row of the table of activities. */
struct activity {
    const char *name, *text;
    unsigned successors; /* bit 1 << activity */
};

static const struct activity *row_of(enum vfj_activity activity)
{
    static const struct activity rows[] = {
#define X(symbol, name_, successors_, text_) \
    [VFJ_ACTIVITY_##symbol] = {.name = (name_), .text = (text_), .successors = (successors_)},
        VFJ_ACTIVITIES(X)
#undef X
    };
    VFJ_CHECK(activity < VFJ_ACTIVITY_COUNT);
    return &rows[activity];
}

const char *vfj_activity_name(enum vfj_activity activity)
{
    return row_of(activity)->name;
}

const char *vfj_activity_text(enum vfj_activity activity)
{
    return row_of(activity)->text;
}

bool vfj_activity_may_follow(enum vfj_activity from, enum vfj_activity to)
{
    return (row_of(from)->successors >> to & 1) != 0;
}

void vfj_state_init(struct vfj_state *state)
{
    /* vfj_slot_init() initializes the slots */
    memset(state, 0, offsetof(struct vfj_state, slots));
    state->head.map_retry_us = VFJ_NEVER_US;
    state->head.due_us = VFJ_NEVER_US;
    for (unsigned i = 0; i < VFJ_SLOTS_MAX + 1; i++)
        state->index.due_us[i] = VFJ_NEVER_US;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++)
        state->scripts.sleepers[i].due_us = VFJ_NEVER_US;
}

void vfj_slot_init(struct vfj_slot *slot, struct vfj_name hn)
{
    memset(slot, 0, sizeof *slot);
    slot->hn = hn;
    slot->timers = (struct vfj_timers){VFJ_NEVER_US, VFJ_NEVER_US, VFJ_NEVER_US, VFJ_NEVER_US};
    slot->transparent.settle_us = VFJ_NEVER_US;
}

static int64_t earlier(int64_t a_us, int64_t b_us)
{
    if (a_us == VFJ_NEVER_US || b_us == VFJ_NEVER_US)
        return a_us == VFJ_NEVER_US ? b_us : a_us;
    return a_us < b_us ? a_us : b_us;
}

bool vfj_slot_awaits_timer(const struct vfj_slot *slot)
{
    return slot->timers.delay_us != VFJ_NEVER_US || slot->timers.observe_us != VFJ_NEVER_US
        || slot->timers.link_us != VFJ_NEVER_US;
}

int64_t vfj_slot_due_us(const struct vfj_slot *slot)
{
    return earlier(slot->transparent.settle_us,
                   earlier(earlier(slot->timers.delay_us, slot->timers.observe_us),
                           earlier(slot->timers.link_us, slot->timers.watch_us)));
}

int64_t vfj_slot_last_due_us(const struct vfj_slot *slot)
{
    int64_t observe_us
        = slot->plan.phase == VFJ_PLAN_ACTIVE ? slot->timers.observe_us : VFJ_NEVER_US;
    int64_t link_us
        = slot->link.monitor == VFJ_LINK_MONITOR_WAITING ? slot->timers.link_us : VFJ_NEVER_US;
    return earlier(observe_us, link_us);
}

/* Returns true when laggN was made for hn, and hn is not a port yet. */
static bool is_half_built(const struct vfj_slot *slot)
{
    const struct vfj_view *view = &slot->observed;
    return slot->lagg_ours && view->lagg.exists && view->hn.exists
        && vfj_name_is_empty(view->hn_lagg) && !vfj_observed_is_foreign(slot);
}

bool vfj_slot_is_unfinished(const struct vfj_slot *slot, bool is_stopping)
{
    if (slot->activity == VFJ_ACTIVITY_OBSERVING || slot->activity == VFJ_ACTIVITY_RUNNING
        || slot->link.monitor == VFJ_LINK_MONITOR_WAITING)
        return true;
    bool is_paused = slot->timers.observe_us != VFJ_NEVER_US;
    return slot->plan.phase == VFJ_PLAN_ACTIVE
        && (!is_stopping || !is_paused || is_half_built(slot));
}

bool vfj_slot_has_plan(const struct vfj_slot *slot)
{
    return slot->plan.phase == VFJ_PLAN_ACTIVE || slot->activity == VFJ_ACTIVITY_OBSERVING
        || slot->activity == VFJ_ACTIVITY_RUNNING;
}

bool vfj_slot_is_on_vf(const struct vfj_slot *slot)
{
    return slot->data_path != VFJ_DATA_PATH_HN;
}

bool vfj_slot_is_transparent(const struct vfj_slot *slot)
{
    return slot->transparent.mode == VFJ_SLOT_MODE_TRANSPARENT;
}

enum vfj_slot_state vfj_slot_public_state(const struct vfj_slot *slot)
{
    if (vfj_name_is_empty(slot->vf))
        return VFJ_SLOT_DETACHED;
    if (vfj_slot_is_transparent(slot) && vfj_slot_is_on_vf(slot))
        return VFJ_SLOT_SWITCHED;
    if (slot->joined)
        return VFJ_SLOT_LAGGED;
    if (slot->delay == VFJ_DELAY_RUNNING || slot->delay == VFJ_DELAY_OVER)
        return VFJ_SLOT_DELAYED;
    return VFJ_SLOT_ATTACHED;
}

void vfj_state_copy(struct vfj_state *to, const struct vfj_state *from)
{
    VFJ_CHECK(from->head.slot_count <= VFJ_SLOTS_MAX);
    memcpy(to, from, offsetof(struct vfj_state, slots));
    memcpy(to->slots, from->slots, from->head.slot_count * sizeof from->slots[0]);
}

void vfj_state_adopt(struct vfj_state *state, const struct vfj_state *next,
                     const struct vfj_touched *touched)
{
    state->head = next->head;
    if (touched->rc) {
        state->rc = next->rc;
        state->index.digests[VFJ_SLOTS_MAX] = next->index.digests[VFJ_SLOTS_MAX];
    }
    if (touched->scripts) {
        state->scripts = next->scripts;
        state->index.due_us[VFJ_SLOTS_MAX] = next->index.due_us[VFJ_SLOTS_MAX];
        state->index.digests[VFJ_SLOTS_MAX + 1] = next->index.digests[VFJ_SLOTS_MAX + 1];
    }
    for (uint64_t left = touched->slots; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        state->slots[i] = next->slots[i];
        state->index.due_us[i] = next->index.due_us[i];
        state->index.digests[i] = next->index.digests[i];
    }
}

/* The members of a slot that its digest covers in any case: those before `transparent`, without the
 * kept routes. */
enum {
    VIEW_SIZE = offsetof(struct vfj_view, routes),
    FACTS_SIZE = offsetof(struct vfj_slot, observed),
    PACKED_SIZE = FACTS_SIZE + 2 * VIEW_SIZE,
};
_Static_assert(sizeof(struct vfj_view) == VIEW_SIZE + sizeof(struct vfj_kept_routes),
               "the kept routes are the last member");

static uint64_t digest_facts(const struct vfj_slot *slot, unsigned seed)
{
    unsigned char packed[PACKED_SIZE];
    memcpy(packed, slot, FACTS_SIZE);
    memcpy(packed + FACTS_SIZE, &slot->observed, VIEW_SIZE);
    memcpy(packed + FACTS_SIZE + VIEW_SIZE, &slot->before, VIEW_SIZE);
    return vfj_digest(packed, sizeof packed, seed);
}

/* The MTUs of routes do not change the digest when all of them are 0. Journals from before routes had
 * an MTU therefore keep their digests. */
static uint64_t digest_routes(const struct vfj_kept_routes *routes, unsigned seed)
{
    enum { COUNTS_SIZE = offsetof(struct vfj_kept_routes, list) };
    enum { ROUTE_SIZE = offsetof(struct vfj_kept_route, pad) };
    static const struct vfj_kept_routes blank;
    static const uint16_t no_mtus[VFJ_KEPT_ROUTES_MAX];
    unsigned char packed[COUNTS_SIZE + VFJ_KEPT_ROUTES_MAX * ROUTE_SIZE];
    uint16_t mtus[VFJ_KEPT_ROUTES_MAX];
    if (memcmp(routes, &blank, sizeof blank) == 0)
        return 0;
    memcpy(packed, routes, COUNTS_SIZE);
    for (unsigned i = 0; i < VFJ_KEPT_ROUTES_MAX; i++) {
        memcpy(packed + COUNTS_SIZE + i * ROUTE_SIZE, &routes->list[i], ROUTE_SIZE);
        mtus[i] = routes->list[i].mtu;
    }
    uint64_t digest = vfj_digest(packed, sizeof packed, seed);
    if (memcmp(mtus, no_mtus, sizeof mtus) != 0)
        digest ^= vfj_digest(mtus, sizeof mtus, seed + 2 * VFJ_SLOTS_MAX);
    return digest;
}

void vfj_state_index_slot(struct vfj_state *state, unsigned i)
{
    static const struct vfj_transparent_facts blank = {.settle_us = VFJ_NEVER_US};
    const struct vfj_slot *slot = &state->slots[i];
    state->index.due_us[i] = vfj_slot_due_us(slot);
    /* Blank routes, and in ordinary mode the facts of transparent mode, do not change the digest.
     * Journals from before these members existed therefore keep their digests. */
    state->index.digests[i] = digest_facts(slot, i)
        ^ digest_routes(&slot->observed.routes, 2 * VFJ_SLOTS_MAX + 2 + i)
        ^ digest_routes(&slot->before.routes, 3 * VFJ_SLOTS_MAX + 2 + i);
    if (memcmp(&slot->transparent, &blank, sizeof blank) != 0)
        state->index.digests[i]
            ^= vfj_digest(&slot->transparent, sizeof slot->transparent, VFJ_SLOTS_MAX + 2 + i);
}

void vfj_state_index_rc(struct vfj_state *state)
{
    state->index.digests[VFJ_SLOTS_MAX]
        = vfj_digest(&state->rc, strlen(state->rc.text), VFJ_SLOTS_MAX);
}

static int64_t earliest_sleeper(const struct vfj_scripts *scripts)
{
    int64_t earliest = VFJ_NEVER_US;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX && scripts->sleeping > 0; i++) {
        const struct vfj_sleeper *sleeper = &scripts->sleepers[i];
        if (sleeper->due_us != VFJ_NEVER_US && sleeper->pending == 0
            && (earliest == VFJ_NEVER_US || sleeper->due_us < earliest))
            earliest = sleeper->due_us;
    }
    return earliest;
}

void vfj_state_index_scripts(struct vfj_state *state)
{
    state->index.due_us[VFJ_SLOTS_MAX] = earliest_sleeper(&state->scripts);
    state->index.digests[VFJ_SLOTS_MAX + 1]
        = vfj_digest(&state->scripts, sizeof state->scripts, VFJ_SLOTS_MAX + 1);
}

static bool can_be_indexed(const struct vfj_state *state)
{
    return state->head.slot_count <= VFJ_SLOTS_MAX
        && memchr(state->rc.text, '\0', sizeof state->rc.text) != NULL;
}

bool vfj_state_index(struct vfj_state *state)
{
    uint64_t parts = 0;
    if (!can_be_indexed(state))
        return false;
    for (unsigned i = 0; i < state->head.slot_count; i++)
        vfj_state_index_slot(state, i);
    if (state->index.digests[VFJ_SLOTS_MAX] != 0)
        vfj_state_index_rc(state);
    if (state->index.digests[VFJ_SLOTS_MAX + 1] != 0)
        vfj_state_index_scripts(state);
    for (unsigned i = 0; i < VFJ_SLOTS_MAX + 2; i++)
        parts ^= state->index.digests[i];
    return parts == state->head.parts;
}

void vfj_touched_merge(struct vfj_touched *touched, const struct vfj_touched *more)
{
    touched->slots |= more->slots;
    touched->rc |= more->rc;
    touched->scripts |= more->scripts;
}

uint64_t vfj_state_digest(const struct vfj_state *state)
{
    return vfj_digest(&state->head, sizeof state->head, 0);
}
