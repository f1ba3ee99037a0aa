/* Journals to test with, and ways to damage them. */
#ifndef VFJ_TESTS_KIT_JOURNAL_H
#define VFJ_TESTS_KIT_JOURNAL_H

#include "core/event.h"
#include "store/ledger.h"

/* A devd event with that line; times count up from call to call. */
struct vfj_event kit_devd(const char *line);

/* The start of a daemon in act mode, policy vfjournal, by the present rules. */
struct vfj_event kit_started(void);

struct vfj_ledger *kit_ledger_open(const char *path, enum vfj_on_error on_error);
void kit_submit(struct vfj_ledger *ledger, struct vfj_event event);

/* A journal of a live migration with all its commands, answered by the guest model. */
void kit_make_journal(const char *path);

/* Run SQL on a database, with SQLite's own defaults. */
void kit_sql(const char *path, const char *sql);

/* The first column of the first row as an integer. */
int64_t kit_sql_integer(const char *path, const char *sql);

/* Run SQL on a journal as somebody would who wants to change what happened: the triggers are taken away before and put
 * back after it. */
void kit_tamper(const char *path, const char *sql);

/* As kit_tamper, and then make the chain fit again. */
void kit_forge(const char *path, const char *sql);

#endif
