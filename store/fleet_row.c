/* Reads rows of a fleet's database by SQLite's JSON functions. */
#include "store/fleet_row.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct vfj_fleet_row_reader {
    sqlite3 *db;
    sqlite3_stmt *statement;
};

enum { GUEST, SLOT, KIND, BEGAN, SECONDS, HAS_ERRORS }; /* the columns of row_sql */

/* julianday() returns days with a resolution of milliseconds. */
static const char row_sql[] = /**/
    "SELECT CASE WHEN json_extract(?1, '$.host') GLOB '00000000-0000-0000-0000-*'"
    "  THEN json_extract(?1, '$.source') ELSE json_extract(?1, '$.host') END,"
    "  json_extract(?1, '$.slot'), json_extract(?1, '$.kind'),"
    "  (julianday(json_extract(?1, '$.began')) - 2440587.5) * 86400.0,"
    "  json_extract(?1, '$.seconds'), json_extract(?1, '$.errors') > 0 "
    "WHERE json_valid(?1) AND json_type(?1) = 'object'";

struct vfj_fleet_row_reader *vfj_fleet_row_open(void)
{
    struct vfj_fleet_row_reader *reader = calloc(1, sizeof *reader);
    if (reader != NULL
        && (sqlite3_open_v2(":memory:", &reader->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK
            || sqlite3_prepare_v2(reader->db, row_sql, -1, &reader->statement, NULL)
                != SQLITE_OK)) {
        vfj_fleet_row_close(reader);
        return NULL;
    }
    return reader;
}

void vfj_fleet_row_close(struct vfj_fleet_row_reader *reader)
{
    if (reader == NULL)
        return;
    (void)sqlite3_finalize(reader->statement);
    (void)sqlite3_close(reader->db);
    free(reader);
}

/* Returns the text of a column, or NULL when the column is no text. */
static const char *text_of(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_TEXT
        ? (const char *)sqlite3_column_text(statement, column)
        : NULL;
}

/* Converts the seconds in a column to microseconds. Returns -1 when the column is NULL or no
 * duration. */
static int64_t duration_of(sqlite3_stmt *statement, int column)
{
    double seconds = sqlite3_column_double(statement, column);
    bool is_number = sqlite3_column_type(statement, column) == SQLITE_FLOAT
        || sqlite3_column_type(statement, column) == SQLITE_INTEGER;
    return is_number && seconds >= 0 && seconds < 1e10 ? (int64_t)(seconds * 1e6) : -1;
}

const char *vfj_fleet_row_read(struct vfj_fleet_row_reader *reader, struct vfj_span line,
                               struct vfj_fleet_row *row)
{
    sqlite3_stmt *statement = reader->statement;
    *row = (struct vfj_fleet_row){.us = -1};
    if (line.length > VFJ_FLEET_ROW_MAX)
        return "longer than 1 MiB";
    (void)sqlite3_reset(statement);
    (void)sqlite3_bind_text(statement, 1, line.text, (int)line.length, SQLITE_STATIC);
    if (sqlite3_step(statement) != SQLITE_ROW)
        return "no JSON object";
    const char *slot = text_of(statement, SLOT), *kind = text_of(statement, KIND);
    double began = sqlite3_column_double(statement, BEGAN);
    row->guest = text_of(statement, GUEST);
    if (row->guest == NULL || slot == NULL || kind == NULL
        || sqlite3_column_type(statement, BEGAN) == SQLITE_NULL
        || !vfj_name_parse(vfj_span_of(slot), &row->slot))
        return "no row of the view migration: host, slot, kind or began is missing";
    row->is_migration = strcmp(kind, "migration") == 0;
    row->has_errors = sqlite3_column_int(statement, HAS_ERRORS) != 0;
    row->began_us = (int64_t)(began * 1e6);
    row->us = duration_of(statement, SECONDS);
    return NULL;
}
