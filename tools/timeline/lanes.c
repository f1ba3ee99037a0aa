/* Makes the lanes of a timeline, for the slots and interfaces that its records name. */
#include <string.h>

#include "core/text/kv.h"
#include "tools/timeline/fill.h"

bool vfj_fill_is_inside(const struct vfj_window *window, const struct vfj_record *record)
{
    return record->seq >= window->first && record->wall_us >= window->since_us
        && record->wall_us <= window->until_us;
}

bool vfj_fill_name_of(const struct vfj_record *record, const char *key, struct vfj_name *name)
{
    struct vfj_kv pair;
    char value[VFJ_NAME_SIZE];
    *name = (struct vfj_name){{0}};
    return vfj_kv_find(record->body, key, &pair) && vfj_kv_value(&pair, value, sizeof value)
        && vfj_name_parse(vfj_span_of(value), name);
}

static bool wants(const struct vfj_fill *fill, struct vfj_name slot)
{
    bool wanted = fill->window->slot_count == 0;
    for (unsigned i = 0; i < fill->window->slot_count; i++)
        wanted |= vfj_name_equal(fill->window->slots[i], slot);
    return wanted;
}

struct vfj_lane *vfj_fill_find_lane(struct vfj_model *model, enum vfj_lane_kind kind,
                                    struct vfj_name name)
{
    for (unsigned i = 0; i < model->lane_count; i++) {
        if (model->lanes[i].kind == kind && vfj_name_equal(model->lanes[i].name, name))
            return &model->lanes[i];
    }
    return NULL;
}

struct vfj_lane *vfj_fill_find_interface(struct vfj_model *model, struct vfj_name name)
{
    struct vfj_lane *lane = vfj_fill_find_lane(model, VFJ_LANE_HN, name);
    if (lane == NULL)
        lane = vfj_fill_find_lane(model, VFJ_LANE_VF, name);
    return lane != NULL ? lane : vfj_fill_find_lane(model, VFJ_LANE_LAGG, name);
}

void vfj_fill_add_lane(struct vfj_model *model, enum vfj_lane_kind kind, struct vfj_name slot,
                       struct vfj_name name)
{
    bool is_interface = kind == VFJ_LANE_HN || kind == VFJ_LANE_VF || kind == VFJ_LANE_LAGG;
    bool is_there = !is_interface
        ? vfj_fill_find_lane(model, kind, name) != NULL
        : vfj_name_is_empty(name) || vfj_fill_find_interface(model, name) != NULL;
    if (!is_there && model->lane_count < VFJ_LANES_MAX)
        model->lanes[model->lane_count++]
            = (struct vfj_lane){.kind = (uint8_t)kind, .slot = slot, .name = name};
}

static void add_slot(struct vfj_fill *fill, struct vfj_name slot)
{
    struct vfj_model *model = fill->model;
    if (vfj_fill_find_lane(model, VFJ_LANE_STATE, slot) != NULL
        || fill->track_count == VFJ_SLOTS_MAX)
        return;
    fill->tracks[fill->track_count++] = (struct vfj_fill_slot){
        .slot = slot, .state = SIZE_MAX, .path = SIZE_MAX, .slow = SIZE_MAX};
    vfj_fill_add_lane(model, VFJ_LANE_ANNOUNCED, slot, slot);
    vfj_fill_add_lane(model, VFJ_LANE_SLOW, slot, slot);
    vfj_fill_add_lane(model, VFJ_LANE_STATE, slot, slot);
    vfj_fill_add_lane(model, VFJ_LANE_HN, slot, slot);
    vfj_fill_add_lane(model, VFJ_LANE_COMMANDS, slot, slot);
}

/* Adds a lane for a slot's VF. Records the first VF of a slot: it had the data path if the first
 * devd line about the data path reports that the VF lost it. */
static void add_vf(struct vfj_fill *fill, struct vfj_name slot, struct vfj_name vf)
{
    vfj_fill_add_lane(fill->model, VFJ_LANE_VF, slot, vf);
    for (unsigned i = 0; i < fill->track_count; i++) {
        struct vfj_fill_slot *track = &fill->tracks[i];
        if (vfj_name_equal(track->slot, slot) && vfj_name_is_empty(track->vf))
            track->vf = vf;
    }
}

static void add_lagg(struct vfj_fill *fill, struct vfj_name slot, struct vfj_name name)
{
    if (strncmp(name.text, "lagg", 4) == 0)
        vfj_fill_add_lane(fill->model, VFJ_LANE_LAGG, slot, name);
}

void vfj_fill_name_lanes(struct vfj_fill *fill, const struct vfj_record *record)
{
    struct vfj_command command;
    struct vfj_devd devd;
    struct vfj_name slot, vf;
    if (vfj_record_is_decided(record) && vfj_fill_name_of(record, "slot", &slot)
        && wants(fill, slot)) {
        add_slot(fill, slot);
        if (vfj_fill_name_of(record, "vf", &vf))
            add_vf(fill, slot, vf);
        if (record->kind == VFJ_RECORD_COMMAND
            && vfj_command_decode(record->body, &command) == VFJ_OK) {
            add_lagg(fill, slot, command.a);
            add_lagg(fill, slot, command.b);
        }
    }
    if (record->kind != VFJ_EVENT_DEVD || record->note.length > 0)
        return;
    vfj_devd_parse(record->body, &devd);
    if ((devd.kind == VFJ_DEVD_VF_UP || devd.kind == VFJ_DEVD_VF_DOWN) && wants(fill, devd.name))
        add_slot(fill, devd.name);
}

void vfj_fill_name_others(struct vfj_fill *fill, const struct vfj_record *record)
{
    struct vfj_devd devd;
    const struct vfj_name none = {{0}};
    if (record->kind != VFJ_EVENT_DEVD || record->note.length > 0 || fill->window->slot_count > 0)
        return;
    vfj_devd_parse(record->body, &devd);
    if (devd.kind == VFJ_DEVD_VF_ATTACHED)
        vfj_fill_add_lane(fill->model, VFJ_LANE_VF, none, devd.name);
}

static unsigned order_of(const struct vfj_fill *fill, const struct vfj_lane *lane)
{
    unsigned i = 0;
    if (lane->kind == VFJ_LANE_DAEMON)
        return 0;
    while (i < fill->track_count && !vfj_name_equal(fill->tracks[i].slot, lane->slot))
        i++;
    return (i + 1) * 16 + lane->kind;
}

void vfj_fill_sort_lanes(struct vfj_fill *fill)
{
    struct vfj_lane *lanes = fill->model->lanes;
    for (unsigned i = 1; i < fill->model->lane_count; i++) {
        struct vfj_lane lane = lanes[i];
        unsigned at = i;
        for (; at > 0 && order_of(fill, &lanes[at - 1]) > order_of(fill, &lane); at--)
            lanes[at] = lanes[at - 1];
        lanes[at] = lane;
    }
}

void vfj_fill_drop_empty_lanes(struct vfj_model *model)
{
    unsigned to[VFJ_LANES_MAX], used = 0;
    bool has_items[VFJ_LANES_MAX] = {false};
    for (size_t i = 0; i < model->count; i++)
        has_items[model->items[i].lane] = true;
    for (unsigned i = 0; i < model->lane_count; i++) {
        to[i] = used;
        if (has_items[i])
            model->lanes[used++] = model->lanes[i];
    }
    for (size_t i = 0; i < model->count; i++)
        model->items[i].lane = to[model->items[i].lane];
    model->lane_count = used;
}
