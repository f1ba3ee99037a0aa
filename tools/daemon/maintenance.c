/* The daemon's care of its journal. */
#include "tools/daemon/maintenance.h"

#include "tools/daemon/log.h"

enum { SPARE_BYTES = 2 << 20 }; /* that may stay free in the file: the next rows take them */

/* "about=…" and pairs of numbers. */
static void note(struct vfj_ledger *ledger, int64_t wall_us, int64_t mono_us, const char *about,
                 const char *key, uint64_t value, uint64_t limit)
{
    char body[128];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    vfj_text_add(&text, "about=");
    vfj_text_add(&text, about);
    vfj_text_add_char(&text, ' ');
    vfj_text_add(&text, key);
    vfj_text_add_char(&text, '=');
    vfj_text_add_u64(&text, value);
    if (limit > 0) {
        vfj_text_add(&text, " limit=");
        vfj_text_add_u64(&text, limit);
    }
    (void)vfj_ledger_note(ledger, wall_us, mono_us, body);
}

static void look_at_disk(struct vfj_daemon_maintenance *care, struct vfj_ledger *ledger,
                         int64_t wall_us, int64_t mono_us)
{
    uint64_t bytes = 0;
    char digits[32];
    if (care->min_free == 0 || !vfj_ledger_free_bytes(ledger, &bytes))
        return;
    if (bytes < care->min_free && !care->low) {
        struct vfj_text text = vfj_text_begin(digits, sizeof digits);
        vfj_text_add_u64(&text, bytes >> 20);
        vfj_text_add(&text, " MiB");
        vfj_daemon_log("journal", "the disk is nearly full, free for it: ", digits);
        note(ledger, wall_us, mono_us, "low-disk", "free", bytes, care->min_free);
        care->low = true;
    } else if (bytes > care->min_free + care->min_free / 4) {
        care->low = false; /* what hovers about the limit is said once */
    }
}

static uint64_t spare_of(const struct vfj_daemon_maintenance *care)
{
    uint64_t eighth = care->rule.max_bytes / 8;
    if (care->low)
        return 0;
    return eighth > 0 && eighth < SPARE_BYTES ? eighth : SPARE_BYTES;
}

/* Who prunes by hand can't write a row while we run. */
static void tell_first(struct vfj_daemon_maintenance *care, struct vfj_ledger *ledger,
                       int64_t wall_us, int64_t mono_us)
{
    if (care->told != 0 && care->first > care->told) {
        note(ledger, wall_us, mono_us, "pruned", "first", care->first, 0);
        vfj_daemon_log("journal", "pruned", "");
    }
    care->told = care->first;
}

int64_t vfj_daemon_maintenance_now(struct vfj_daemon_maintenance *care, int64_t wall_us,
                                   int64_t mono_us)
{
    if (care->begin_wall_us == 0) {
        care->begin_wall_us = wall_us;
        care->begin_mono_us = mono_us;
    }
    int64_t steady_us = care->begin_wall_us + (mono_us - care->begin_mono_us);
    return wall_us < steady_us ? wall_us : steady_us;
}

int64_t vfj_daemon_maintenance_step(struct vfj_daemon_maintenance *care, struct vfj_ledger *ledger,
                                    int64_t wall_us, int64_t mono_us)
{
    /* After the row that says that the daemon ended there comes none. */
    bool running = vfj_ledger_state(ledger)->head.running != 0;
    if (mono_us < care->next_us || !running || !vfj_ledger_first(ledger, &care->first))
        return INT64_MAX;
    care->next_us = mono_us + VFJ_CARE_EVERY_US;
    if (care->told == 0)
        care->told = care->first;
    enum vfj_status status
        = vfj_ledger_prune(ledger, &care->rule, vfj_daemon_maintenance_now(care, wall_us, mono_us),
                           spare_of(care), &care->first);
    if (status == VFJ_OK) {
        care->next_us = mono_us + VFJ_CARE_STEP_US;
        return care->next_us;
    }
    if (status != VFJ_END)
        vfj_daemon_log("journal", "can't be pruned: ", vfj_ledger_detail(ledger));
    tell_first(care, ledger, wall_us, mono_us);
    look_at_disk(care, ledger, wall_us, mono_us);
    return INT64_MAX;
}
