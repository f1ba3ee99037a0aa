/* Episodes. An episode is a time in which a slot's traffic did not go through its VF; it has a
 * reason, a duration and a verdict. */
#include "tools/audit/episode.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/data/finding.h"
#include "core/text/kv.h"

bool vfj_state_is_fast(enum vfj_slot_state state)
{
    return state == VFJ_SLOT_LAGGED || state == VFJ_SLOT_SWITCHED;
}

bool vfj_reason_is_fault(enum vfj_reason reason)
{
    for (unsigned i = 0; i < VFJ_FOUND_COUNT; i++) {
        if (vfj_found_reason((enum vfj_finding_kind)i) == reason)
            return vfj_found_is_fault((enum vfj_finding_kind)i);
    }
    return reason != VFJ_REASON_NONE && reason != VFJ_REASON_NOT_JOINED_YET
        && reason != VFJ_REASON_CUSTOM_SCRIPT && reason != VFJ_REASON_TRANSPARENT;
}

const char *vfj_episode_kind_name(enum vfj_episode_kind kind)
{
    static const char *const names[] = {
#define X(symbol, name, text) [VFJ_EPISODE_##symbol] = (name),
        VFJ_EPISODE_KINDS(X)
#undef X
    };
    VFJ_CHECK(kind < VFJ_EPISODE_KIND_COUNT);
    return names[kind];
}

const char *vfj_episode_kind_text(enum vfj_episode_kind kind)
{
    static const char *const texts[] = {
#define X(symbol, name, text) [VFJ_EPISODE_##symbol] = (text),
        VFJ_EPISODE_KINDS(X)
#undef X
    };
    VFJ_CHECK(kind < VFJ_EPISODE_KIND_COUNT);
    return texts[kind];
}

const char *vfj_episode_verdict_name(enum vfj_episode_verdict verdict)
{
    static const char *const names[] = {
#define X(symbol, name, text) [VFJ_EPISODE_##symbol] = (name),
        VFJ_EPISODE_VERDICTS(X)
#undef X
    };
    VFJ_CHECK(verdict < VFJ_EPISODE_VERDICT_COUNT);
    return names[verdict];
}

/* Returns a - b. On overflow returns INT64_MAX or, when b is larger, 0. The numbers of a hostile
 * journal can have any value. */
static int64_t minus(int64_t a, int64_t b)
{
    int64_t difference = 0;
    if (__builtin_sub_overflow(a, b, &difference))
        return a > b ? INT64_MAX : 0;
    return difference > 0 ? difference : 0;
}

static void add_us(int64_t *sum, int64_t us)
{
    if (__builtin_add_overflow(*sum, us, sum))
        *sum = INT64_MAX;
}

int64_t vfj_elapsed_us(const struct vfj_point *from, const struct vfj_point *to)
{
    return from->boot == to->boot ? minus(to->mono_us, from->mono_us)
                                  : minus(to->wall_us, from->wall_us);
}

bool vfj_episode_is_unannounced(const struct vfj_episode *episode)
{
    return episode->is_watched && episode->announcement == NULL
        && episode->kind == VFJ_EPISODE_MIGRATION;
}

int64_t vfj_episode_us(const struct vfj_episode *episode)
{
    return vfj_elapsed_us(&episode->begin, &episode->end);
}

enum vfj_episode_verdict vfj_episode_verdict(const struct vfj_episode *episode, int64_t slow_us)
{
    if (!episode->ended)
        return VFJ_EPISODE_UNFINISHED;
    if (episode->has_fault || episode->commands.failed > 0)
        return VFJ_EPISODE_FAILED;
    return vfj_episode_us(episode) > slow_us ? VFJ_EPISODE_SLOW : VFJ_EPISODE_CLEAN;
}

void vfj_episode_count_command(struct vfj_episode *episode, const struct vfj_command *command,
                               const struct vfj_outcome *outcome)
{
    struct vfj_episode_commands *commands = &episode->commands;
    if (!vfj_outcome_ran(outcome)) {
        commands->not_run++;
        return;
    }
    commands->ran++;
    commands->failed += !vfj_command_succeeded(command, outcome);
    add_us(&commands->us, outcome->duration_us > 0 ? outcome->duration_us : 0);
}

static uint8_t find_state(struct vfj_span name)
{
    unsigned state = 0;
    while (state < VFJ_SLOT_STATE_COUNT
           && !vfj_span_is(name, vfj_slot_state_name((enum vfj_slot_state)state)))
        state++;
    return (uint8_t)state;
}

/* Returns the reason with this name, or NONE. Compares lengths first, because a journal has many
 * transitions and there are many reasons. */
static uint8_t find_reason(struct vfj_span name)
{
    static const struct vfj_span names[] = {
#define X(symbol, name, text) [VFJ_REASON_##symbol] = {(name), sizeof(name) - 1},
        VFJ_REASONS(X)
#undef X
    };
    unsigned reason = VFJ_REASON_COUNT - 1;
    while (reason > 0
           && (names[reason].length != name.length
               || memcmp(names[reason].text, name.text, name.length) != 0))
        reason--;
    return (uint8_t)reason;
}

bool vfj_transition_row_read(struct vfj_span body, struct vfj_transition_row *row)
{
    struct vfj_kv pair;
    bool has_from = false, has_to = false;
    memset(row, 0, sizeof *row);
    while (vfj_kv_next(&body, &pair) == VFJ_KV_PAIR) {
        if (vfj_span_is(pair.key, "slot")) {
            (void)vfj_name_parse(pair.value, &row->slot);
        } else if (vfj_span_is(pair.key, "vf")) {
            (void)vfj_name_parse(pair.value, &row->vf);
        } else if (vfj_span_is(pair.key, "from")) {
            has_from = true;
            row->from = find_state(pair.value);
        } else if (vfj_span_is(pair.key, "to")) {
            has_to = true;
            row->to = find_state(pair.value);
        } else if (vfj_span_is(pair.key, "reason")) {
            row->reason = find_reason(pair.value);
        } else if (vfj_span_is(pair.key, "generation")) {
            (void)vfj_span_to_u64(pair.value, &row->generation);
        }
    }
    return has_from && has_to && !vfj_name_is_empty(row->slot);
}

static struct vfj_point point_of(const struct vfj_record *record)
{
    return (struct vfj_point){.seq = record->seq,
                              .boot = record->boot,
                              .wall_us = record->wall_us,
                              .mono_us = record->mono_us};
}

void vfj_episodes_begin(struct vfj_episodes *episodes, uint64_t first, vfj_episode_put *put,
                        void *arg)
{
    memset(episodes, 0, sizeof *episodes);
    episodes->first = first;
    episodes->put = put;
    episodes->arg = arg;
}

static void put_episode(struct vfj_episodes *episodes, struct vfj_episode_slot *slot)
{
    if (slot->has_episode)
        episodes->put(episodes->arg, &slot->episode);
    slot->has_episode = false;
}

static void put_span(const struct vfj_episodes *episodes, const struct vfj_episode_slot *slot,
                     const struct vfj_point *to)
{
    if (episodes->put_span != NULL && slot->state < VFJ_SLOT_STATE_COUNT)
        episodes->put_span(
            episodes->arg,
            &(struct vfj_state_span){
                .slot = slot->name, .state = slot->state, .from = slot->since, .to = *to});
}

static bool is_open(const struct vfj_episode_slot *slot)
{
    return slot->has_episode && !slot->episode.ended;
}

static struct vfj_episode_slot *find_slot(struct vfj_episodes *episodes, struct vfj_name name)
{
    for (unsigned i = 0; i < episodes->slot_count; i++) {
        if (vfj_name_equal(episodes->slots[i].name, name))
            return &episodes->slots[i];
    }
    return NULL;
}

/* Adds a slot. When all places are in use, replaces the slot whose last change is the oldest. The
 * machine never has more slots at a time, but over the years hn interfaces may have had more
 * names. */
static struct vfj_episode_slot *add_slot(struct vfj_episodes *episodes, struct vfj_name name)
{
    struct vfj_episode_slot *slot = &episodes->slots[0];
    if (episodes->slot_count < VFJ_SLOTS_MAX) {
        slot = &episodes->slots[episodes->slot_count++];
    } else {
        for (unsigned i = 1; i < VFJ_SLOTS_MAX; i++) {
            if (episodes->slots[i].since.seq < slot->since.seq)
                slot = &episodes->slots[i];
        }
        put_episode(episodes, slot);
    }
    memset(slot, 0, sizeof *slot);
    slot->name = name;
    return slot;
}

static enum vfj_episode_kind kind_of(enum vfj_reason reason)
{
    return reason == VFJ_REASON_BOOTED ? VFJ_EPISODE_BOOT : VFJ_EPISODE_FALLBACK;
}

static void begin_episode(struct vfj_episodes *episodes, struct vfj_episode_slot *slot,
                          const struct vfj_transition_row *row, const struct vfj_point *now,
                          enum vfj_episode_kind kind)
{
    put_episode(episodes, slot);
    slot->has_episode = true;
    slot->episode = (struct vfj_episode){.id = now->seq,
                                         .event = now->seq,
                                         .slot = slot->name,
                                         .kind = (uint8_t)kind,
                                         .begin = *now,
                                         .end = *now,
                                         .last = now->seq,
                                         .began_by = row->reason,
                                         .state = row->from};
    if (kind != VFJ_EPISODE_FIRST) {
        bool is_named = !vfj_name_is_empty(row->vf);
        slot->episode.vf_before = is_named ? row->vf : slot->vf;
        slot->episode.generation_before = is_named ? row->generation : slot->generation;
    }
}

/* Handles the first row about a slot. In a pruned journal, older rows that moved the slot into the
 * state `from` are missing. */
static struct vfj_episode_slot *meet(struct vfj_episodes *episodes,
                                     const struct vfj_transition_row *row,
                                     const struct vfj_point *now)
{
    struct vfj_episode_slot *slot = add_slot(episodes, row->slot);
    bool is_pruned = episodes->first > 1;
    slot->since = *now;
    slot->state = row->from;
    slot->vf = row->vf;
    slot->generation = row->generation;
    if (vfj_state_is_fast((enum vfj_slot_state)row->from) || (row->from == row->to && !is_pruned))
        return slot;
    begin_episode(episodes, slot, row, now, VFJ_EPISODE_FIRST);
    slot->episode.began_before = is_pruned;
    return slot;
}

static void add_finding(struct vfj_episode *episode, enum vfj_reason reason, uint64_t seq)
{
    unsigned i = 0;
    episode->finding_count++;
    episode->has_fault |= vfj_reason_is_fault(reason);
    episode->last = seq;
    while (i < VFJ_EPISODE_FINDINGS_MAX && episode->findings[i] != VFJ_REASON_NONE
           && episode->findings[i] != reason)
        i++;
    if (i < VFJ_EPISODE_FINDINGS_MAX)
        episode->findings[i] = (uint8_t)reason;
}

static void take_notice(struct vfj_episode_slot *slot, const struct vfj_transition_row *row,
                        const struct vfj_point *now)
{
    if (!slot->has_episode || row->reason == VFJ_REASON_NONE)
        return;
    if (is_open(slot) || vfj_elapsed_us(&slot->episode.end, now) <= VFJ_SETTLE_US)
        add_finding(&slot->episode, (enum vfj_reason)row->reason, now->seq);
}

static bool is_leave(const struct vfj_transition_row *row)
{
    return row->to == VFJ_SLOT_DETACHED
        && (row->reason == VFJ_REASON_VF_DETACHED || row->reason == VFJ_REASON_VF_LOST
            || row->reason == VFJ_REASON_VF_REPLACED);
}

static void follow_vf(struct vfj_episode *episode, const struct vfj_transition_row *row)
{
    if (is_leave(row)) {
        episode->leaves++;
        if (episode->kind == VFJ_EPISODE_FALLBACK)
            episode->kind = VFJ_EPISODE_MIGRATION;
    }
    if (row->to == VFJ_SLOT_DETACHED) {
        episode->vf_after = (struct vfj_name){{0}};
        episode->generation_after = 0;
    } else if (!vfj_name_is_empty(row->vf)) {
        episode->vf_after = row->vf;
        episode->generation_after = row->generation;
    }
}

/* Handles a change of state of a slot whose episode has not ended. */
static void take_move(struct vfj_episode_slot *slot, const struct vfj_transition_row *row,
                      const struct vfj_point *now)
{
    struct vfj_episode *episode = &slot->episode;
    episode->last = now->seq;
    episode->end = *now;
    episode->state = row->to;
    follow_vf(episode, row);
    if (row->reason == VFJ_REASON_NO_LINK || row->reason == VFJ_REASON_VF_HELD)
        add_finding(episode, (enum vfj_reason)row->reason, now->seq);
    episode->ended = vfj_state_is_fast((enum vfj_slot_state)row->to);
    if (episode->ended || row->reason == VFJ_REASON_HN_RENAMED)
        episode->ended_by = row->reason;
}

/* Handles that rows before this one are missing: the slot is in the state `from`, but no row moved
 * it there. */
static void miss(struct vfj_episode_slot *slot, const struct vfj_transition_row *row,
                 const struct vfj_point *now)
{
    struct vfj_episode *episode = &slot->episode;
    slot->state = row->from;
    if (!is_open(slot))
        return;
    episode->gaps++;
    episode->state = row->from;
    episode->end = *now;
    episode->ended = vfj_state_is_fast((enum vfj_slot_state)row->from);
}

static void take_change(struct vfj_episodes *episodes, struct vfj_episode_slot *slot,
                        const struct vfj_transition_row *row, const struct vfj_point *now)
{
    if (slot->state != row->from)
        miss(slot, row, now);
    bool was_fast = vfj_state_is_fast((enum vfj_slot_state)slot->state);
    put_span(episodes, slot, now);
    if (is_open(slot) && slot->state < VFJ_SLOT_STATE_COUNT)
        add_us(&slot->episode.state_us[slot->state], vfj_elapsed_us(&slot->since, now));
    if (was_fast && !vfj_state_is_fast((enum vfj_slot_state)row->to))
        begin_episode(episodes, slot, row, now, kind_of((enum vfj_reason)row->reason));
    else if (!was_fast && !is_open(slot))
        begin_episode(episodes, slot, row, now, VFJ_EPISODE_FIRST);
    slot->since = *now;
    slot->state = row->to;
    if (!vfj_name_is_empty(row->vf)) {
        slot->vf = row->vf;
        slot->generation = row->generation;
    }
    if (is_open(slot))
        take_move(slot, row, now);
    if (is_leave(row) && episodes->put_leave != NULL)
        episodes->put_leave(episodes->arg, slot->name, now);
}

/* Removes the slot of an hn that was renamed: later rows use the new name. */
static void forget(struct vfj_episodes *episodes, struct vfj_episode_slot *slot)
{
    put_episode(episodes, slot);
    *slot = episodes->slots[--episodes->slot_count];
}

static void take_transition(struct vfj_episodes *episodes, const struct vfj_record *record,
                            const struct vfj_point *now)
{
    struct vfj_transition_row row;
    if (!vfj_transition_row_read(record->body, &row))
        return;
    struct vfj_episode_slot *slot = find_slot(episodes, row.slot);
    if (slot == NULL)
        slot = meet(episodes, &row, now);
    if (row.from == row.to)
        take_notice(slot, &row, now);
    else
        take_change(episodes, slot, &row, now);
    if (row.reason == VFJ_REASON_HN_RENAMED)
        forget(episodes, slot);
}

static void take_start(struct vfj_episodes *episodes, const struct vfj_point *now)
{
    for (unsigned i = 0; i < episodes->slot_count; i++) {
        if (!is_open(&episodes->slots[i]))
            continue;
        struct vfj_episode *episode = &episodes->slots[i].episode;
        episode->restarts++;
        if (episodes->stopped.seq > episode->begin.seq)
            add_us(&episode->away_us, vfj_elapsed_us(&episodes->stopped, now));
    }
    episodes->stopped.seq = 0;
}

static void take_gap(struct vfj_episodes *episodes)
{
    for (unsigned i = 0; i < episodes->slot_count; i++)
        episodes->slots[i].episode.gaps += is_open(&episodes->slots[i]);
}

static void take_boot(struct vfj_episodes *episodes)
{
    for (unsigned i = 0; i < episodes->slot_count; i++)
        episodes->slots[i].episode.boots += is_open(&episodes->slots[i]);
}

void vfj_episodes_take(struct vfj_episodes *episodes, const struct vfj_record *record)
{
    struct vfj_point now = point_of(record);
    if (episodes->newest.seq != 0 && episodes->newest.boot != now.boot)
        take_boot(episodes);
    episodes->newest = now;
    if (record->kind == VFJ_RECORD_TRANSITION)
        take_transition(episodes, record, &now);
    else if (vfj_record_is_loss(record))
        take_gap(episodes);
    else if (record->kind == VFJ_EVENT_STARTED)
        take_start(episodes, &now);
    else if (record->kind == VFJ_EVENT_STOPPED)
        episodes->stopped = now;
}

void vfj_episodes_end(struct vfj_episodes *episodes, const struct vfj_point *now)
{
    for (unsigned i = 0; i < episodes->slot_count; i++) {
        struct vfj_episode_slot *slot = &episodes->slots[i];
        put_span(episodes, slot, now);
        if (is_open(slot)) {
            slot->episode.end = *now;
            slot->episode.end.seq = 0;
            if (slot->state < VFJ_SLOT_STATE_COUNT)
                add_us(&slot->episode.state_us[slot->state], vfj_elapsed_us(&slot->since, now));
        }
        put_episode(episodes, slot);
    }
}

void vfj_episodes_join_events(struct vfj_episode *list, size_t count)
{
    size_t first = 0;
    for (size_t i = 1; i < count; i++) {
        if (list[i].kind != VFJ_EPISODE_MIGRATION)
            continue;
        bool is_together = list[first].kind == VFJ_EPISODE_MIGRATION
            && list[first].begin.boot == list[i].begin.boot
            && vfj_elapsed_us(&list[first].begin, &list[i].begin) <= VFJ_TOGETHER_US;
        if (is_together)
            list[i].event = list[first].id;
        else
            first = i;
    }
}
