/* Makes journals for tests, and damages them. */
#ifndef VFJ_TESTS_KIT_JOURNAL_H
#define VFJ_TESTS_KIT_JOURNAL_H

#include "core/data/event.h"
#include "store/ledger.h"

/* Makes a devd event with that line. Its times increase with every call. */
struct vfj_event kit_devd(const char *line);

/* Makes the start of a daemon in act mode, policy vfjournal, with the present rules. */
struct vfj_event kit_started(void);

struct vfj_ledger *kit_ledger_open(const char *path, enum vfj_on_error on_error);
void kit_submit(struct vfj_ledger *ledger, struct vfj_event event);

/* Makes a journal of a live migration. The guest model answers all commands. */
void kit_make_journal(const char *path);

/* Runs SQL on a database, with SQLite's defaults. */
void kit_sql(const char *path, const char *sql);

/* Returns the first column of the first row as an integer. */
int64_t kit_sql_integer(const char *path, const char *sql);

/* Edits a journal as an attacker would: removes the triggers, runs SQL, and restores the
 * triggers. */
void kit_tamper(const char *path, const char *sql);

/* Edits like kit_tamper(), and then recomputes the chain. */
void kit_forge(const char *path, const char *sql);

#endif
