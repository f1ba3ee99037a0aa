/* Fills the model of a timeline with elements made from records. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/command.h"
#include "core/limits.h"
#include "core/text/kv.h"
#include "store/progress.h"
#include "tools/audit/episode.h"
#include "tools/output.h"
#include "tools/terminal.h"
#include "tools/timeline/fill.h"

static const int64_t century_us = INT64_C(3155760000000000);

static int64_t distance(int64_t from, int64_t to)
{
    if (to <= from)
        return 0;
    bool is_far = from < 0 && to > INT64_MAX + from;
    return is_far || to - from > century_us ? century_us : to - from;
}

static void tick_clock(struct vfj_fill_clock *clock, const struct vfj_record *record)
{
    int64_t passed = 0;
    if (clock->is_begun && clock->boot == record->boot)
        passed = distance(clock->mono_us, record->mono_us);
    else if (clock->is_begun)
        passed = distance(clock->wall_us, record->wall_us);
    clock->is_begun = true;
    clock->boot = record->boot;
    clock->mono_us = record->mono_us;
    clock->wall_us = record->wall_us;
    clock->at_us += clock->at_us < 64 * century_us ? passed : 0;
}

/* Ends the bar with the index `*at` at the present time, and begins a new bar in the lane. */
static void change_bar(struct vfj_fill *fill, size_t *at, struct vfj_item item,
                       const struct vfj_lane *lane)
{
    if (*at != SIZE_MAX)
        fill->model->items[*at].to_us = fill->clock.at_us;
    item.kind = VFJ_ITEM_BAR;
    item.to_us = fill->clock.at_us;
    *at = vfj_fill_add_item(fill, item, lane);
}

/* Draws that the data path moves to hn or to the VF. When `is_known` is true, a line of devd has
 * shown where it was before. */
static void move_path(struct vfj_fill *fill, struct vfj_fill_slot *track, bool to_vf, bool is_known,
                      uint64_t seq)
{
    struct vfj_model *model = fill->model;
    struct vfj_lane *hn = vfj_fill_find_lane(model, VFJ_LANE_HN, track->slot);
    struct vfj_lane *vf = vfj_fill_find_lane(model, VFJ_LANE_VF, track->vf);
    struct vfj_lane *lane = to_vf ? vf : hn, *other = to_vf ? hn : vf;
    struct vfj_item item = {.tone = VFJ_TONE_TRAFFIC,
                            .from_us = fill->clock.at_us,
                            .seq = seq,
                            .label = "traffic",
                            .detail = to_vf ? "the VF has the data path" : "hn has the data path"};
    bool is_same = track->path != SIZE_MAX && lane != NULL
        && model->items[track->path].lane == (unsigned)(lane - model->lanes);
    if (is_same || lane == NULL)
        return;
    if (track->path == SIZE_MAX && is_known && other != NULL) {
        struct vfj_item before = item;
        before.from_us = 0;
        before.from_before = true;
        before.detail = to_vf ? "hn has the data path" : "the VF has the data path";
        change_bar(fill, &track->path, before, other);
    }
    change_bar(fill, &track->path, item, lane);
}

static enum vfj_slot_state state_of(const struct vfj_record *record, const char *key)
{
    struct vfj_kv pair;
    unsigned state = 0;
    if (!vfj_kv_find(record->body, key, &pair))
        return VFJ_SLOT_STATE_COUNT;
    while (state < VFJ_SLOT_STATE_COUNT
           && !vfj_span_is(pair.value, vfj_slot_state_name((enum vfj_slot_state)state)))
        state++;
    return (enum vfj_slot_state)state;
}

static const char *state_label(enum vfj_slot_state state)
{
    return state < VFJ_SLOT_STATE_COUNT ? vfj_slot_state_name(state) : "?";
}

static void take_notice(struct vfj_fill *fill, const struct vfj_record *record,
                        const struct vfj_lane *lane)
{
    struct vfj_kv pair;
    char label[64] = "notice";
    struct vfj_text text = vfj_text_begin(label, sizeof label);
    if (vfj_kv_find(record->body, "reason", &pair))
        vfj_terminal_add(&text, pair.value);
    vfj_fill_add_tick(fill, record, lane, VFJ_TONE_BAD, label);
}

static void take_transition(struct vfj_fill *fill, const struct vfj_record *record)
{
    struct vfj_name slot, vf;
    enum vfj_slot_state from = state_of(record, "from"), to = state_of(record, "to");
    struct vfj_fill_slot *track
        = vfj_fill_name_of(record, "slot", &slot) ? vfj_fill_find_track(fill, slot) : NULL;
    struct vfj_lane *lane = vfj_fill_find_lane(fill->model, VFJ_LANE_STATE, slot);
    if (track == NULL || lane == NULL)
        return;
    if (vfj_fill_name_of(record, "vf", &vf))
        track->vf = vf;
    if (from == to) {
        take_notice(fill, record, lane);
        return;
    }
    vfj_fill_note_delay(track, record);
    struct vfj_item item = {.tone = (uint8_t)to,
                            .from_us = fill->clock.at_us,
                            .seq = record->seq,
                            .cause = vfj_fill_cause_of(fill, record),
                            .label = state_label(to),
                            .detail = vfj_fill_text_of(fill, record, false)};
    if (track->state == SIZE_MAX) {
        struct vfj_item before = {.tone = (uint8_t)from,
                                  .from_us = 0,
                                  .from_before = true,
                                  .seq = record->seq,
                                  .label = state_label(from),
                                  .detail = item.detail};
        change_bar(fill, &track->state, before, lane);
    }
    change_bar(fill, &track->state, item, lane);
    (void)vfj_fill_add_row(fill, record, VFJ_TONE_PLAIN, item.detail);
    if (to == VFJ_SLOT_SWITCHED)
        move_path(fill, track, true, true, record->seq);
    else if (to == VFJ_SLOT_DETACHED || from == VFJ_SLOT_SWITCHED)
        move_path(fill, track, false, from == VFJ_SLOT_SWITCHED, record->seq);
}

static void take_command(struct vfj_fill *fill, const struct vfj_record *record)
{
    struct vfj_name slot;
    struct vfj_kv pair;
    char label[VFJ_FILL_TEXT_SIZE];
    struct vfj_text text = vfj_text_begin(label, sizeof label);
    struct vfj_fill_command *open = &fill->open[fill->open_count];
    struct vfj_lane *lane = vfj_fill_name_of(record, "slot", &slot)
        ? vfj_fill_find_lane(fill->model, VFJ_LANE_COMMANDS, slot)
        : NULL;
    if (fill->open_count == VFJ_FILL_COMMANDS_MAX)
        return;
    bool is_probe = strcmp(vfj_output_word(record), "probe") == 0;
    if (vfj_kv_find(record->body, "argv", &pair))
        vfj_terminal_add(&text, pair.value);
    struct vfj_item item = {.kind = VFJ_ITEM_BOX,
                            .tone = is_probe ? VFJ_TONE_READ : VFJ_TONE_WAITING,
                            .from_us = fill->clock.at_us,
                            .to_us = fill->clock.at_us,
                            .seq = record->seq,
                            .cause = vfj_fill_cause_of(fill, record),
                            .label = is_probe ? "" : vfj_fill_keep(fill, label),
                            .detail = is_probe ? "the guest is observed" : "has not ended"};
    memset(open, 0, sizeof *open);
    open->seq = record->seq;
    open->item = vfj_fill_add_item(fill, item, lane);
    open->element = open->item != SIZE_MAX ? record->seq : item.cause;
    fill->open_count++;
    if (open->item == SIZE_MAX)
        return;
    open->kind = is_probe || vfj_command_decode(record->body, &open->command) != VFJ_OK
        ? VFJ_COMMAND_COUNT
        : open->command.kind;
    open->row = vfj_fill_add_row(fill, record, item.tone, is_probe ? item.detail : item.label);
}

static const char *describe_outcome(struct vfj_fill *fill, const struct vfj_item *item,
                                    const struct vfj_record *record)
{
    char bytes[2 * VFJ_FILL_TEXT_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_add(&text, item->label);
    vfj_text_add(&text, ": ");
    vfj_text_add(&text, vfj_output_text(record, VFJ_LAYOUT_TEXT, false));
    if (text.overflow)
        memcpy(bytes + sizeof bytes - 4, "...", 4);
    return vfj_fill_keep(fill, bytes);
}

/* Ends the box of a command: sets its length and its colour. */
static void end_command(struct vfj_fill *fill, const struct vfj_record *record,
                        struct vfj_fill_command *open)
{
    struct vfj_item *item = &fill->model->items[open->item];
    const struct vfj_outcome *outcome = &fill->event.as.finished;
    item->to_us = fill->clock.at_us;
    if (record->kind == VFJ_EVENT_OBSERVED)
        return;
    if (vfj_event_decode(VFJ_EVENT_FINISHED, record->body, &fill->event) != VFJ_OK)
        return;
    bool ran = vfj_outcome_ran(outcome);
    bool is_ok = open->kind == VFJ_COMMAND_COUNT ? vfj_outcome_ok(outcome)
                                                 : vfj_command_succeeded(&open->command, outcome);
    if (ran && outcome->duration_us >= 0 && item->to_us - item->from_us > outcome->duration_us)
        item->from_us = item->to_us - outcome->duration_us;
    if (!ran)
        item->from_us = item->to_us;
    item->tone = ran                          ? (is_ok ? VFJ_TONE_GOOD : VFJ_TONE_BAD)
        : outcome->kind == VFJ_OUTCOME_ABSENT ? VFJ_TONE_BAD
                                              : VFJ_TONE_WAITING;
    item->detail = describe_outcome(fill, item, record);
    if (open->row != SIZE_MAX) {
        fill->model->rows[open->row].text = item->detail;
        fill->model->rows[open->row].tone = item->tone;
    }
}

static void take_answer(struct vfj_fill *fill, const struct vfj_record *record)
{
    for (unsigned i = 0; i < fill->open_count; i++) {
        if (fill->open[i].seq != record->cause)
            continue;
        if (fill->open[i].item != SIZE_MAX)
            end_command(fill, record, &fill->open[i]);
        fill->open[i] = fill->open[--fill->open_count];
        return;
    }
}

static void take_observed(struct vfj_fill *fill, const struct vfj_record *record)
{
    struct vfj_observation *observed = &fill->event.as.observed;
    take_answer(fill, record);
    if (vfj_event_decode(VFJ_EVENT_OBSERVED, record->body, &fill->event) != VFJ_OK || !observed->ok
        || observed->probe != VFJ_PROBE_SLOT)
        return;
    struct vfj_fill_slot *track = vfj_fill_find_track(fill, observed->as.view.hn_name);
    if (track == NULL)
        return;
    if (vfj_name_is_empty(track->vf))
        track->vf = vfj_view_vf(&observed->as.view);
    size_t path = track->path;
    move_path(fill, track, !vfj_name_is_empty(observed->as.view.rxvf), false, record->seq);
    if (track->path != path)
        (void)vfj_fill_add_row(fill, record, VFJ_TONE_PLAIN,
                               fill->model->items[track->path].detail);
}

static const char *label_of(const struct vfj_devd *devd)
{
    switch ((enum vfj_devd_kind)devd->kind) {
    case VFJ_DEVD_VF_ATTACHED:
        return "attached";
    case VFJ_DEVD_VF_DETACHED:
        return "detached";
    case VFJ_DEVD_LINK:
        return devd->link_up ? "link up" : "link down";
    case VFJ_DEVD_VF_UP:
    case VFJ_DEVD_VF_DOWN:
    case VFJ_DEVD_RENAMED:
    case VFJ_DEVD_ADDRESS:
    case VFJ_DEVD_OTHER:
    case VFJ_DEVD_COUNT:
        break;
    }
    return vfj_devd_kind_name((enum vfj_devd_kind)devd->kind);
}

static void take_devd(struct vfj_fill *fill, const struct vfj_record *record)
{
    struct vfj_devd devd;
    vfj_devd_parse(record->body, &devd);
    struct vfj_lane *lane = vfj_fill_find_interface(fill->model, devd.name);
    if (devd.kind == VFJ_DEVD_OTHER || devd.kind == VFJ_DEVD_ADDRESS
        || vfj_name_is_empty(devd.name))
        return;
    vfj_fill_add_tick(fill, record, lane, VFJ_TONE_PLAIN, label_of(&devd));
    struct vfj_fill_slot *track = vfj_fill_find_track(fill, devd.name);
    if (track != NULL && (devd.kind == VFJ_DEVD_VF_UP || devd.kind == VFJ_DEVD_VF_DOWN))
        move_path(fill, track, devd.kind == VFJ_DEVD_VF_UP, true, record->seq);
}

static void add_gap(struct vfj_fill *fill, const struct vfj_record *record, int64_t from_us)
{
    struct vfj_item item = {.kind = VFJ_ITEM_GAP,
                            .tone = VFJ_TONE_BAD,
                            .from_us = from_us,
                            .to_us = fill->clock.at_us,
                            .seq = record->seq,
                            .label = "no record",
                            .detail = vfj_fill_text_of(fill, record, false)};
    (void)vfj_fill_add_item(fill, item, &fill->model->lanes[0]);
}

static void end_box(struct vfj_fill *fill, const struct vfj_fill_command *open, int64_t at_us)
{
    if (open->item != SIZE_MAX)
        fill->model->items[open->item].to_us = at_us;
}

/* Handles the start of a daemon. Commands of the previous daemon will have no outcome. */
static void take_started(struct vfj_fill *fill, const struct vfj_record *record)
{
    for (unsigned i = 0; i < fill->open_count; i++)
        end_box(fill, &fill->open[i], fill->clock.at_us);
    fill->open_count = 0;
    if (fill->stopped_us >= 0)
        add_gap(fill, record, fill->stopped_us);
    fill->stopped_us = -1;
}

/* Adds a mark for an event of Azure Scheduled Events. A row about the service itself is not
 * drawn. */
static void take_scheduled(struct vfj_fill *fill, const struct vfj_record *record)
{
    struct vfj_scheduled row;
    if (vfj_scheduled_decode(record->body, &row) && vfj_scheduled_is_event(&row))
        vfj_fill_add_tick(fill, record, &fill->model->lanes[0], VFJ_TONE_PLAIN,
                          vfj_scheduled_phase_name((enum vfj_scheduled_phase)row.phase));
}

static void take(struct vfj_fill *fill, const struct vfj_record *record, int64_t before_us)
{
    const struct vfj_lane *daemon = &fill->model->lanes[0];
    switch ((unsigned)record->kind) {
    case VFJ_EVENT_STARTED:
        take_started(fill, record);
        vfj_fill_add_tick(fill, record, daemon, VFJ_TONE_PLAIN, "started");
        break;
    case VFJ_EVENT_STOPPED:
        fill->stopped_us = fill->clock.at_us;
        vfj_fill_add_tick(fill, record, daemon, VFJ_TONE_PLAIN, "stopped");
        break;
    case VFJ_EVENT_GAP:
        add_gap(fill, record, before_us);
        vfj_fill_add_tick(fill, record, daemon, VFJ_TONE_BAD, "gap");
        break;
    case VFJ_EVENT_SCHEDULED:
        take_scheduled(fill, record);
        break;
    case VFJ_RECORD_JOURNAL:
        vfj_fill_add_tick(fill, record, daemon, VFJ_TONE_PLAIN, "journal");
        break;
    case VFJ_EVENT_DEVD:
        take_devd(fill, record);
        break;
    case VFJ_EVENT_OBSERVED:
        take_observed(fill, record);
        break;
    case VFJ_EVENT_FINISHED:
        take_answer(fill, record);
        break;
    case VFJ_RECORD_TRANSITION:
        take_transition(fill, record);
        break;
    case VFJ_RECORD_COMMAND:
        take_command(fill, record);
        break;
    default: /* records of other kinds are not drawn */
        break;
    }
}

typedef void take_function(struct vfj_fill *fill, const struct vfj_record *record);

static void take_element(struct vfj_fill *fill, const struct vfj_record *record)
{
    int64_t before_us = fill->clock.at_us;
    bool is_first = !fill->clock.is_begun;
    tick_clock(&fill->clock, record);
    if (is_first)
        fill->model->begin_wall_us = record->wall_us;
    vfj_fill_note_event(fill, record);
    vfj_fill_take_slow(fill, record);
    take(fill, record, before_us);
}

/* Makes the lanes for the names in a record. Also finds the first and the last record of the period
 * to draw. */
static void take_names(struct vfj_fill *fill, const struct vfj_record *record)
{
    if (fill->named == 0)
        fill->first = record->seq;
    fill->named = record->seq;
    vfj_fill_name_lanes(fill, record);
}

static enum vfj_status walk(struct vfj_fill *fill, struct vfj_journal *journal,
                            take_function *function)
{
    struct vfj_record record;
    enum vfj_status status;
    uint64_t last = fill->last;
    vfj_progress_begin("reading records", "records", last == UINT64_MAX ? 0 : last);
    vfj_journal_walk(journal, fill->first, VFJ_FORWARD);
    while ((status = vfj_journal_next(journal, &record)) == VFJ_OK && !fill->no_memory
           && record.seq <= last) {
        vfj_progress_set(record.seq);
        if (vfj_fill_is_inside(fill->window, &record))
            function(fill, &record);
    }
    vfj_journal_walk_end(journal);
    return fill->no_memory ? VFJ_SYSTEM : status == VFJ_END ? VFJ_OK : status;
}

static void end_bar(struct vfj_model *model, size_t item)
{
    if (item == SIZE_MAX)
        return;
    model->items[item].to_us = model->end_us;
    model->items[item].to_after = true;
}

/* Ends the elements that last to the end of the drawing: states, the data path, and running
 * commands. */
static void end_items(struct vfj_fill *fill)
{
    struct vfj_model *model = fill->model;
    model->end_us = fill->clock.at_us;
    for (unsigned i = 0; i < fill->track_count; i++) {
        end_bar(model, fill->tracks[i].state);
        end_bar(model, fill->tracks[i].path);
        end_bar(model, fill->tracks[i].slow);
    }
    for (unsigned i = 0; i < fill->open_count; i++)
        end_box(fill, &fill->open[i], model->end_us);
}

static int compare_seqs(const void *a, const void *b)
{
    uint64_t left = ((const struct vfj_table_row *)a)->seq;
    uint64_t right = ((const struct vfj_table_row *)b)->seq;
    return (left > right) - (left < right);
}

/* Removes references to rows that are not in the table. This happens when an element began before
 * the first drawn record. */
static void drop_absent_rows(struct vfj_model *model)
{
    for (size_t i = 0; i < model->count; i++) {
        const struct vfj_table_row key = {.seq = model->items[i].seq};
        if (model->row_count == 0
            || bsearch(&key, model->rows, model->row_count, sizeof key, compare_seqs) == NULL)
            model->items[i].seq = 0;
    }
}

enum vfj_status vfj_model_fill(struct vfj_model *model, struct vfj_journal *journal,
                               const struct vfj_window *window)
{
    const struct vfj_name none = {{0}};
    struct vfj_fill *fill = calloc(1, sizeof *fill);
    if (fill == NULL)
        return VFJ_SYSTEM;
    fill->model = model;
    fill->window = window;
    fill->stopped_us = -1;
    fill->first = window->first;
    fill->last = window->last;
    vfj_fill_add_lane(model, VFJ_LANE_DAEMON, none, none);
    enum vfj_status status = walk(fill, journal, take_names);
    fill->last = fill->named;
    if (status == VFJ_OK || status == VFJ_JOURNAL_DAMAGED)
        status = walk(fill, journal, vfj_fill_name_others);
    vfj_fill_sort_lanes(fill);
    vfj_fill_begin_slow(fill);
    if (status == VFJ_OK || status == VFJ_JOURNAL_DAMAGED)
        status = walk(fill, journal, take_element);
    end_items(fill);
    vfj_fill_add_announced(fill);
    drop_absent_rows(model);
    vfj_fill_drop_empty_lanes(model);
    free(fill);
    return status;
}
