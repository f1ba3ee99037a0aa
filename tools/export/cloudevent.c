/* Writes rows of the journal as events of CloudEvents 1.0. The format is documented in
 * docs/export.md. */
#include "tools/export/cloudevent.h"

#include "core/check.h"
#include "core/text/kv.h"
#include "tools/audit/describe.h"
#include "tools/record_json.h"
#include "tools/time_format.h"

/* Returns the letter that begins the id of a row of this kind. The letter of a kind must never
 * change. */
static char class_of(unsigned kind)
{
    if (kind == VFJ_RECORD_TRANSITION)
        return 't';
    if (kind == VFJ_RECORD_COMMAND)
        return 'c';
    if (kind == VFJ_EVENT_FINISHED)
        return 'x';
    if (kind == VFJ_RECORD_CHECKPOINT)
        return 's';
    return kind == VFJ_RECORD_JOURNAL ? 'j' : 'e';
}

/* Adds the number with leading zeroes. This function exists because each line has several such
 * numbers, and printf(3) would take longer for them than everything else on the line. */
static void add_padded(struct vfj_text *text, uint64_t seq)
{
    for (uint64_t bound = UINT64_C(100000000000); bound > seq && bound > 1; bound /= 10)
        vfj_text_add_char(text, '0');
    vfj_text_add_u64(text, seq);
}

void vfj_event_id(unsigned kind, uint64_t seq, char bytes[VFJ_EVENT_ID_SIZE])
{
    struct vfj_text text = vfj_text_begin(bytes, VFJ_EVENT_ID_SIZE);
    vfj_text_add_char(&text, class_of(kind));
    vfj_text_add_char(&text, '-');
    add_padded(&text, seq);
}

void vfj_event_source_print(const struct vfj_identity *identity, char bytes[VFJ_EVENT_SOURCE_SIZE])
{
    struct vfj_text text = vfj_text_begin(bytes, VFJ_EVENT_SOURCE_SIZE);
    vfj_text_add(&text, "/vfjournal/");
    vfj_text_add(&text, identity->host);
    vfj_text_add_char(&text, '/');
    vfj_text_add(&text, identity->journal);
}

const char *vfj_severity_name(enum vfj_severity severity)
{
    switch (severity) {
    case VFJ_SEVERITY_DEBUG:
        return "DEBUG";
    case VFJ_SEVERITY_INFO:
        return "INFO";
    case VFJ_SEVERITY_WARN:
        return "WARN";
    case VFJ_SEVERITY_ERROR:
        return "ERROR";
    }
    VFJ_CHECK(false);
    return "";
}

void vfj_event_add_subject(struct vfj_text *text, const struct vfj_stream_row *row)
{
    if (vfj_name_is_empty(row->slot)) {
        vfj_text_add(text, row->other.text);
        return;
    }
    vfj_text_add(text, row->slot.text);
    if (!vfj_name_is_empty(row->vf)) {
        vfj_text_add_char(text, '/');
        vfj_text_add(text, row->vf.text);
    }
}

static void add_name(struct vfj_text *text, const char *key, struct vfj_name name)
{
    if (!vfj_name_is_empty(name))
        vfj_member_string(text, key, vfj_span_of(name.text));
}

/* Adds the members that name the slot, unless the row has them as columns of its own. */
static void add_slot(struct vfj_text *text, const struct vfj_stream_row *row)
{
    unsigned kind = row->record.kind;
    if (kind != VFJ_RECORD_TRANSITION && kind != VFJ_RECORD_COMMAND)
        add_name(text, "slot", row->slot);
    if (kind != VFJ_RECORD_TRANSITION)
        add_name(text, "vf", row->vf);
    const char *driver = vfj_vf_driver(row->vf);
    if (driver[0] != '\0' && !vfj_name_is_empty(row->slot))
        vfj_member_string(text, "driver", vfj_span_of(driver));
}

static void add_number(struct vfj_text *text, struct vfj_span body, const char *key)
{
    struct vfj_kv pair;
    uint64_t number;
    if (vfj_kv_find(body, key, &pair) && vfj_span_to_u64(pair.value, &number))
        vfj_member_u64(text, key, number);
}

/* Adds what a row about Azure Scheduled Events contains. */
static void add_scheduled(struct vfj_text *text, struct vfj_span body)
{
    static const char *const strings[] = {"phase", "id", "type", "here", "text"};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
        vfj_member_take_string(text, body, strings[i]);
    add_number(text, body, "not_before");
    add_number(text, body, "duration");
}

/* Adds the values of the body for which vfj_record_add_row() makes no columns. */
static void add_values(struct vfj_text *text, const struct vfj_record *record)
{
    struct vfj_kv pair;
    struct vfj_span body = record->body;
    if (record->kind == VFJ_RECORD_COMMAND && vfj_kv_find(body, "kind", &pair))
        vfj_member_string(text, "action", pair.value);
    if (record->kind == VFJ_RECORD_JOURNAL)
        vfj_member_take_string(text, body, "about");
    if (record->kind == VFJ_EVENT_GAP || record->kind == VFJ_EVENT_STOPPED
        || record->kind == VFJ_EVENT_STOPPING)
        vfj_member_take_string(text, body, "reason");
    if (record->kind == VFJ_EVENT_STARTED) {
        vfj_member_take_string(text, body, "mode");
        vfj_member_take_string(text, body, "policy");
    }
    if (record->kind == VFJ_EVENT_SCHEDULED)
        add_scheduled(text, body);
    bool is_notice = record->kind == VFJ_EVENT_DEVD && body.length > 0 && body.text[0] == '!';
    if (!is_notice)
        return;
    body = (struct vfj_span){body.text + 1, body.length - 1};
    vfj_member_take_string(text, body, "system");
    vfj_member_take_string(text, body, "subsystem");
    vfj_member_take_string(text, body, "type");
}

void vfj_event_add_data(struct vfj_text *text, const struct vfj_event_source *source,
                        const struct vfj_stream_row *row)
{
    vfj_text_add_char(text, '{');
    if (row->boot_id[0] != '\0')
        vfj_member_string(text, "boot_id", vfj_span_of(row->boot_id));
    if (row->migration != 0)
        vfj_member_u64(text, "migration", row->migration);
    add_slot(text, row);
    add_values(text, &row->record);
    vfj_record_add_row(text, &row->record, !source->is_redacted);
    if (row->record.is_masked)
        vfj_text_add(text, ",\"masked\":true");
    if (source->is_redacted)
        vfj_text_add(text, ",\"redacted\":true");
    vfj_text_add_char(text, '}');
}

/* Adds a value that contains no character which must be escaped in JSON. */
static void add_plain(struct vfj_text *text, const char *key, struct vfj_span value)
{
    vfj_member_key(text, key);
    vfj_text_add_char(text, '"');
    vfj_text_add_span(text, value);
    vfj_text_add_char(text, '"');
}

static void add_place(struct vfj_text *text, const struct vfj_event_source *source,
                      const struct vfj_stream_row *row)
{
    char bytes[VFJ_EVENT_SOURCE_SIZE];
    struct vfj_text number = vfj_text_begin(bytes, sizeof bytes);
    add_padded(&number, row->record.seq);
    add_plain(text, "sequence", vfj_span_of(bytes));
    if (row->migration != 0) {
        number = vfj_text_begin(bytes, sizeof bytes);
        vfj_text_add(&number, source->identity.journal);
        vfj_text_add(&number, "/m-");
        add_padded(&number, row->migration);
        add_plain(text, "correlationid", vfj_span_of(bytes));
    }
    if (row->record.cause != 0) {
        vfj_event_id(row->cause_kind, row->record.cause, bytes);
        add_plain(text, "causationid", vfj_span_of(bytes));
    }
    add_plain(text, "partitionkey", vfj_span_of(source->identity.host));
}

void vfj_event_add(struct vfj_text *text, const struct vfj_event_source *source,
                   const struct vfj_stream_row *row)
{
    char bytes[VFJ_EVENT_SOURCE_SIZE];
    struct vfj_text word;
    vfj_text_add(text, "{\"specversion\":\"1.0\"");
    vfj_event_id(row->record.kind, row->record.seq, bytes);
    add_plain(text, "id", vfj_span_of(bytes));
    vfj_event_source_print(&source->identity, bytes);
    add_plain(text, "source", vfj_span_of(bytes));
    word = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_add(&word, VFJ_EVENT_TYPE_PREFIX);
    vfj_text_add(&word, vfj_record_kind_name(row->record.kind));
    vfj_text_add(&word, ".v1");
    add_plain(text, "type", vfj_span_of(bytes));
    word = vfj_text_begin(bytes, sizeof bytes);
    vfj_event_add_subject(&word, row);
    if (word.length > 0)
        add_plain(text, "subject", vfj_span_of(bytes));
    word = vfj_text_begin(bytes, sizeof bytes);
    vfj_time_add_rfc3339_us(&word, row->record.wall_us);
    add_plain(text, "time", vfj_span_of(bytes));
    add_plain(text, "recordedtime", vfj_span_of(bytes));
    add_place(text, source, row);
    vfj_member_u64(text, "severitynumber", row->severity);
    add_plain(text, "severitytext",
              vfj_span_of(vfj_severity_name((enum vfj_severity)row->severity)));
    vfj_member_key(text, "data");
    vfj_event_add_data(text, source, row);
    vfj_text_add_char(text, '}');
}
