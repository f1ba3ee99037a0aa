/* Writes rows of the journal as log records of OpenTelemetry. The format is the JSON encoding of
 * opentelemetry/proto/logs/v1/logs.proto, in which 64-bit integers are strings and ids are
 * hexadecimal. */
#include "tools/export/otlp.h"

#include <inttypes.h>
#include <string.h>

#include "tools/record_json.h"

static void begin_attribute(struct vfj_text *text, const char *key)
{
    vfj_text_add(text, text->bytes[text->length - 1] == '[' ? "{" : ",{");
    vfj_member_string(text, "key", vfj_span_of(key));
    vfj_text_add(text, ",\"value\":{");
}

static void add_string(struct vfj_text *text, const char *key, struct vfj_span value)
{
    begin_attribute(text, key);
    vfj_member_string(text, "stringValue", value);
    vfj_text_add(text, "}}");
}

static void add_integer(struct vfj_text *text, const char *key, uint64_t value)
{
    char digits[24];
    struct vfj_text number = vfj_text_begin(digits, sizeof digits);
    vfj_text_add_u64(&number, value);
    begin_attribute(text, key);
    vfj_member_string(text, "intValue", vfj_span_of(digits));
    vfj_text_add(text, "}}");
}

void vfj_otlp_begin(struct vfj_text *text, const struct vfj_event_source *source)
{
    char name[VFJ_EVENT_SOURCE_SIZE];
    vfj_event_source_print(&source->identity, name);
    vfj_text_add(text, "{\"resourceLogs\":[{\"resource\":{\"attributes\":[");
    add_string(text, "service.name", vfj_span_of("vfjournal"));
    add_string(text, "service.instance.id", vfj_span_of(source->identity.journal));
    add_string(text, "host.id", vfj_span_of(source->identity.host));
    vfj_text_add(text, "]},\"scopeLogs\":[{\"scope\":{\"name\":\"vfjournal\",\"attributes\":[");
    add_string(text, "cloudevents.event_source", vfj_span_of(name));
    vfj_text_add(text, "]},\"logRecords\":[");
}

void vfj_otlp_end(struct vfj_text *text)
{
    vfj_text_add(text, "]}]}]}");
}

static void add_nanoseconds(struct vfj_text *text, const char *key, int64_t us)
{
    char digits[32];
    struct vfj_text number = vfj_text_begin(digits, sizeof digits);
    vfj_text_format(&number, us > 0 ? "%" PRId64 "000" : "0", us > 0 ? us : 0);
    vfj_member_string(text, key, vfj_span_of(digits));
}

/* Adds the trace id. It is made from the UUID of the journal, whose last 62 bits are combined with
 * the id of the migration. Every export thus has the same trace id for a migration, and each
 * migration has a different one. */
static void add_trace_id(struct vfj_text *text, const char *uuid, uint64_t migration)
{
    char digits[33];
    uint64_t low = 0;
    size_t count = 0;
    for (; *uuid != '\0' && count < 32; uuid++) {
        if (*uuid != '-')
            digits[count++] = *uuid;
    }
    digits[count] = '\0';
    for (size_t i = 16; i < count; i++)
        low = low << 4 | (uint64_t)(digits[i] <= '9' ? digits[i] - '0' : digits[i] - 'a' + 10);
    vfj_member_key(text, "traceId");
    vfj_text_add_char(text, '"');
    vfj_text_add_span(text, (struct vfj_span){digits, count < 16 ? count : 16});
    vfj_text_add_hex(text, low ^ migration, 16);
    vfj_text_add_char(text, '"');
}

static void add_attributes(struct vfj_text *text, const struct vfj_stream_row *row)
{
    char bytes[2 * VFJ_UUID_SIZE];
    const struct vfj_record *record = &row->record;
    vfj_text_add(text, ",\"attributes\":[");
    vfj_event_id(record->kind, record->seq, bytes);
    add_string(text, "cloudevents.event_id", vfj_span_of(bytes));
    if (record->cause != 0) {
        vfj_event_id(row->cause_kind, record->cause, bytes);
        add_string(text, "vfjournal.cause", vfj_span_of(bytes));
    }
    struct vfj_text subject = vfj_text_begin(bytes, sizeof bytes);
    vfj_event_add_subject(&subject, row);
    if (subject.length > 0)
        add_string(text, "cloudevents.event_subject", vfj_span_of(bytes));
    add_integer(text, "vfjournal.seq", record->seq);
    if (row->migration != 0)
        add_integer(text, "vfjournal.migration", row->migration);
    vfj_text_add_char(text, ']');
}

/* Adds the body of the log record. It is the object `data` as a string, because every backend can
 * store a string. */
static void add_body(struct vfj_text *text, const struct vfj_event_source *source,
                     const struct vfj_stream_row *row)
{
    static char bytes[VFJ_EVENT_LINE_MAX];
    struct vfj_text data = vfj_text_begin(bytes, sizeof bytes);
    vfj_event_add_data(&data, source, row);
    vfj_text_add(text, ",\"body\":{");
    vfj_member_string(text, "stringValue", (struct vfj_span){data.bytes, data.length});
    vfj_text_add_char(text, '}');
}

void vfj_otlp_add(struct vfj_text *text, const struct vfj_event_source *source,
                  const struct vfj_stream_row *row)
{
    char name[VFJ_EVENT_ID_SIZE + 64];
    struct vfj_text event = vfj_text_begin(name, sizeof name);
    vfj_text_format(&event, VFJ_EVENT_TYPE_PREFIX "%s.v1", vfj_record_kind_name(row->record.kind));
    vfj_text_add_char(text, '{');
    add_nanoseconds(text, "timeUnixNano", row->record.wall_us);
    add_nanoseconds(text, "observedTimeUnixNano", row->record.wall_us);
    vfj_member_u64(text, "severityNumber", row->severity);
    vfj_member_string(text, "severityText",
                      vfj_span_of(vfj_severity_name((enum vfj_severity)row->severity)));
    vfj_member_string(text, "eventName", vfj_span_of(name));
    add_attributes(text, row);
    if (row->migration != 0)
        add_trace_id(text, source->identity.journal, row->migration);
    add_body(text, source, row);
    vfj_text_add_char(text, '}');
}
