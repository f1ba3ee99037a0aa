/* The journal's schema. The functions here give a file this schema, and compare a file with it. */
#ifndef VFJ_STORE_SCHEMA_H
#define VFJ_STORE_SCHEMA_H

#include <sqlite3.h>

#include "core/status.h"
#include "core/text/text.h"

enum {
    VFJ_APPLICATION_ID = 0x56464a31, /* "VFJ1", in the file's header and for file(1) */
    VFJ_SCHEMA_VERSION = 7,          /* user_version */
    VFJ_SCHEMA_SCHEDULED = 6, /* the first user_version that has rows of Azure Scheduled Events */
};

/* Turns an empty database (version 0) into a journal of the present version, or migrates an older
 * journal from `version`, in one transaction. Returns the SQLite result code. */
int vfj_schema_migrate(sqlite3 *db, int version);

/* Drops all views and makes those of the present version. Returns the SQLite result code. */
int vfj_schema_rebuild_views(sqlite3 *db);

/* Compares the file's schema with that of its version: the texts of all objects except the
 * views. Returns SQLITE_OK when they are equal. Returns SQLITE_MISMATCH when an object differs,
 * is missing or is unknown, and writes the first such object to `name`. Returns the SQLite
 * result code of any other failure. */
int vfj_schema_compare(sqlite3 *db, int version, struct vfj_text *name);

/* Compares the views of the file with those of the present version. Returns the same results as
 * vfj_schema_compare(). The program reads no view of a file, so a reader of journals need not
 * call this function. */
int vfj_schema_compare_views(sqlite3 *db);

/* SQL condition for the rows that are milestones (store/journal.h). */
#define VFJ_SCHEMA_MILESTONE \
    "kind IN ('transition', 'finished', 'gap', 'started', 'stopping', 'stopped')"

/* SQL condition for the rows of Azure Scheduled Events. */
#define VFJ_SCHEMA_IS_SCHEDULED "kind = 'scheduled'"

/* SQL query for the rows of `record`. The other views and the program's JSON are made of its
 * columns. `pairs` is the body of a transition, command, outcome or scheduled event as a JSON
 * object. The value of the last pair of a body may be quoted like a JSON string; its key becomes
 * "last". All other values are plain words. */
/* clang-format off */
#define VFJ_SCHEMA_ENTRY \
    "SELECT seq, time, boot, wall_us, mono_us, uptime, cause, kind, body, note, digest, chain,\n" \
    "    CASE WHEN json_valid(pairs) THEN pairs END AS pairs\n" \
    "FROM (\n" \
    "    SELECT *, '{\"' || replace(replace(words, '=', '\":\"'), ' ', '\",\"') || '\"'\n" \
    "        || CASE WHEN last IS NULL THEN ''\n" \
    "            WHEN last LIKE '\"%' THEN ',\"last\":' || replace(replace(last, char(10), '\\n'), char(9), '\\t')\n" \
    "            ELSE ',\"last\":\"' || last || '\"' END || '}' AS pairs\n" \
    "    FROM (\n" \
    "        SELECT *,\n" \
    "            CASE place WHEN 0 THEN text ELSE substr(text, 1, place - 1) END AS words,\n" \
    "            CASE WHEN place > 0 THEN substr(text, place + length(key)) END AS last\n" \
    "        FROM (\n" \
    "            SELECT *, instr(text, key) AS place\n" \
    "            FROM (\n" \
    "                SELECT *, mono_us / 1e6 AS uptime,\n" \
    "                    strftime('%Y-%m-%dT%H:%M:%S', wall_us / 1000000, 'unixepoch')\n" \
    "                        || format('.%06dZ', wall_us % 1000000) AS time,\n" \
    "                    CASE WHEN kind IN ('transition', 'command', 'finished', 'scheduled') THEN CAST(body AS TEXT) END AS text,\n" \
    "                    CASE kind WHEN 'command' THEN ' argv=' WHEN 'finished' THEN ' output=' WHEN 'scheduled' THEN ' text=' ELSE char(1) END AS key\n" \
    "                FROM record))))"
/* clang-format on */

#endif
