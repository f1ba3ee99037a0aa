/* Makes journals for tests, and damages them. */
#ifndef VFJ_TESTS_KIT_JOURNAL_H
#define VFJ_TESTS_KIT_JOURNAL_H

#include "core/data/event.h"
#include "store/ledger.h"

/* Returns a devd event with this line. The times of these events increase with every call. */
struct vfj_event kit_devd(const char *line);

/* Returns the event with which a daemon starts in act mode, with the policy vfjournal and the
 * present version of the rules. */
struct vfj_event kit_started(void);

struct vfj_ledger *kit_ledger_open(const char *path, enum vfj_on_error on_error);
void kit_submit(struct vfj_ledger *ledger, struct vfj_event event);

/* Makes a journal that records a live migration of the guest. The guest model carries out all
 * commands. */
void kit_make_journal(const char *path);

/* Runs SQL statements on a database that is opened with SQLite's defaults. */
void kit_sql(const char *path, const char *sql);

/* Runs a query. Returns the first column of its first row as an integer. */
int64_t kit_sql_integer(const char *path, const char *sql);

/* Changes a journal as an attacker would: removes the triggers, runs the SQL statements, and
 * restores the triggers. */
void kit_tamper(const char *path, const char *sql);

/* Changes a journal as kit_tamper() does, and then recomputes the hash chain, so that the change
 * cannot be found by the chain. */
void kit_forge(const char *path, const char *sql);

#endif
