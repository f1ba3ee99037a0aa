/* Waits for new records and prints them, for `vfjournal show -f`. */
#include <time.h>

#include "tools/show/show.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum {
    POLL_NS = 250000000,
    SETTLE_S = 2, /* a record can become visible in the journal this long after the time in it */
};

/* Returns true when the time in the option -U has passed, so that every later record is too new. */
static bool is_late(const struct vfj_show *show)
{
    const int64_t million = 1000000;
    return show->criteria.until_us / million < (int64_t)time(NULL) - SETTLE_S;
}

void vfj_show_begin_reading(struct vfj_show *show)
{
    bool is_copy = show->input.copy.directory[0] != '\0';
    show->is_over = !show->follow || is_copy || is_late(show);
}

void vfj_show_end_reading(struct vfj_show *show, uint64_t newest_boot)
{
    const struct vfj_criteria *criteria = &show->criteria;
    bool is_old_boot = criteria->boot != 0 && newest_boot > criteria->boot;
    show->is_over |= is_old_boot || show->migration_is_ended;
}

bool vfj_show_has_news(struct vfj_show *show)
{
    struct vfj_record record;
    vfj_source_walk(&show->source, UINT64_MAX, VFJ_BACKWARD);
    enum vfj_status status = vfj_source_next(&show->source, &record);
    vfj_source_walk_end(&show->source);
    return status != VFJ_OK
        || (record.seq > show->criteria.after && record.seq > show->newest_read);
}

/* Opens the journal again for each reading, which takes a millisecond, because its daemon may start
 * and end. */
int vfj_show_follow(struct vfj_show *show, int (*print)(struct vfj_show *show))
{
    static const struct timespec pause = {.tv_nsec = POLL_NS};
    int exit_status = vfj_finish_output(VFJ_EXIT_OK);
    show->criteria.count = UINT64_MAX;
    show->reverse = false; /* new records come in their order */
    while (exit_status == VFJ_EXIT_OK && !show->is_over) {
        (void)nanosleep(&pause, NULL);
        exit_status = vfj_finish_output(print(show));
    }
    return exit_status;
}
