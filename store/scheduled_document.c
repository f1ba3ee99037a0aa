/* Reads a document of Azure Scheduled Events. */
#include "store/scheduled_document.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"

/* The statements. CHECK tests a document. EVENTS and RESOURCES return a row for each element of a
 * JSON array that has the expected type. */
enum { CHECK, EVENTS, RESOURCES, STATEMENTS };

/* The columns of EVENTS. */
enum { ID, TYPE, STATUS, SOURCE, TEXT, NOT_BEFORE, DURATION, NAMES };

/* Limits for the elements of the JSON arrays Events and Resources. Real documents have fewer. */
enum { EVENTS_READ = 256, RESOURCES_READ = 4096 };

struct vfj_document_reader {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
};

/* SQL for a member of an object. A member of another type gives NULL. */
#define MEMBER(name, type)                                 \
    "CASE json_type(value, '$." name "') WHEN '" type "' " \
    "THEN json_extract(value, '$." name "') END"

static const char *const texts[STATEMENTS] = {
    [CHECK] = "SELECT json_valid(?1), CASE WHEN json_valid(?1) THEN json_type(?1, '$.Events') END",
    [EVENTS]
    = "SELECT " MEMBER("EventId", "text") ", " MEMBER("EventType", "text") ", " MEMBER("EventStatus", "text") ", " MEMBER(
        "EventSource",
        "text") ", " MEMBER("Description",
                            "text") ", " MEMBER("NotBefore",
                                                "text") ", " MEMBER("DurationInSeconds",
                                                                    "integer") ", " MEMBER("Resources",
                                                                                           "array") " FROM json_each(?1, '$.Events') WHERE type = 'object' LIMIT ?2",
    [RESOURCES] = "SELECT value FROM json_each(?1) WHERE type = 'text' LIMIT ?2",
};

struct vfj_document_reader *vfj_document_reader_open(void)
{
    struct vfj_document_reader *reader = calloc(1, sizeof *reader);
    bool right = reader != NULL && sqlite3_open(":memory:", &reader->db) == SQLITE_OK;
    for (unsigned i = 0; i < STATEMENTS && right; i++)
        right = sqlite3_prepare_v2(reader->db, texts[i], -1, &reader->statements[i], NULL)
            == SQLITE_OK;
    if (right)
        return reader;
    vfj_document_reader_close(reader);
    return NULL;
}

void vfj_document_reader_close(struct vfj_document_reader *reader)
{
    if (reader == NULL)
        return;
    for (unsigned i = 0; i < STATEMENTS; i++)
        (void)sqlite3_finalize(reader->statements[i]);
    (void)sqlite3_close(reader->db);
    free(reader);
}

/* Returns the statement number `which` with its parameters bound, ready to be stepped. */
static sqlite3_stmt *begin(struct vfj_document_reader *reader, int which, struct vfj_span text,
                           int most)
{
    sqlite3_stmt *statement = reader->statements[which];
    (void)sqlite3_reset(statement);
    VFJ_CHECK(text.length <= INT32_MAX);
    (void)sqlite3_bind_text(statement, 1, text.text, (int)text.length, SQLITE_STATIC);
    if (which != CHECK)
        (void)sqlite3_bind_int(statement, 2, most);
    return statement;
}

static struct vfj_span column(sqlite3_stmt *row, int index)
{
    const char *text = (const char *)sqlite3_column_text(row, index);
    if (text == NULL)
        return vfj_span_of("");
    return (struct vfj_span){text, (size_t)sqlite3_column_bytes(row, index)};
}

/* Adds the name to the row's list of resources, unless the list is full. */
static void add_resource(struct vfj_scheduled *row, struct vfj_span name)
{
    size_t length = strlen(row->resources);
    if (length + 1 + name.length + 1 > sizeof row->resources)
        return;
    if (length > 0)
        row->resources[length++] = ',';
    vfj_scheduled_set_word(row->resources + length, sizeof row->resources - length, name);
}

static void read_resources(struct vfj_document_reader *reader, struct vfj_span names,
                           const char *vm, struct vfj_scheduled *row)
{
    sqlite3_stmt *resource = begin(reader, RESOURCES, names, RESOURCES_READ);
    row->here = vm[0] != '\0' ? VFJ_SCHEDULED_HERE_NO : VFJ_SCHEDULED_HERE_UNKNOWN;
    while (sqlite3_step(resource) == SQLITE_ROW) {
        struct vfj_span name = column(resource, 0);
        if (vm[0] != '\0' && vfj_span_is_nocase(name, vm))
            row->here = VFJ_SCHEDULED_HERE_YES;
        if (name.length > 0)
            add_resource(row, name);
    }
    (void)sqlite3_reset(resource);
}

static bool read_phase(struct vfj_span status, uint8_t *phase)
{
    *phase
        = vfj_span_is_nocase(status, "Started") ? VFJ_SCHEDULED_STARTED : VFJ_SCHEDULED_ANNOUNCED;
    return *phase == VFJ_SCHEDULED_STARTED || vfj_span_is_nocase(status, "Scheduled");
}

static void read_numbers(sqlite3_stmt *event, struct vfj_scheduled *row)
{
    bool is_known = sqlite3_column_type(event, DURATION) == SQLITE_INTEGER;
    sqlite3_int64 duration_s = is_known ? sqlite3_column_int64(event, DURATION) : -1;
    row->duration_s = duration_s >= 0 && duration_s <= INT32_MAX ? (int32_t)duration_s : -1;
    if (!vfj_scheduled_parse_time(column(event, NOT_BEFORE), &row->not_before_s)
        || row->not_before_s < 0)
        row->not_before_s = 0;
}

/* Reads one event. Returns false when vfj_document_read() must ignore the event. */
static bool read_event(struct vfj_document_reader *reader, sqlite3_stmt *event, const char *vm,
                       struct vfj_scheduled *row)
{
    *row = vfj_scheduled_of(VFJ_SCHEDULED_ANNOUNCED);
    vfj_scheduled_set_word(row->id, sizeof row->id, column(event, ID));
    vfj_scheduled_set_word(row->type, sizeof row->type, column(event, TYPE));
    if (row->id[0] == '\0' || row->type[0] == '\0'
        || !read_phase(column(event, STATUS), &row->phase))
        return false;
    vfj_scheduled_set_word(row->source, sizeof row->source, column(event, SOURCE));
    vfj_scheduled_set_text(row->text, sizeof row->text, column(event, TEXT));
    read_numbers(event, row);
    struct vfj_span names = column(event, NAMES);
    read_resources(reader, names.length > 0 ? names : vfj_span_of("[]"), vm, row);
    return true;
}

static void read_events(struct vfj_document_reader *reader, struct vfj_span text, const char *vm,
                        struct vfj_scheduled_list *list)
{
    struct vfj_scheduled row;
    sqlite3_stmt *event = begin(reader, EVENTS, text, EVENTS_READ);
    while (list->count < VFJ_SCHEDULED_MAX && sqlite3_step(event) == SQLITE_ROW) {
        if (read_event(reader, event, vm, &row) && vfj_scheduled_find(list, row.id) == NULL)
            list->events[list->count++] = row;
    }
    (void)sqlite3_reset(event);
}

const char *vfj_document_read(struct vfj_document_reader *reader, struct vfj_span text,
                              const char *vm, struct vfj_scheduled_list *list)
{
    memset(list, 0, sizeof *list);
    sqlite3_stmt *check = begin(reader, CHECK, text, 0);
    bool is_row = sqlite3_step(check) == SQLITE_ROW;
    bool is_json = is_row && sqlite3_column_int(check, 0) == 1;
    bool has_events = is_json && vfj_span_is(column(check, 1), "array");
    (void)sqlite3_reset(check);
    if (!is_json)
        return "the answer is not JSON";
    if (!has_events)
        return "the answer has no list of events";
    read_events(reader, text, vm, list);
    return NULL;
}
