/* The journal's schema, and how a file is compared with it. */
#ifndef VFJ_STORE_SCHEMA_H
#define VFJ_STORE_SCHEMA_H

#include <sqlite3.h>

#include "core/status.h"
#include "core/text.h"

enum {
    VFJ_APPLICATION_ID = 0x56464a31, /* "VFJ1", in the file's header and for file(1) */
    VFJ_SCHEMA_VERSION = 4,          /* user_version */
};

/* Make an empty database a journal of the present version, or an older journal one: the migrations from
 * `version` (0: empty) on, in one transaction. The SQLite result code. */
int vfj_schema_migrate(sqlite3 *db, int version);

/* Drop the views and make them again. */
int vfj_schema_rebuild_views(sqlite3 *db);

/* Compare all of the schema of `db` but its views, every object's text, with that of every version: all have the same. SQLITE_OK:
 * equal. SQLITE_MISMATCH: *name has the first object that differs, is missing, or should not be there. Else what failed. */
int vfj_schema_compare(sqlite3 *db, struct vfj_text *name);

/* Likewise its views with those of the present version: SQLITE_OK or SQLITE_MISMATCH. The program itself uses no view of a
 * file: who reads need not compare them. */
int vfj_schema_compare_views(sqlite3 *db);

/* SQL: rows of `record` as the other views and the program's JSON show them. `pairs` is the body of a transition, command or outcome
 * as a JSON object. Its last pair may be quoted, as JSON quotes, and is "last"; all other values are plain words. */
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
    "                    CASE WHEN kind IN ('transition', 'command', 'finished') THEN CAST(body AS TEXT) END AS text,\n" \
    "                    CASE kind WHEN 'command' THEN ' argv=' WHEN 'finished' THEN ' output=' ELSE char(1) END AS key\n" \
    "                FROM record))))"
/* clang-format on */

#endif
