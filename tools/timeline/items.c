/* Makes the elements of a timeline and the rows of its table. Also makes the elements for times
 * without the VF. */
#include <stdlib.h>
#include <string.h>

#include "store/secret.h"
#include "tools/audit/describe.h"
#include "tools/audit/episode.h"
#include "tools/output.h"
#include "tools/timeline/fill.h"

const char *vfj_fill_keep(struct vfj_fill *fill, const char *text)
{
    char bytes[2 * VFJ_FILL_TEXT_SIZE];
    struct vfj_text safe = vfj_text_begin(bytes, sizeof bytes);
    vfj_secret_add(&safe, vfj_span_of(text));
    const char *kept = vfj_model_keep(fill->model, bytes);
    fill->no_memory |= kept == NULL;
    return kept != NULL ? kept : "";
}

size_t vfj_fill_add_item(struct vfj_fill *fill, struct vfj_item item, const struct vfj_lane *lane)
{
    struct vfj_model *model = fill->model;
    if (lane == NULL)
        return SIZE_MAX;
    if (model->count == vfj_model_most(model)) {
        model->is_cut = true;
        return SIZE_MAX;
    }
    if (model->count == model->room) {
        size_t room = model->room > 0 ? 2 * model->room : 128;
        struct vfj_item *items = realloc(model->items, room * sizeof *items);
        if (items == NULL) {
            fill->no_memory = true;
            return SIZE_MAX;
        }
        model->items = items;
        model->room = room;
    }
    item.lane = (unsigned)(lane - model->lanes);
    model->items[model->count] = item;
    return model->count++;
}

size_t vfj_fill_add_row(struct vfj_fill *fill, const struct vfj_record *record, uint8_t tone,
                        const char *text)
{
    struct vfj_model *model = fill->model;
    if (model->row_count == vfj_model_most(model))
        return SIZE_MAX;
    if (model->row_count == model->row_room) {
        size_t room = model->row_room > 0 ? 2 * model->row_room : 128;
        struct vfj_table_row *rows = realloc(model->rows, room * sizeof *rows);
        if (rows == NULL) {
            fill->no_memory = true;
            return SIZE_MAX;
        }
        model->rows = rows;
        model->row_room = room;
    }
    model->rows[model->row_count]
        = (struct vfj_table_row){.seq = record->seq,
                                 .at_us = fill->clock.at_us,
                                 .wall_us = record->wall_us,
                                 .tone = tone,
                                 .who = vfj_record_who(record),
                                 .word = vfj_fill_keep(fill, vfj_output_word(record)),
                                 .text = text};
    return model->row_count++;
}

const char *vfj_fill_text_of(struct vfj_fill *fill, const struct vfj_record *record, bool rows)
{
    char bytes[VFJ_FILL_TEXT_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_add(&text, vfj_output_text(record, VFJ_LAYOUT_TEXT, rows));
    if (text.overflow)
        memcpy(bytes + sizeof bytes - 4, "...", 4);
    return vfj_fill_keep(fill, bytes);
}

void vfj_fill_add_tick(struct vfj_fill *fill, const struct vfj_record *record,
                       const struct vfj_lane *lane, uint8_t tone, const char *label)
{
    struct vfj_item item = {.kind = VFJ_ITEM_TICK,
                            .tone = tone,
                            .from_us = fill->clock.at_us,
                            .to_us = fill->clock.at_us,
                            .seq = record->seq};
    if (lane == NULL)
        return;
    item.label = vfj_fill_keep(fill, label);
    item.detail = vfj_fill_text_of(fill, record, false);
    if (vfj_fill_add_item(fill, item, lane) != SIZE_MAX)
        (void)vfj_fill_add_row(fill, record, tone, item.detail);
}

struct vfj_fill_slot *vfj_fill_find_track(struct vfj_fill *fill, struct vfj_name slot)
{
    for (unsigned i = 0; i < fill->track_count; i++) {
        if (vfj_name_equal(fill->tracks[i].slot, slot))
            return &fill->tracks[i];
    }
    return NULL;
}

/* Begins the element for a time without the VF. Its label has the duration and the verdict, such as
 * "16.4 s, clean". */
static void open_slow(struct vfj_fill *fill, struct vfj_fill_slot *track,
                      const struct vfj_episode *episode)
{
    static const uint8_t tones[VFJ_EPISODE_VERDICT_COUNT] = {
        [VFJ_EPISODE_CLEAN] = VFJ_TONE_GOOD,
        [VFJ_EPISODE_SLOW] = VFJ_TONE_WAITING,
        [VFJ_EPISODE_FAILED] = VFJ_TONE_BAD,
        [VFJ_EPISODE_UNFINISHED] = VFJ_TONE_BAD,
    };
    char bytes[64];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    enum vfj_episode_verdict verdict = vfj_episode_verdict(episode, VFJ_SLOW_US);
    vfj_time_add_duration(&text, vfj_episode_us(episode));
    vfj_text_format(&text, ", %s", vfj_episode_verdict_name(verdict));
    struct vfj_item item = {.kind = VFJ_ITEM_BAR,
                            .tone = tones[verdict],
                            .from_us = fill->clock.at_us,
                            .to_us = fill->clock.at_us,
                            .seq = episode->id,
                            .label = vfj_fill_keep(fill, bytes),
                            .detail = "without the fast path"};
    track->episode = episode;
    track->slow = vfj_fill_add_item(fill, item,
                                    vfj_fill_find_lane(fill->model, VFJ_LANE_SLOW, track->slot));
}

void vfj_fill_begin_slow(struct vfj_fill *fill)
{
    for (size_t i = 0; i < fill->window->episode_count; i++) {
        const struct vfj_episode *episode = &fill->window->episodes[i];
        struct vfj_fill_slot *track = vfj_fill_find_track(fill, episode->slot);
        if (track != NULL && episode->id < fill->first
            && (episode->end.seq == 0 || episode->end.seq > fill->first)) {
            open_slow(fill, track, episode);
            if (track->slow != SIZE_MAX)
                fill->model->items[track->slow].from_before = true;
        }
    }
}

static const struct vfj_episode *find_episode(const struct vfj_window *window, uint64_t id)
{
    size_t low = 0, high = window->episode_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (window->episodes[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < window->episode_count && window->episodes[low].id == id;
    return found ? &window->episodes[low] : NULL;
}

void vfj_fill_take_slow(struct vfj_fill *fill, const struct vfj_record *record)
{
    if (record->kind != VFJ_RECORD_TRANSITION)
        return;
    for (unsigned i = 0; i < fill->track_count; i++) {
        struct vfj_fill_slot *track = &fill->tracks[i];
        if (track->slow == SIZE_MAX || track->episode->end.seq != record->seq)
            continue;
        fill->model->items[track->slow].to_us = fill->clock.at_us;
        track->slow = SIZE_MAX;
    }
    const struct vfj_episode *episode = find_episode(fill->window, record->seq);
    struct vfj_fill_slot *track = episode != NULL ? vfj_fill_find_track(fill, episode->slot) : NULL;
    if (track != NULL)
        open_slow(fill, track, episode);
}

/* Adds a bar for the time that Azure had announced for the episode. */
static void add_announced(struct vfj_fill *fill, const struct vfj_episode *episode)
{
    const struct vfj_announcement *announcement = episode->announcement;
    struct vfj_model *model = fill->model;
    char bytes[96], detail[VFJ_FILL_TEXT_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    int64_t begin_us = announcement->not_before_s > 0
        ? announcement->not_before_s * INT64_C(1000000)
        : vfj_announcement_begin_us(announcement);
    int64_t length_us = announcement->event.duration_s > 0
        ? announcement->event.duration_s * INT64_C(1000000)
        : 0;
    int64_t from_us = begin_us - model->begin_wall_us, to_us = from_us + length_us;
    if (to_us < 0 || from_us > model->end_us)
        return;
    vfj_announcement_add(&text, announcement);
    text = vfj_text_begin(detail, sizeof detail);
    vfj_text_format(&text, "announced as %s: %s", bytes, announcement->event.text);
    const struct vfj_item item = {.kind = VFJ_ITEM_BAR,
                                  .tone = VFJ_TONE_READ,
                                  .from_us = from_us > 0 ? from_us : 0,
                                  .to_us = to_us < model->end_us ? to_us : model->end_us,
                                  .from_before = from_us<0, .to_after = to_us> model->end_us,
                                  .label = vfj_fill_keep(fill, bytes),
                                  .detail = vfj_fill_keep(fill, detail)};
    (void)vfj_fill_add_item(fill, item,
                            vfj_fill_find_lane(model, VFJ_LANE_ANNOUNCED, episode->slot));
}

void vfj_fill_add_announced(struct vfj_fill *fill)
{
    const struct vfj_window *window = fill->window;
    for (size_t i = 0; i < window->episode_count; i++) {
        const struct vfj_episode *episode = &window->episodes[i];
        bool is_inside = episode->id <= fill->named
            && (episode->end.seq == 0 || episode->end.seq >= fill->first);
        if (is_inside && episode->announcement != NULL
            && vfj_fill_find_track(fill, episode->slot) != NULL)
            add_announced(fill, episode);
    }
}
