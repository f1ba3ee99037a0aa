/* Which records `vfjournal show` shows. */
#ifndef VFJ_TOOLS_SHOW_SELECT_H
#define VFJ_TOOLS_SHOW_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "core/text/name.h"
#include "store/journal.h"

struct vfj_criteria {
    uint64_t count;        /* the newest so many; UINT64_MAX for all */
    bool every_kind;       /* also what matters little: plain devd lines, probes, timers */
    bool fold;             /* a command and its outcome are one */
    struct vfj_name about; /* only what concerns this interface; empty for all */
    /* Only what is of that time, both ends included (wall_us), and only what came after record
     * `after`. A command is also of the time and place of its outcome. */
    int64_t since_us;
    int64_t until_us;
    uint64_t after; /* 0: from the first on */
};

struct vfj_pick {
    uint64_t seq;
    uint64_t outcome; /* fold: seq of how the command ended; 0 none */
};

struct vfj_selection {
    struct vfj_pick *picks; /* oldest first */
    size_t count;
    size_t room;
    int who_width;
    uint64_t newest;  /* seq of the journal's last record; 0 when there is none */
    uint64_t missing; /* seq of a record that is not there, though newer ones are; 0 none */
};

/* Read the journal from its end until there is enough; with a time, to its beginning, for a clock
 * may have been set back. VFJ_END is not returned; on failure the selection has what was read. */
enum vfj_status vfj_select(struct vfj_journal *journal, const struct vfj_criteria *criteria,
                           struct vfj_selection *selection);

void vfj_selection_free(struct vfj_selection *selection);

#endif
