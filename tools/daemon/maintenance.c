/* The daemon's maintenance of its journal: prunes old rows, and reports a nearly full disk and a
 * journal that was moved. */
#include "tools/daemon/maintenance.h"

#include <inttypes.h>

#include "tools/daemon/log.h"

/* SPARE_BYTES is the number of free bytes that pruning may leave in the file for the next rows. */
enum { BODY_SIZE = 256, SPARE_BYTES = 2 << 20 };

static void check_disk(struct vfj_daemon_maintenance *maintenance, struct vfj_ledger *ledger,
                       int64_t wall_us, int64_t mono_us)
{
    uint64_t bytes = 0, limit = maintenance->min_free;
    char body[BODY_SIZE];
    if (limit == 0 || !vfj_ledger_free_bytes(ledger, &bytes))
        return;
    if (bytes < limit && !maintenance->is_low) {
        struct vfj_text text = vfj_text_begin(body, sizeof body);
        vfj_text_format(&text, "about=low-disk free=%" PRIu64 " limit=%" PRIu64, bytes, limit);
        (void)vfj_ledger_note(ledger, wall_us, mono_us, body);
        vfj_daemon_log("journal", "the disk is nearly full, free for the journal: %" PRIu64 " MiB",
                       bytes >> 20);
        maintenance->is_low = true;
    } else if (bytes > limit + limit / 4) {
        /* free space that varies a little around the limit is thus reported only once */
        maintenance->is_low = false;
    }
}

static uint64_t spare_of(const struct vfj_daemon_maintenance *maintenance)
{
    uint64_t eighth = maintenance->rule.max_bytes / 8;
    if (maintenance->is_low)
        return 0;
    return eighth > 0 && eighth < SPARE_BYTES ? eighth : SPARE_BYTES;
}

/* Writes a row which tells that the daemon or `vfjournal prune` pruned the journal. While the
 * daemon runs, `vfjournal prune` cannot write this row itself. */
static void report_first(struct vfj_daemon_maintenance *maintenance, struct vfj_ledger *ledger,
                         int64_t wall_us, int64_t mono_us)
{
    char body[BODY_SIZE];
    uint64_t first = maintenance->first, reported = maintenance->reported_first;
    maintenance->reported_first = first;
    if (reported == 0 || first <= reported)
        return;
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    vfj_text_format(&text, "about=pruned first=%" PRIu64, first);
    if (maintenance->identity.journal[0] != '\0')
        vfj_identity_add(&text, &maintenance->identity);
    (void)vfj_ledger_note(ledger, wall_us, mono_us, body);
    vfj_daemon_log("journal", "pruned");
}

/* Writes a row when the journal's file was moved. Returns true when this call is the first one that
 * finds the file moved. */
static bool check_moved(struct vfj_daemon_maintenance *maintenance, struct vfj_ledger *ledger,
                        int64_t wall_us, int64_t mono_us)
{
    if (maintenance->is_moved || !vfj_ledger_is_moved(ledger))
        return false;
    maintenance->is_moved = true;
    (void)vfj_ledger_note(ledger, wall_us, mono_us, "about=moved");
    return true;
}

static void begin(struct vfj_daemon_maintenance *maintenance, int64_t wall_us, int64_t mono_us)
{
    if (maintenance->begin_wall_us != 0)
        return;
    maintenance->begin_wall_us = wall_us;
    maintenance->begin_mono_us = mono_us;
}

int64_t vfj_daemon_maintenance_now(struct vfj_daemon_maintenance *maintenance, int64_t wall_us,
                                   int64_t mono_us)
{
    begin(maintenance, wall_us, mono_us);
    int64_t steady_us = maintenance->begin_wall_us + (mono_us - maintenance->begin_mono_us);
    return wall_us < steady_us ? wall_us : steady_us;
}

struct vfj_prune_rule vfj_daemon_maintenance_rule(const struct vfj_daemon_maintenance *maintenance,
                                                  int64_t mono_us)
{
    const int64_t settled_us = VFJ_CLOCK_SETTLED_S * INT64_C(1000000);
    struct vfj_prune_rule rule = maintenance->rule;
    rule.settled_us = rule.keep_us / 2 < settled_us ? rule.keep_us / 2 : settled_us;
    if (mono_us - maintenance->begin_mono_us >= settled_us)
        rule.settled_us = 0;
    return rule;
}

int64_t vfj_daemon_maintenance_step(struct vfj_daemon_maintenance *maintenance,
                                    struct vfj_ledger *ledger, int64_t wall_us, int64_t mono_us)
{
    /* The row about the daemon's end must be the last row that this daemon writes. No maintenance
     * follows it. */
    bool is_running = vfj_ledger_state(ledger)->head.running != 0;
    if (mono_us < maintenance->next_us || !is_running
        || !vfj_ledger_first(ledger, &maintenance->first))
        return INT64_MAX;
    maintenance->next_us = mono_us + VFJ_MAINTENANCE_EVERY_US;
    if (check_moved(maintenance, ledger, wall_us, mono_us))
        return INT64_MAX;
    if (maintenance->reported_first == 0)
        maintenance->reported_first = maintenance->first;
    int64_t now_us = vfj_daemon_maintenance_now(maintenance, wall_us, mono_us);
    const struct vfj_prune_rule rule = vfj_daemon_maintenance_rule(maintenance, mono_us);
    enum vfj_status status
        = vfj_ledger_prune(ledger, &rule, now_us, spare_of(maintenance), &maintenance->first);
    if (status == VFJ_OK) {
        maintenance->next_us = mono_us + VFJ_MAINTENANCE_STEP_US;
        return maintenance->next_us;
    }
    if (status != VFJ_END)
        vfj_daemon_log("journal", "can't be pruned: %s", vfj_ledger_detail(ledger));
    report_first(maintenance, ledger, wall_us, mono_us);
    check_disk(maintenance, ledger, wall_us, mono_us);
    return INT64_MAX;
}
