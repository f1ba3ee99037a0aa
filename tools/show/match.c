/* Decides whether a record matches the options of `vfjournal show`. */
#include "tools/show/match.h"

#include <string.h>

#include "core/limits.h"
#include "core/text/kv.h"
#include "store/recovered_row.h"
#include "tools/output.h"

const char *vfj_show_field_name(enum vfj_show_field field)
{
    static const char *const names[VFJ_SHOW_FIELD_COUNT] = {
#define X(symbol, name) [VFJ_SHOW_##symbol] = (name),
        VFJ_SHOW_FIELDS(X)
#undef X
    };
    return names[field];
}

static bool value_is(struct vfj_span body, const char *key, const char *value)
{
    char bytes[VFJ_ARGS_SIZE];
    struct vfj_kv pair;
    return vfj_kv_find(body, key, &pair) && vfj_kv_value(&pair, bytes, sizeof bytes)
        && vfj_span_is_nocase(vfj_span_of(bytes), value);
}

bool vfj_match_names(const struct vfj_record *record, const struct vfj_name *name)
{
    static struct vfj_recovered_row kept;
    struct vfj_devd devd;
    if (vfj_recovered_row_read(record, &kept))
        record = &kept.record;
    if (record->kind == VFJ_EVENT_DEVD) {
        vfj_devd_parse(record->body, &devd);
        return vfj_name_equal(devd.name, *name) || vfj_name_equal(devd.new_name, *name);
    }
    struct vfj_kv pair;
    if (!vfj_record_is_decided(record))
        return false;
    return (vfj_kv_find(record->body, "slot", &pair) && vfj_span_is(pair.value, name->text))
        || (vfj_kv_find(record->body, "vf", &pair) && vfj_span_is(pair.value, name->text));
}

static bool names_interface(const struct vfj_record *record, const char *value)
{
    struct vfj_name name;
    return vfj_name_parse(vfj_span_of(value), &name) && vfj_match_names(record, &name);
}

static bool number_is(uint64_t number, const char *value)
{
    uint64_t wanted;
    return vfj_span_to_u64(vfj_span_of(value), &wanted) && wanted == number;
}

/* Returns the key=value pairs in the record's body. In a line of devd that begins with '!', they
 * follow this character. */
static struct vfj_span pairs_of(const struct vfj_record *record)
{
    struct vfj_span body = record->body;
    if (record->kind == VFJ_EVENT_DEVD && body.length > 0 && body.text[0] == '!')
        return (struct vfj_span){body.text + 1, body.length - 1};
    return body;
}

static bool has_value(const struct vfj_record *record, enum vfj_show_field field, const char *value)
{
    switch (field) {
    case VFJ_SHOW_SEQ:
        return number_is(record->seq, value);
    case VFJ_SHOW_BOOT:
        return number_is(record->boot, value);
    case VFJ_SHOW_CAUSE:
        return number_is(record->cause, value);
    case VFJ_SHOW_KIND:
        return strcmp(vfj_record_kind_name(record->kind), value) == 0
            || (record->kind == VFJ_RECORD_COMMAND && value_is(record->body, "kind", value));
    case VFJ_SHOW_WORD:
        return strcmp(vfj_output_word(record), value) == 0;
    case VFJ_SHOW_NOTE:
        return vfj_span_is(record->note, value);
    case VFJ_SHOW_INTERFACE:
        return names_interface(record, value);
    case VFJ_SHOW_STATE:
        return record->kind == VFJ_RECORD_TRANSITION && value_is(record->body, "to", value);
    case VFJ_SHOW_FIELD_COUNT:
        return false;
    /* the record of a command has its id under the key "id", a result under the key "command" */
    case VFJ_SHOW_COMMAND:
        return value_is(record->body, record->kind == VFJ_RECORD_COMMAND ? "id" : "command", value);
    case VFJ_SHOW_SLOT:
    case VFJ_SHOW_VF:
    case VFJ_SHOW_FROM:
    case VFJ_SHOW_TO:
    case VFJ_SHOW_REASON:
    case VFJ_SHOW_GENERATION:
    case VFJ_SHOW_OUTCOME:
    case VFJ_SHOW_STATUS:
    case VFJ_SHOW_SYSTEM:
    case VFJ_SHOW_SUBSYSTEM:
    case VFJ_SHOW_TYPE:
    case VFJ_SHOW_MODE:
    case VFJ_SHOW_POLICY:
    case VFJ_SHOW_ABOUT:
        break;
    }
    return value_is(pairs_of(record), vfj_show_field_name(field), value);
}

struct vfj_match vfj_match_of(const struct vfj_criteria *criteria, const struct vfj_record *record)
{
    struct vfj_match match = {.pattern = true};
    for (unsigned i = 0; i < criteria->fields.count; i++) {
        enum vfj_show_field field = criteria->fields.list[i].field;
        if (has_value(record, field, criteria->fields.list[i].value))
            match.fields |= UINT32_C(1) << field;
    }
    if (criteria->pattern != NULL)
        match.pattern
            = regexec(criteria->pattern, vfj_output_text(record, VFJ_LAYOUT_CAT, !criteria->fold),
                      0, NULL, 0)
            == 0;
    return match;
}

bool vfj_match_is_whole(const struct vfj_criteria *criteria, struct vfj_match a, struct vfj_match b)
{
    return (a.pattern || b.pattern) && (a.fields | b.fields) == criteria->fields.all;
}

/* Returns true when a line of devd is shown without -a. Such a line may be about a VF or a link, or
 * the machine has added a note to it. */
static bool devd_matters(const struct vfj_record *record)
{
    struct vfj_devd devd;
    vfj_devd_parse(record->body, &devd);
    if (vfj_span_is(record->note, vfj_reason_name(VFJ_REASON_NOT_A_VF)))
        return false;
    if (devd.kind == VFJ_DEVD_OTHER || devd.kind == VFJ_DEVD_ADDRESS)
        return devd.note != VFJ_REASON_NONE;
    return true;
}

static bool is_probe(const struct vfj_record *record)
{
    struct vfj_kv pair;
    return record->kind == VFJ_RECORD_COMMAND && vfj_kv_find(record->body, "kind", &pair)
        && vfj_span_starts(pair.value, "probe-");
}

/* Returns true when the row identifies the journal. Every daemon writes this row when it starts,
 * and it contains nothing new. */
static bool is_identity(const struct vfj_record *record)
{
    struct vfj_kv pair;
    return vfj_kv_find(record->body, "about", &pair) && vfj_span_is(pair.value, "identity");
}

static bool matters(const struct vfj_record *record)
{
    static struct vfj_recovered_row kept;
    if (vfj_recovered_row_read(record, &kept))
        record = &kept.record;
    switch (record->kind) {
    case VFJ_EVENT_STARTED:
    case VFJ_EVENT_STOPPING:
    case VFJ_EVENT_STOPPED:
    case VFJ_EVENT_GAP:
    case VFJ_EVENT_FINISHED:
    case VFJ_EVENT_SCHEDULED:
    case VFJ_RECORD_TRANSITION:
        return true;
    case VFJ_RECORD_JOURNAL:
        return !is_identity(record);
    case VFJ_EVENT_DEVD:
        return devd_matters(record);
    case VFJ_RECORD_COMMAND:
        return !is_probe(record);
    default:
        return false;
    }
}

static bool words_choose(const struct vfj_words *words, const char *a, const char *b)
{
    bool chosen = words->count == 0;
    for (unsigned i = 0; i < words->count; i++)
        chosen |= strcmp(words->list[i], a) == 0 || strcmp(words->list[i], b) == 0;
    return chosen;
}

static bool has_state(const struct vfj_criteria *criteria, const struct vfj_record *record)
{
    struct vfj_kv to, from;
    if (criteria->states.count == 0)
        return true;
    if (record->kind != VFJ_RECORD_TRANSITION || !vfj_kv_find(record->body, "to", &to)
        || !vfj_kv_find(record->body, "from", &from))
        return false;
    bool is_change = to.value.length != from.value.length
        || memcmp(to.value.text, from.value.text, to.value.length) != 0;
    for (unsigned i = 0; i < criteria->states.count && is_change; i++) {
        if (vfj_span_is(to.value, criteria->states.list[i]))
            return true;
    }
    return false;
}

bool vfj_match_kind(const struct vfj_criteria *criteria, const struct vfj_record *record)
{
    bool is_right = criteria->kinds.count > 0
        ? words_choose(&criteria->kinds, vfj_record_kind_name(record->kind),
                       vfj_output_word(record))
        : criteria->every_kind || matters(record);
    return is_right && has_state(criteria, record);
}

bool vfj_match_time(const struct vfj_criteria *criteria, const struct vfj_record *record)
{
    return record->seq > criteria->after && (criteria->last == 0 || record->seq <= criteria->last)
        && record->wall_us >= criteria->since_us && record->wall_us <= criteria->until_us
        && (criteria->boot == 0 || record->boot == criteria->boot);
}

bool vfj_match_link(const struct vfj_criteria *criteria, const struct vfj_record *record,
                    struct vfj_name *name, bool *is_up)
{
    struct vfj_devd devd;
    if (!criteria->fold || criteria->kinds.count > 0 || record->kind != VFJ_EVENT_DEVD)
        return false;
    vfj_devd_parse(record->body, &devd);
    *name = devd.name;
    *is_up = devd.link_up;
    return devd.kind == VFJ_DEVD_LINK && record->note.length == 0;
}
