/* The journal's schema, and how a file is compared with it. */
#ifndef VFJ_STORE_SCHEMA_H
#define VFJ_STORE_SCHEMA_H

#include <sqlite3.h>

#include "core/status.h"
#include "core/text.h"

enum {
    VFJ_APPLICATION_ID = 0x56464a31, /* "VFJ1", in the file's header and for file(1) */
    VFJ_SCHEMA_VERSION = 3,          /* user_version */
};

/* Make an empty database a journal of the present version, or an older journal one: the migrations from
 * `version` (0: empty) on, in one transaction. The SQLite result code. */
int vfj_schema_migrate(sqlite3 *db, int version);

/* Drop what is derived and make it again. */
int vfj_schema_rebuild_views(sqlite3 *db);

/* Compare the schema of `db` with that of a version, 1 to the present one, every object's text. SQLITE_OK: equal.
 * SQLITE_MISMATCH: *name has the first object that differs, is missing, or should not be there; *derived: it is a view, and so
 * are all others. Else what failed. */
int vfj_schema_compare(sqlite3 *db, int version, struct vfj_text *name, bool *derived);

#endif
