/* Writes a journal as a trace of Perfetto: TrackEvent packets, encoded by protobuf. */
#include "tools/export/perfetto.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "tools/audit/read.h"
#include "tools/terminal.h"
#include "tools/timeline/model.h"
#include "tools/verb.h"

/* Field numbers and enumeration values of Perfetto's protobuf messages. The names are those of
 * Perfetto. */
enum {
    TRACE_PACKET = 1,
    PACKET_CLOCK_SNAPSHOT = 6,
    PACKET_TIMESTAMP = 8,
    PACKET_SEQUENCE_ID = 10,
    PACKET_TRACK_EVENT = 11,
    PACKET_SEQUENCE_FLAGS = 13,
    PACKET_TRACK_DESCRIPTOR = 60,
    SNAPSHOT_CLOCKS = 1,
    CLOCK_ID = 1,
    CLOCK_TIMESTAMP = 2,
    TRACK_UUID = 1,
    TRACK_NAME = 2,
    TRACK_PARENT_UUID = 5,
    TRACK_COUNTER = 8,
    TRACK_CHILD_ORDERING = 11,
    TRACK_SIBLING_ORDER_RANK = 12,
    EVENT_ANNOTATIONS = 4,
    EVENT_TYPE = 9,
    EVENT_TRACK_UUID = 11,
    EVENT_CATEGORIES = 22,
    EVENT_NAME = 23,
    EVENT_COUNTER_VALUE = 30,
    EVENT_FLOW_IDS = 47,
    EVENT_TERMINATING_FLOW_IDS = 48,
    ANNOTATION_UINT_VALUE = 3,
    ANNOTATION_STRING_VALUE = 6,
    ANNOTATION_NAME = 10,
    TYPE_SLICE_BEGIN = 1,
    TYPE_SLICE_END = 2,
    TYPE_INSTANT = 3,
    TYPE_COUNTER = 4,
    ORDERING_EXPLICIT = 3,
    CLOCK_REALTIME = 1,
    CLOCK_BOOTTIME = 6, /* the clock of timestamps in packets that name no other clock */
    SEQUENCE = 1,       /* number of this writer; Perfetto numbers all writers of a trace */
    FLAGS_STATE_CLEARED = 1,
};

/* First numbers of the three kinds of tracks. The number of a track is this value plus the index of
 * its lane. */
enum { SLOTS = 1000, LANES = 2000, COUNTERS = 3000 };

enum { MESSAGE_SIZE = 16384, FLOWS_MAX = 512, ITEMS_MAX = 4000000 };

/* A protobuf message while it is being written. */
struct message {
    size_t length;
    unsigned char bytes[MESSAGE_SIZE];
};

/* The beginning or the end of an element that lasts some time, or an element without duration. */
struct point {
    int64_t at_us;
    const struct vfj_item *item;
    /* order of points with the same time: ends come before beginnings, except for an element that
     * ends when it begins */
    uint8_t rank;
    uint8_t type; /* TYPE_… */
};

/* An arrow from the element of a cause to the element of its effect. */
struct flow {
    uint64_t cause, effect; /* seqs of the records that the two elements show */
};

struct writer {
    FILE *out;
    const struct vfj_model *model;
    struct flow *flows; /* sorted by cause */
    size_t flow_count;
    struct message packet, inner, leaf;
};

static void add_byte(struct message *message, unsigned byte)
{
    VFJ_CHECK(message->length < MESSAGE_SIZE);
    message->bytes[message->length++] = (unsigned char)byte;
}

static void add_varint(struct message *message, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        add_byte(message, (unsigned)(value & 0x7f) | 0x80);
    add_byte(message, (unsigned)value);
}

static void add_number(struct message *message, unsigned field, uint64_t value)
{
    add_varint(message, (uint64_t)field << 3);
    add_varint(message, value);
}

static void add_fixed64(struct message *message, unsigned field, uint64_t value)
{
    add_varint(message, (uint64_t)field << 3 | 1);
    for (unsigned i = 0; i < 8; i++)
        add_byte(message, (unsigned)(value >> (8 * i)) & 0xff);
}

static void add_bytes(struct message *message, unsigned field, const void *bytes, size_t length)
{
    add_varint(message, (uint64_t)field << 3 | 2);
    add_varint(message, length);
    VFJ_CHECK(length <= MESSAGE_SIZE - message->length);
    memcpy(message->bytes + message->length, bytes, length);
    message->length += length;
}

static void add_string(struct message *message, unsigned field, const char *string)
{
    add_bytes(message, field, string, strlen(string));
}

static void add_message(struct message *message, unsigned field, const struct message *inner)
{
    add_bytes(message, field, inner->bytes, inner->length);
}

static uint64_t time_of(const struct vfj_model *model, int64_t at_us)
{
    const int64_t limit_us = INT64_MAX / 2000;
    int64_t begin_us = model->begin_wall_us;
    begin_us = begin_us < 0 ? 0 : begin_us > limit_us ? limit_us : begin_us;
    at_us = at_us > limit_us ? limit_us : at_us;
    return (uint64_t)(begin_us + at_us) * 1000;
}

static void write_packet(struct writer *writer)
{
    struct message head = {.length = 0};
    add_varint(&head, (uint64_t)TRACE_PACKET << 3 | 2);
    add_varint(&head, writer->packet.length);
    (void)fwrite(head.bytes, 1, head.length, writer->out);
    (void)fwrite(writer->packet.bytes, 1, writer->packet.length, writer->out);
    writer->packet.length = 0;
}

static void add_clock(struct writer *writer, unsigned id, uint64_t ns)
{
    writer->leaf.length = 0;
    add_number(&writer->leaf, CLOCK_ID, id);
    add_number(&writer->leaf, CLOCK_TIMESTAMP, ns);
    add_message(&writer->inner, SNAPSHOT_CLOCKS, &writer->leaf);
}

/* Writes that both clocks of the trace show the same time, so that a viewer shows times of day. */
static void write_clocks(struct writer *writer)
{
    uint64_t ns = time_of(writer->model, 0);
    writer->inner.length = 0;
    add_clock(writer, CLOCK_BOOTTIME, ns);
    add_clock(writer, CLOCK_REALTIME, ns);
    add_number(&writer->packet, PACKET_TIMESTAMP, ns);
    add_number(&writer->packet, PACKET_SEQUENCE_ID, SEQUENCE);
    add_number(&writer->packet, PACKET_SEQUENCE_FLAGS, FLAGS_STATE_CLEARED);
    add_message(&writer->packet, PACKET_CLOCK_SNAPSHOT, &writer->inner);
    write_packet(writer);
}

/* Writes the description of a track. `parent` is the number of the parent track, or 0. */
static void write_track(struct writer *writer, unsigned uuid, unsigned parent, unsigned rank,
                        const char *name, bool is_counter)
{
    writer->inner.length = writer->leaf.length = 0;
    add_number(&writer->inner, TRACK_UUID, uuid);
    add_string(&writer->inner, TRACK_NAME, name);
    if (parent != 0)
        add_number(&writer->inner, TRACK_PARENT_UUID, parent);
    else
        add_number(&writer->inner, TRACK_CHILD_ORDERING, ORDERING_EXPLICIT);
    add_number(&writer->inner, TRACK_SIBLING_ORDER_RANK, rank);
    if (is_counter)
        add_message(&writer->inner, TRACK_COUNTER, &writer->leaf);
    add_number(&writer->packet, PACKET_SEQUENCE_ID, SEQUENCE);
    add_message(&writer->packet, PACKET_TRACK_DESCRIPTOR, &writer->inner);
    write_packet(writer);
}

static bool is_interface(const struct vfj_lane *lane)
{
    return lane->kind == VFJ_LANE_HN || lane->kind == VFJ_LANE_VF || lane->kind == VFJ_LANE_LAGG;
}

/* Returns the index of the slot's first lane. The lanes of a slot are next to each other. This
 * index is also the number of the slot's track. */
static unsigned first_of_slot(const struct vfj_model *model, unsigned lane)
{
    while (lane > 0 && vfj_name_equal(model->lanes[lane].slot, model->lanes[lane - 1].slot))
        lane--;
    return lane;
}

static void write_tracks(struct writer *writer)
{
    const struct vfj_model *model = writer->model;
    for (unsigned i = 0; i < model->lane_count; i++) {
        const struct vfj_lane *lane = &model->lanes[i];
        unsigned first = first_of_slot(model, i);
        bool has_slot = !vfj_name_is_empty(lane->slot);
        char name[64];
        if (has_slot && first == i)
            write_track(writer, SLOTS + i, 0, i, lane->slot.text, false);
        write_track(writer, LANES + i, has_slot ? SLOTS + first : 0, 2 * i, vfj_lane_title(lane),
                    false);
        (void)snprintf(name, sizeof name, "%s has the data path", lane->name.text);
        if (has_slot && is_interface(lane) && lane->kind != VFJ_LANE_LAGG)
            write_track(writer, COUNTERS + i, SLOTS + first, 2 * i + 1, name, true);
    }
}

static void add_annotation(struct writer *writer, const char *name, const char *value,
                           uint64_t number)
{
    writer->leaf.length = 0;
    add_string(&writer->leaf, ANNOTATION_NAME, name);
    if (value != NULL)
        add_string(&writer->leaf, ANNOTATION_STRING_VALUE, value);
    else
        add_number(&writer->leaf, ANNOTATION_UINT_VALUE, number);
    add_message(&writer->inner, EVENT_ANNOTATIONS, &writer->leaf);
}

static const char *category_of(const struct vfj_model *model, const struct vfj_item *item)
{
    switch ((enum vfj_lane_kind)model->lanes[item->lane].kind) {
    case VFJ_LANE_DAEMON:
        return "daemon";
    case VFJ_LANE_ANNOUNCED:
        return "announced";
    case VFJ_LANE_SLOW:
        return "slow-path";
    case VFJ_LANE_STATE:
        return "state";
    case VFJ_LANE_HN:
    case VFJ_LANE_VF:
    case VFJ_LANE_LAGG:
        return "interface";
    case VFJ_LANE_COMMANDS:
        break;
    }
    return item->tone == VFJ_TONE_READ ? "probe" : "command";
}

static bool is_data_path(const struct vfj_model *model, const struct vfj_item *item)
{
    return item->kind == VFJ_ITEM_BAR && is_interface(&model->lanes[item->lane]);
}

/* Returns true when arrows can begin and end at this element, which requires that the element shows
 * a record. */
static bool has_flows(const struct vfj_model *model, const struct vfj_item *item)
{
    return item->kind != VFJ_ITEM_GAP && !item->from_before && item->seq != 0
        && model->lanes[item->lane].kind != VFJ_LANE_SLOW
        && model->lanes[item->lane].kind != VFJ_LANE_ANNOUNCED && !is_data_path(model, item);
}

static int by_cause(const void *a, const void *b)
{
    const struct flow *left = a, *right = b;
    if (left->cause != right->cause)
        return left->cause < right->cause ? -1 : 1;
    return (left->effect > right->effect) - (left->effect < right->effect);
}

/* Adds the arrows that begin or end at the element. The number of an arrow is the seq of its
 * effect. */
static void add_flows(struct writer *writer, const struct vfj_item *item)
{
    const struct flow own = {.cause = item->cause, .effect = item->seq};
    size_t low = 0, high = writer->flow_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (writer->flows[middle].cause < item->seq)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low;
         i < writer->flow_count && i < low + FLOWS_MAX && writer->flows[i].cause == item->seq; i++)
        add_fixed64(&writer->inner, EVENT_FLOW_IDS, writer->flows[i].effect);
    if (writer->flow_count > 0
        && bsearch(&own, writer->flows, writer->flow_count, sizeof own, by_cause) != NULL)
        add_fixed64(&writer->inner, EVENT_TERMINATING_FLOW_IDS, item->seq);
}

static void write_event(struct writer *writer, const struct point *point)
{
    const struct vfj_item *item = point->item;
    struct message *event = &writer->inner;
    bool is_path = is_data_path(writer->model, item);
    event->length = 0;
    add_number(event, EVENT_TYPE, is_path ? TYPE_COUNTER : point->type);
    add_number(event, EVENT_TRACK_UUID, (is_path ? COUNTERS : LANES) + item->lane);
    if (is_path) {
        add_number(event, EVENT_COUNTER_VALUE, point->type == TYPE_SLICE_BEGIN);
    } else if (point->type != TYPE_SLICE_END) {
        add_string(event, EVENT_CATEGORIES, category_of(writer->model, item));
        add_string(event, EVENT_NAME, item->label[0] != '\0' ? item->label : item->detail);
        add_annotation(writer, "record", NULL, item->seq);
        add_annotation(writer, "text", item->detail, 0);
        if (has_flows(writer->model, item))
            add_flows(writer, item);
    }
    add_number(&writer->packet, PACKET_TIMESTAMP, time_of(writer->model, point->at_us));
    add_number(&writer->packet, PACKET_SEQUENCE_ID, SEQUENCE);
    add_message(&writer->packet, PACKET_TRACK_EVENT, event);
    write_packet(writer);
}

static int by_time(const void *a, const void *b)
{
    const struct point *left = a, *right = b;
    if (left->at_us != right->at_us)
        return left->at_us < right->at_us ? -1 : 1;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    if (left->item != right->item)
        return left->item < right->item ? -1 : 1;
    return (left->type > right->type) - (left->type < right->type);
}

/* Makes the points of all elements, one or two for each element. Returns the number of points. */
static size_t make_points(const struct vfj_model *model, struct point *points)
{
    size_t count = 0;
    for (size_t i = 0; i < model->count; i++) {
        const struct vfj_item *item = &model->items[i];
        bool is_slice = item->kind != VFJ_ITEM_TICK;
        bool is_empty = item->from_us >= item->to_us;
        points[count++] = (struct point){.at_us = item->from_us,
                                         .item = item,
                                         .rank = is_slice && !is_empty ? 2 : 1,
                                         .type = is_slice ? TYPE_SLICE_BEGIN : TYPE_INSTANT};
        if (is_slice)
            points[count++] = (struct point){.at_us = is_empty ? item->from_us : item->to_us,
                                             .item = item,
                                             .rank = is_empty ? 1 : 0,
                                             .type = TYPE_SLICE_END};
    }
    qsort(points, count, sizeof *points, by_time);
    return count;
}

static int by_number(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* Makes an arrow for each element whose cause is shown as an element, too. `seqs` has room for the
 * seqs of all elements. */
static void make_flows(struct writer *writer, uint64_t *seqs)
{
    const struct vfj_model *model = writer->model;
    size_t count = 0;
    for (size_t i = 0; i < model->count; i++) {
        if (has_flows(model, &model->items[i]))
            seqs[count++] = model->items[i].seq;
    }
    if (count > 0)
        qsort(seqs, count, sizeof *seqs, by_number);
    for (size_t i = 0; i < model->count; i++) {
        const struct vfj_item *item = &model->items[i];
        if (has_flows(model, item) && count > 0
            && bsearch(&item->cause, seqs, count, sizeof *seqs, by_number) != NULL)
            writer->flows[writer->flow_count++]
                = (struct flow){.cause = item->cause, .effect = item->seq};
    }
    if (writer->flow_count > 0)
        qsort(writer->flows, writer->flow_count, sizeof *writer->flows, by_cause);
}

static enum vfj_status write_all(struct writer *writer)
{
    size_t room = 2 * writer->model->count + 1;
    struct point *points = calloc(room, sizeof *points);
    writer->flows = calloc(room, sizeof *writer->flows);
    uint64_t *seqs = calloc(room, sizeof *seqs);
    bool has_memory = points != NULL && writer->flows != NULL && seqs != NULL;
    enum vfj_status status = has_memory ? VFJ_OK : VFJ_SYSTEM;
    if (status == VFJ_OK) {
        size_t count = make_points(writer->model, points);
        make_flows(writer, seqs);
        write_clocks(writer);
        write_tracks(writer);
        for (size_t i = 0; i < count; i++)
            write_event(writer, &points[i]);
    }
    free(points);
    free(seqs);
    free(writer->flows);
    return status;
}

/* Reads the episodes, times in which a slot's traffic did not go through its VF. Counts the
 * commands of each, because its verdict depends on them. */
static enum vfj_status read_episodes(struct vfj_journal *journal, struct vfj_audit *audit)
{
    enum vfj_status status = vfj_audit_read(journal, 0, NULL, NULL, audit);
    for (size_t i = 0; i < audit->count && status == VFJ_OK; i++)
        status = vfj_audit_count_commands(journal, &audit->episodes[i]);
    return status == VFJ_JOURNAL_DAMAGED ? VFJ_OK : status;
}

int vfj_export_perfetto(struct vfj_journal *journal, const char *name, FILE *out)
{
    static struct writer writer;
    static struct vfj_model model;
    struct vfj_window window
        = {.first = 1, .last = UINT64_MAX, .since_us = INT64_MIN, .until_us = INT64_MAX};
    struct vfj_audit audit = {.count = 0};
    model.most = ITEMS_MAX;
    enum vfj_status status = read_episodes(journal, &audit);
    window.episodes = audit.episodes;
    window.episode_count = audit.count;
    if (status == VFJ_OK)
        status = vfj_model_fill(&model, journal, &window);
    writer.out = out;
    writer.model = &model;
    bool is_readable = status == VFJ_OK || status == VFJ_JOURNAL_DAMAGED;
    enum vfj_status written = is_readable ? write_all(&writer) : VFJ_OK;
    if (model.is_cut)
        vfj_complain(name, "the journal has too many elements for one trace: the end is missing");
    int exit_status = model.is_cut ? VFJ_EXIT_UNSURE : VFJ_EXIT_OK;
    vfj_model_free(&model);
    vfj_audit_free(&audit);
    status = status == VFJ_OK ? written : status;
    return status == VFJ_OK
        ? exit_status
        : vfj_complain_status(name, status,
                              status == VFJ_SYSTEM ? "" : vfj_journal_detail(journal));
}
