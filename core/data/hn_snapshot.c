/* The snapshot of hn and its VF at one time, in transparent mode, and the body of its record. */
#include "core/data/hn_snapshot.h"

#include <string.h>

#include "core/data/command.h"

struct vfj_counters vfj_counters_unknown(void)
{
    struct vfj_counters counters = {0};
#define X(key, member) counters.member = VFJ_COUNT_UNKNOWN;
    VFJ_COUNTERS(X)
#undef X
    return counters;
}

void vfj_hn_snapshot_init(struct vfj_hn_snapshot *snapshot)
{
    memset(snapshot, 0, sizeof *snapshot);
    snapshot->transparent = VFJ_TRANSPARENT_ABSENT;
#define X(key, member) snapshot->member = VFJ_COUNT_UNKNOWN;
    VFJ_HN_SNAPSHOT_COUNTS(X)
#undef X
    snapshot->hn.counters = snapshot->vf.counters = vfj_counters_unknown();
}

int64_t vfj_count_parse(struct vfj_span text)
{
    uint64_t number = 0;
    return vfj_span_to_u64(text, &number) && number <= (uint64_t)VFJ_COUNT_MAX ? (int64_t)number
                                                                               : VFJ_COUNT_UNKNOWN;
}

int64_t vfj_count_since(int64_t before, int64_t now)
{
    return before == VFJ_COUNT_UNKNOWN || now < before ? VFJ_COUNT_UNKNOWN : now - before;
}

/* The functions below read values of sysctls, and store them by the names of the sysctls. */

static bool skip(struct vfj_span *name, const char *prefix)
{
    size_t length = strlen(prefix);
    if (!vfj_span_starts(*name, prefix))
        return false;
    *name = (struct vfj_span){name->text + length, name->length - length};
    return true;
}

static void add_count(int64_t *sum, struct vfj_span value)
{
    int64_t number = vfj_count_parse(value);
    if (number == VFJ_COUNT_UNKNOWN || (*sum != VFJ_COUNT_UNKNOWN && number > VFJ_COUNT_MAX - *sum))
        return;
    *sum = (*sum == VFJ_COUNT_UNKNOWN ? 0 : *sum) + number;
}

/* Returns true when this end of a sysctl's name has the form M.packets. */
static bool is_packets(struct vfj_span leaf)
{
    size_t digits = 0;
    while (digits < leaf.length && leaf.text[digits] >= '0' && leaf.text[digits] <= '9')
        digits++;
    return digits > 0
        && vfj_span_is((struct vfj_span){leaf.text + digits, leaf.length - digits}, ".packets");
}

/* Parses 0 or 1. Returns VFJ_COUNT_UNKNOWN for any other value. */
static int64_t parse_enabled(struct vfj_span value)
{
    int64_t number = vfj_count_parse(value);
    return number <= 1 ? number : VFJ_COUNT_UNKNOWN;
}

static void take_leaf(struct vfj_hn_snapshot *snapshot, struct vfj_span leaf, struct vfj_span value)
{
    if (vfj_span_is(leaf, "vf_xpnt_enabled")) {
        snapshot->enabled = parse_enabled(value);
    } else if (vfj_span_is(leaf, "tso_max")) {
        snapshot->tso_max = vfj_count_parse(value);
    } else if (vfj_span_is(leaf, "vf")) {
        snapshot->has_vf_name = value.length == 0 || vfj_name_parse(value, &snapshot->vf_name);
    } else if (skip(&leaf, "tx.")) {
        if (is_packets(leaf))
            add_count(&snapshot->synthetic_out, value);
    } else if (skip(&leaf, "rx.")) {
        if (is_packets(leaf))
            add_count(&snapshot->synthetic_in, value);
    }
}

static int32_t parse_transparent(struct vfj_span value)
{
    int64_t number = 0;
    if (!vfj_span_to_i64(value, &number) || number < INT32_MIN || number > INT32_MAX)
        return VFJ_TRANSPARENT_ABSENT;
    return (int32_t)number;
}

static bool is_location(struct vfj_span name)
{
    static const char end[] = ".%location";
    const size_t length = sizeof end - 1;
    return vfj_span_starts(name, "dev.") && name.length > length
        && vfj_span_is((struct vfj_span){name.text + name.length - length, length}, end);
}

void vfj_hn_snapshot_take_sysctl(struct vfj_hn_snapshot *snapshot, const char *unit,
                                 struct vfj_span name, struct vfj_span value)
{
    if (vfj_span_is(name, "hw.hn.vf_transparent"))
        snapshot->transparent = parse_transparent(value);
    else if (vfj_span_is(name, "hw.hn.vf_xpnt_attwait"))
        snapshot->attwait_s = vfj_count_parse(value);
    else if (is_location(name))
        (void)vfj_span_copy(snapshot->location, sizeof snapshot->location, value);
    else if (skip(&name, "dev.hn.") && unit[0] != '\0' && skip(&name, unit) && skip(&name, "."))
        take_leaf(snapshot, name, value);
}

bool vfj_hn_snapshot_device(struct vfj_name vf, struct vfj_text *device)
{
    /* For each driver, the beginning of an interface's name and of its newbus device's name
     * (sys/dev/mlx5, sys/dev/mana, iflib). */
    static const struct {
        const char *interface, *device;
    } drivers[] = {{"mce", "mlx5_core"}, {"mana", "mana"}, {"ixv", "ixv"}, {"iavf", "iavf"}};
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        if (!vfj_name_has_driver(vf, drivers[i].interface))
            continue;
        vfj_text_add(device, drivers[i].device);
        vfj_text_add_char(device, '.');
        vfj_text_add(device, vfj_name_digits(vf).text);
        return true;
    }
    return false;
}

struct vfj_name vfj_hn_snapshot_vf(const struct vfj_hn_snapshot *snapshot,
                                   const struct vfj_command *command)
{
    return snapshot->has_vf_name ? snapshot->vf_name : command->c;
}

/* The functions below write and read the body of a snapshot's record. */

static void add_count_pair(struct vfj_text *text, const char *prefix, const char *key,
                           int64_t count)
{
    char name[32];
    struct vfj_text whole = vfj_text_begin(name, sizeof name);
    if (count == VFJ_COUNT_UNKNOWN)
        return;
    vfj_text_add(&whole, prefix);
    vfj_text_add(&whole, key);
    vfj_kv_add_u64(text, name, (uint64_t)count);
}

static void add_text(struct vfj_text *text, const char *key, const char *value)
{
    if (value[0] != '\0')
        vfj_kv_add_string(text, key, value);
}

static void encode_end(const struct vfj_end *end, const char *prefix, const char *media,
                       struct vfj_text *text)
{
#define X(key, member) add_count_pair(text, prefix, key, end->counters.member);
    VFJ_COUNTERS(X)
#undef X
    add_text(text, media, end->counters.media);
    vfj_interface_encode(&end->interface, prefix, text);
}

void vfj_hn_snapshot_encode(const struct vfj_hn_snapshot *snapshot, struct vfj_text *text)
{
    if (snapshot->transparent != VFJ_TRANSPARENT_ABSENT)
        vfj_kv_add_i64(text, "transparent", snapshot->transparent);
    if (snapshot->has_vf_name)
        vfj_kv_add_string(text, "vf", snapshot->vf_name.text);
#define X(key, member) add_count_pair(text, "", key, snapshot->member);
    VFJ_HN_SNAPSHOT_COUNTS(X)
#undef X
    add_text(text, "location", snapshot->location);
    encode_end(&snapshot->hn, "hn_", "hn_media", text);
    encode_end(&snapshot->vf, "vf_", "vf_media", text);
}

static bool take_count(const struct vfj_kv *pair, int64_t *count)
{
    *count = pair->quoted ? VFJ_COUNT_UNKNOWN : vfj_count_parse(pair->value);
    return *count != VFJ_COUNT_UNKNOWN;
}

static bool take_end(const struct vfj_kv *pair, struct vfj_span key, struct vfj_end *end)
{
#define X(name, member)         \
    if (vfj_span_is(key, name)) \
        return take_count(pair, &end->counters.member);
    VFJ_COUNTERS(X)
#undef X
    if (vfj_span_is(key, "media"))
        return pair->value.length > 0
            && vfj_kv_value(pair, end->counters.media, sizeof end->counters.media);
    return vfj_interface_take(pair, key, &end->interface);
}

static bool take_vf_name(const struct vfj_kv *pair, struct vfj_hn_snapshot *snapshot)
{
    snapshot->has_vf_name = true;
    return pair->value.length == 0
        || (!pair->quoted && vfj_name_parse(pair->value, &snapshot->vf_name));
}

static bool take_transparent(const struct vfj_kv *pair, struct vfj_hn_snapshot *snapshot)
{
    snapshot->transparent = parse_transparent(pair->value);
    return !pair->quoted && snapshot->transparent != VFJ_TRANSPARENT_ABSENT;
}

bool vfj_hn_snapshot_take(const struct vfj_kv *pair, struct vfj_hn_snapshot *snapshot)
{
    struct vfj_span key = pair->key;
    if (vfj_span_is(key, "transparent"))
        return take_transparent(pair, snapshot);
    if (vfj_span_is(key, "vf"))
        return take_vf_name(pair, snapshot);
#define X(name, member)         \
    if (vfj_span_is(key, name)) \
        return take_count(pair, &snapshot->member);
    VFJ_HN_SNAPSHOT_COUNTS(X)
#undef X
    if (vfj_span_is(key, "location"))
        return pair->value.length > 0
            && vfj_kv_value(pair, snapshot->location, sizeof snapshot->location);
    if (skip(&key, "hn_"))
        return take_end(pair, key, &snapshot->hn);
    return skip(&key, "vf_") && take_end(pair, key, &snapshot->vf);
}
