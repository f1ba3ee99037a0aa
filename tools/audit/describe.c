/* Describes episodes, times in which a slot was without its VF, in words and as JSON. */
#include "tools/audit/describe.h"

#include <string.h>

#include "tools/scheduled_text.h"

/* The limit of the search for other episodes of the same host event. They are near each other in
 * the list, but other episodes may begin between them. */
enum { LOOK_MAX = 2 * VFJ_SLOTS_MAX };

void vfj_episode_add_vf(struct vfj_text *text, const struct vfj_episode *episode)
{
    const char *before = episode->vf_before.text, *after = episode->vf_after.text;
    if (before[0] != '\0')
        vfj_text_add(text, before);
    if (before[0] == '\0' || strcmp(before, after) != 0) {
        vfj_text_add(text, before[0] != '\0' ? " -> " : "");
        vfj_text_add(text, after[0] != '\0' ? after : "-");
    }
}

const char *vfj_vf_driver(struct vfj_name vf)
{
    /* the beginning of the VF's name, and the manual page of its driver in FreeBSD */
    static const char *const drivers[][2]
        = {{"mce", "mlx5en(4)"}, {"mlxen", "mlx4en(4)"}, {"mana", "mana(4)"},  {"ixv", "ixgbe(4)"},
           {"ixlv", "iavf(4)"},  {"iavf", "iavf(4)"},    {"vtnet", "vtnet(4)"}};
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        if (vfj_name_has_driver(vf, drivers[i][0]))
            return drivers[i][1];
    }
    return "";
}

static void add_note(struct vfj_text *text, const char *note)
{
    vfj_text_add(text, text->length > 0 ? ", " : "");
    vfj_text_add(text, note);
}

static void add_count(struct vfj_text *text, unsigned count, const char *one, const char *many)
{
    if (count == 0)
        return;
    add_note(text, "");
    vfj_text_add_u64(text, count);
    vfj_text_add(text, count == 1 ? one : many);
}

void vfj_announcement_add(struct vfj_text *text, const struct vfj_announcement *announcement)
{
    vfj_scheduled_add_nature(text, announcement->event.type, announcement->event.text);
    if (announcement->event.duration_s >= 0)
        vfj_text_format(text, ", %d s", (int)announcement->event.duration_s);
}

int64_t vfj_announcement_notice_us(const struct vfj_announcement *announcement,
                                   const struct vfj_episode *episode)
{
    const struct vfj_point *first
        = announcement->announced.seq != 0 ? &announcement->announced : &announcement->started;
    return first->seq < episode->id ? vfj_elapsed_us(first, &episode->begin) : 0;
}

static void add_announcement(struct vfj_text *notes, const struct vfj_episode *episode)
{
    const struct vfj_announcement *announcement = episode->announcement;
    if (announcement == NULL) {
        if (vfj_episode_is_unannounced(episode))
            add_note(notes, "not announced");
        return;
    }
    add_note(notes,
             vfj_announcement_notice_us(announcement, episode) > 0 ? "announced: "
                                                                   : "told later: ");
    vfj_announcement_add(notes, announcement);
}

void vfj_episode_add_notes(struct vfj_text *text, const struct vfj_episode *episode,
                           unsigned others)
{
    char bytes[512];
    struct vfj_text notes = vfj_text_begin(bytes, sizeof bytes);
    if (episode->kind != VFJ_EPISODE_MIGRATION)
        add_note(&notes, vfj_episode_kind_name((enum vfj_episode_kind)episode->kind));
    if (episode->event != episode->id || others > 0)
        vfj_text_format(&notes, "%shost event %llu", notes.length > 0 ? ", " : "",
                        (unsigned long long)episode->event);
    add_announcement(&notes, episode);
    if (episode->began_before)
        add_note(&notes, "began before the first record");
    if (episode->ended_by == VFJ_REASON_HN_RENAMED)
        add_note(&notes, vfj_reason_name(VFJ_REASON_HN_RENAMED));
    if (episode->leaves > 1)
        vfj_text_format(&notes, "%sleft %u times", notes.length > 0 ? ", " : "", episode->leaves);
    add_count(&notes, episode->commands.failed, " failed command", " failed commands");
    for (unsigned i = 0; i < VFJ_EPISODE_FINDINGS_MAX && episode->findings[i] != VFJ_REASON_NONE;
         i++)
        add_note(&notes, vfj_reason_name((enum vfj_reason)episode->findings[i]));
    add_count(&notes, episode->gaps, " gap", " gaps");
    add_count(&notes, episode->restarts, " daemon start", " daemon starts");
    add_count(&notes, episode->boots, " boot", " boots");
    vfj_text_add(text, bytes);
}

unsigned vfj_episode_count_others(const struct vfj_episode *list, size_t count, size_t index)
{
    unsigned others = 0;
    size_t first = index;
    while (first > 0 && index - first < LOOK_MAX && list[first - 1].id >= list[index].event)
        first--;
    for (size_t i = first; i < count && i - first < LOOK_MAX
         && (list[i].begin.boot == list[index].begin.boot
             && vfj_elapsed_us(&list[first].begin, &list[i].begin) <= VFJ_TOGETHER_US);
         i++)
        others += i != index && list[i].event == list[index].event;
    return others;
}

void vfj_point_add_json(struct vfj_json *json, const char *key, const struct vfj_point *point)
{
    char bytes[64];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    if (point->seq == 0)
        return;
    vfj_time_add_rfc3339(&text, point->wall_us);
    vfj_json_add_string(json, key, bytes);
}

static void add_vf(struct vfj_json *json, const char *key, const char *driver_key,
                   struct vfj_name vf)
{
    if (vfj_name_is_empty(vf))
        return;
    vfj_json_add_string(json, key, vf.text);
    if (vfj_vf_driver(vf)[0] != '\0')
        vfj_json_add_string(json, driver_key, vfj_vf_driver(vf));
}

static void add_states(struct vfj_json *json, const struct vfj_episode *episode)
{
    char key[64];
    for (unsigned i = 0; i < VFJ_SLOT_STATE_COUNT; i++) {
        struct vfj_text text = vfj_text_begin(key, sizeof key);
        if (vfj_state_is_fast((enum vfj_slot_state)i))
            continue;
        vfj_text_add(&text, "states.");
        vfj_text_add(&text, vfj_slot_state_name((enum vfj_slot_state)i));
        vfj_json_add_duration(json, key, episode->state_us[i]);
    }
}

/* Adds whether the episode was announced, and how. Adds nothing when this is unknown because nobody
 * asked Azure's service at that time. */
static void add_announcement_json(struct vfj_json *json, const struct vfj_episode *episode)
{
    const struct vfj_announcement *announcement = episode->announcement;
    char bytes[64];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    if (announcement == NULL) {
        if (vfj_episode_is_unannounced(episode))
            vfj_json_add_bool(json, "announced", false);
        return;
    }
    int64_t notice_us = vfj_announcement_notice_us(announcement, episode);
    vfj_json_add_bool(json, "announced", notice_us > 0);
    vfj_json_add_duration(json, "announced_before", notice_us);
    vfj_json_add_string(json, "announcement", announcement->event.id);
    vfj_json_add_string(json, "announced_type", announcement->event.type);
    if (announcement->event.duration_s >= 0)
        vfj_json_add_duration(json, "announced_duration",
                              announcement->event.duration_s * INT64_C(1000000));
    if (announcement->not_before_s > 0) {
        vfj_time_add_rfc3339(&text, announcement->not_before_s * INT64_C(1000000));
        vfj_json_add_string(json, "announced_not_before", bytes);
    }
    vfj_point_add_json(json, "announced_at", &announcement->announced);
    vfj_point_add_json(json, "announced_started", &announcement->started);
    vfj_point_add_json(json, "announced_over", &announcement->over);
    if (announcement->event.text[0] != '\0')
        vfj_json_add_string(json, "announced_text", announcement->event.text);
}

void vfj_episode_add_json(struct vfj_json *json, const struct vfj_episode *episode, int64_t slow_us)
{
    vfj_json_add_integer(json, "migration", (int64_t)episode->id);
    vfj_json_add_integer(json, "host_event", (int64_t)episode->event);
    vfj_json_add_string(json, "slot", episode->slot.text);
    vfj_json_add_string(json, "kind", vfj_episode_kind_name((enum vfj_episode_kind)episode->kind));
    vfj_json_add_string(json, "verdict",
                        vfj_episode_verdict_name(vfj_episode_verdict(episode, slow_us)));
    vfj_point_add_json(json, "begin", &episode->begin);
    vfj_point_add_json(json, "end", &episode->end);
    vfj_json_add_bool(json, "began_before_first_record", episode->began_before);
    vfj_json_add_duration(json, "slow_path", vfj_episode_us(episode));
    vfj_json_add_string(json, "began_by", vfj_reason_name((enum vfj_reason)episode->began_by));
    if (episode->ended_by != VFJ_REASON_NONE)
        vfj_json_add_string(json, "ended_by", vfj_reason_name((enum vfj_reason)episode->ended_by));
    if (episode->state < VFJ_SLOT_STATE_COUNT)
        vfj_json_add_string(json, "state",
                            vfj_slot_state_name((enum vfj_slot_state)episode->state));
    add_vf(json, "vf_before", "driver_before", episode->vf_before);
    add_vf(json, "vf_after", "driver_after", episode->vf_after);
    add_states(json, episode);
    vfj_json_add_integer(json, "leaves", episode->leaves);
    vfj_json_add_integer(json, "commands", episode->commands.ran);
    vfj_json_add_integer(json, "failed_commands", episode->commands.failed);
    vfj_json_add_integer(json, "commands_not_run", episode->commands.not_run);
    vfj_json_add_duration(json, "command_time", episode->commands.us);
    vfj_json_add_list(json, "findings");
    for (unsigned i = 0; i < VFJ_EPISODE_FINDINGS_MAX && episode->findings[i] != VFJ_REASON_NONE;
         i++)
        vfj_json_add_item(json, "findings", vfj_reason_name((enum vfj_reason)episode->findings[i]));
    vfj_json_add_integer(json, "gaps", episode->gaps);
    vfj_json_add_integer(json, "daemon_starts", episode->restarts);
    vfj_json_add_duration(json, "without_daemon", episode->away_us);
    vfj_json_add_integer(json, "boots", episode->boots);
    add_announcement_json(json, episode);
}
