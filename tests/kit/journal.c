/* Makes journals for tests, and damages them. */
#include "tests/kit/journal.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/machine/step.h"
#include "store/chain.h"
#include "store/state_checkpoint.h"
#include "tools/replay/trace_file.h"

enum { TRIGGERS_MAX = 8 };

static const int64_t start_us = 1795356000000000; /* 2026-11-22 14:00:00 UTC */

struct vfj_event kit_devd(const char *line)
{
    static int64_t ticks;
    ticks++;
    return (struct vfj_event){
        .wall_us = start_us + ticks * 1000,
        .mono_us = ticks * 1000,
        .kind = VFJ_EVENT_DEVD,
        .as.devd.raw = {line, strlen(line)},
    };
}

struct vfj_event kit_started(void)
{
    struct vfj_event event = kit_devd("");
    event.kind = VFJ_EVENT_STARTED;
    memset(&event.as, 0, sizeof event.as);
    event.as.started = (struct vfj_started){.boot_id = "boot-1",
                                            .rules = VFJ_RULES,
                                            .mode = VFJ_MODE_ACT,
                                            .policy = VFJ_POLICY_VFJOURNAL};
    return event;
}

struct vfj_ledger *kit_ledger_open(const char *path, enum vfj_on_error on_error)
{
    struct vfj_ledger *ledger = NULL;
    enum vfj_status status = vfj_ledger_open(&ledger, path, on_error);
    if (status != VFJ_OK)
        fail_msg("%s: %s: %s", path, vfj_status_text(status), vfj_ledger_detail(ledger));
    return ledger;
}

void kit_submit(struct vfj_ledger *ledger, struct vfj_event event)
{
    enum vfj_status status = vfj_ledger_submit(ledger, &event, NULL);
    if (status != VFJ_OK)
        fail_msg("%s: %s", vfj_status_text(status), vfj_ledger_detail(ledger));
}

static enum vfj_status submit(void *context, const struct vfj_event *event,
                              const struct vfj_decision **decision)
{
    struct vfj_event timed = *event;
    timed.wall_us = start_us + event->mono_us;
    return vfj_ledger_submit(context, &timed, decision);
}

void kit_make_journal(const char *path)
{
    static const char trace[] = "%rc ifconfig_hn0=\"SYNCDHCP\"\n"
                                "%if hn0 up inet 10.0.0.4/24 dhclient 411\n"
                                "%vf mce0 hn0\n"
                                "%slow 0.0021 ifconfig\n"
                                "%fail 1 1 ifconfig lagg0 inet6\n"
                                "@0 !system=DEVFS subsystem=CDEV type=CREATE cdev=fd/3\n"
                                "@1 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                                "@5 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n"
                                "@100 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n"
                                "@101 !system=IFNET subsystem=mce0 type=DETACH\n";
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    struct vfj_play *play = malloc(sizeof *play);
    struct vfj_trace_place place;
    assert_non_null(play);
    vfj_play_init(play, (struct vfj_play_sink){ledger, submit}, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    assert_int_equal(vfj_trace_play((struct vfj_span){trace, sizeof trace - 1}, play, &place),
                     VFJ_OK);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    free(play);
    vfj_ledger_close(ledger);
}

static void run(sqlite3 *db, const char *sql)
{
    char *error = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", sql, error);
}

static sqlite3 *connect_to(const char *path)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    run(db, "PRAGMA synchronous = OFF"); /* this is faster, and the tests need no durability */
    return db;
}

void kit_sql(const char *path, const char *sql)
{
    sqlite3 *db = connect_to(path);
    run(db, sql);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t integer_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

int64_t kit_sql_integer(const char *path, const char *sql)
{
    sqlite3 *db = connect_to(path);
    int64_t value = integer_of(db, sql);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return value;
}

static unsigned take_triggers(sqlite3 *db, char *texts[TRIGGERS_MAX])
{
    sqlite3_stmt *stmt = NULL;
    unsigned count = 0;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT sql FROM sqlite_schema WHERE type = 'trigger'",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW && count < TRIGGERS_MAX)
        texts[count++] = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    run(db,
        "DROP TRIGGER record_is_gapless; DROP TRIGGER record_is_never_changed;"
        "DROP TRIGGER record_is_never_deleted;");
    return count;
}

static void put_triggers(sqlite3 *db, char *texts[TRIGGERS_MAX], unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        run(db, texts[i]);
        sqlite3_free(texts[i]);
    }
}

static struct vfj_span span_of(sqlite3_stmt *stmt, int column)
{
    const char *bytes = sqlite3_column_blob(stmt, column);
    return (struct vfj_span){bytes != NULL ? bytes : "",
                             (size_t)sqlite3_column_bytes(stmt, column)};
}

static void chain_anew(sqlite3 *db)
{
    struct vfj_chain *chain = vfj_chain_open();
    struct vfj_head_hash head = {{0}};
    uint32_t rules;
    bool begins = true;
    sqlite3_stmt *rows = NULL;
    sqlite3_stmt *update = NULL;
    assert_int_equal(
        sqlite3_prepare_v2(
            db,
            "SELECT seq, cause, boot, wall_us, mono_us, kind, body, note, digest FROM record ORDER BY seq",
            -1, &rows, NULL),
        SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "UPDATE record SET chain = ?1 WHERE seq = ?2", -1, &update, NULL),
        SQLITE_OK);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        struct vfj_record record = {
            .seq = (uint64_t)sqlite3_column_int64(rows, 0),
            .cause = (uint64_t)sqlite3_column_int64(rows, 1),
            .boot = (uint64_t)sqlite3_column_int64(rows, 2),
            .wall_us = sqlite3_column_int64(rows, 3),
            .mono_us = sqlite3_column_int64(rows, 4),
            .kind = (uint8_t)vfj_record_kind_parse(span_of(rows, 5)),
            .body = span_of(rows, 6),
            .note = span_of(rows, 7),
            .digest = (uint64_t)sqlite3_column_int64(rows, 8),
        };
        if (begins && record.kind == VFJ_RECORD_CHECKPOINT)
            (void)vfj_state_checkpoint_first(record.body, &head, &rules);
        begins = false;
        vfj_chain_add(chain, &record, &head);
        sqlite3_bind_blob(update, 1, head.bytes, VFJ_CHAIN_SIZE, SQLITE_TRANSIENT);
        sqlite3_bind_int64(update, 2, (sqlite3_int64)record.seq);
        assert_int_equal(sqlite3_step(update), SQLITE_DONE);
        sqlite3_reset(update);
    }
    sqlite3_finalize(rows);
    sqlite3_finalize(update);
    vfj_chain_close(chain);
}

static void tamper(const char *path, const char *sql, bool forge)
{
    char *triggers[TRIGGERS_MAX];
    sqlite3 *db = connect_to(path);
    unsigned count = take_triggers(db, triggers);
    run(db, sql);
    if (forge)
        chain_anew(db);
    put_triggers(db, triggers, count);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

void kit_tamper(const char *path, const char *sql)
{
    tamper(path, sql, false);
}

void kit_forge(const char *path, const char *sql)
{
    tamper(path, sql, true);
}
