/* JSON objects, written by SQLite. */
#include "store/json.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "store/record.h"

enum { OBJECT_SIZE = 1 << 16 };

struct vfj_json {
    sqlite3 *db;
    sqlite3_stmt *set;  /* adds a member */
    sqlite3_stmt *hex;  /* adds a member in hexadecimal */
    sqlite3_stmt *list; /* adds an empty list */
    sqlite3_stmt *flag; /* adds true or false */
    bool failed;
    bool ended;
    size_t length;
    char object[OBJECT_SIZE];
};

static void begin(struct vfj_json *json)
{
    memcpy(json->object, "{}", 3);
    json->length = 2;
    json->failed = false;
    json->ended = false;
}

static bool prepare(struct vfj_json *json, const char *sql, sqlite3_stmt **stmt)
{
    return sqlite3_prepare_v2(json->db, sql, -1, stmt, NULL) == SQLITE_OK;
}

struct vfj_json *vfj_json_open(void)
{
    struct vfj_json *json = calloc(1, sizeof *json);
    if (json == NULL)
        return NULL;
    begin(json);
    if (sqlite3_open_v2(":memory:", &json->db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK
        && prepare(json, "SELECT json_set(?1, '$.' || ?2, ?3)", &json->set)
        && prepare(json, "SELECT json_set(?1, '$.' || ?2, json('[]'))", &json->list)
        && prepare(json, "SELECT json_set(?1, '$.' || ?2 || '_hex', lower(hex(?3)))", &json->hex)
        && prepare(
            json,
            "SELECT json_set(?1, '$.' || ?2, json(CASE WHEN ?3 THEN 'true' ELSE 'false' END))",
            &json->flag))
        return json;
    vfj_json_close(json);
    return NULL;
}

void vfj_json_close(struct vfj_json *json)
{
    if (json == NULL)
        return;
    sqlite3_finalize(json->set);
    sqlite3_finalize(json->hex);
    sqlite3_finalize(json->list);
    sqlite3_finalize(json->flag);
    sqlite3_close(json->db);
    free(json);
}

/* Runs a statement that adds a member to the JSON object. The caller has bound ?3, the value.
 * The result is the new object. */
static void add(struct vfj_json *json, sqlite3_stmt *stmt, const char *key)
{
    sqlite3_bind_text(stmt, 1, json->object, (int)json->length, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, key, -1, SQLITE_STATIC);
    bool right = sqlite3_step(stmt) == SQLITE_ROW;
    const void *text = right ? sqlite3_column_text(stmt, 0) : NULL;
    size_t length = right ? (size_t)sqlite3_column_bytes(stmt, 0) : 0;
    if (text != NULL && length < sizeof json->object) {
        memcpy(json->object, text, length + 1);
        json->length = length;
    } else {
        json->failed = true;
    }
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
}

static void resume(struct vfj_json *json)
{
    if (json->ended)
        begin(json);
}

void vfj_json_add_text(struct vfj_json *json, const char *key, struct vfj_span text)
{
    const char *bytes = text.length > 0 ? text.text : "";
    resume(json);
    if (vfj_body_is_text(text)) {
        sqlite3_bind_text(json->set, 3, bytes, (int)text.length, SQLITE_TRANSIENT);
        add(json, json->set, key);
    } else {
        sqlite3_bind_blob(json->hex, 3, bytes, (int)text.length, SQLITE_TRANSIENT);
        add(json, json->hex, key);
    }
}

void vfj_json_add_string(struct vfj_json *json, const char *key, const char *text)
{
    vfj_json_add_text(json, key, vfj_span_of(text));
}

void vfj_json_add_integer(struct vfj_json *json, const char *key, int64_t value)
{
    resume(json);
    sqlite3_bind_int64(json->set, 3, value);
    add(json, json->set, key);
}

void vfj_json_add_duration(struct vfj_json *json, const char *key, int64_t us)
{
    resume(json);
    sqlite3_bind_double(json->set, 3, (double)us / 1e6);
    add(json, json->set, key);
}

void vfj_json_add_list(struct vfj_json *json, const char *key)
{
    resume(json);
    add(json, json->list, key);
}

void vfj_json_add_item(struct vfj_json *json, const char *key, const char *text)
{
    char path[64];
    struct vfj_text path_text = vfj_text_begin(path, sizeof path);
    vfj_text_add(&path_text, key);
    vfj_text_add(&path_text, "[#]");
    vfj_json_add_string(json, path, text);
}

void vfj_json_add_bool(struct vfj_json *json, const char *key, bool value)
{
    resume(json);
    sqlite3_bind_int(json->flag, 3, value);
    add(json, json->flag, key);
}

struct vfj_span vfj_json_end(struct vfj_json *json)
{
    resume(json);
    json->ended = true;
    return (struct vfj_span){json->object, json->failed ? 0 : json->length};
}
