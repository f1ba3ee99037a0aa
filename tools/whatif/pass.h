/* A pass over a trace. There are two passes, and the second has other settings. From the first
 * difference that these make, lines that followed from the commands of the first pass must
 * follow from those of the second pass instead. Only for the files in tools/whatif.
 *
 * A VF_UP, and the first LINK lines of the VF and its hn, follow from the program's last
 * `ifconfig VF up' before them. In the second pass they come as long after that command as in
 * the first pass, and do not come without it. All other lines of devd come from the host or an
 * administrator, and keep their times. */
#ifndef VFJ_TOOLS_WHATIF_PASS_H
#define VFJ_TOOLS_WHATIF_PASS_H

#include <stddef.h>

#include "core/model/play.h"
#include "tools/replay/trace_file.h"

/* A line that follows from a command. */
struct vfj_effect {
    uint64_t line; /* number of the line in the trace */
    struct vfj_name vf;
    uint64_t attachment; /* how often the VF had attached when the line came */
    uint64_t up;         /* how often the VF had been brought up since it attached */
    int64_t after_us;    /* time between the beginning of the command and the line */
    bool is_escaped;     /* the line is the text of a %devd */
    struct vfj_span event;
};

struct vfj_effects {
    struct vfj_effect *list; /* the effects in the order of their lines */
    size_t count, room;
    bool no_memory;
};

/* What a pass has shown of a VF. */
struct vfj_pass_vf {
    struct vfj_name vf;
    uint64_t attachment; /* how often the VF attached */
    uint64_t ups;        /* how often the program brought it up since it attached */
    size_t effect; /* index of the first effect that may belong to this attachment or a later one */
    uint64_t command; /* id of the newest `ifconfig VF up' */
    bool is_up;       /* that command began after the VF attached, and has not failed */
    bool is_up_since; /* the same, and the command began after the first difference */
    bool has_up, has_link, has_hn_link; /* these lines came after that command */
    int64_t up_us;                      /* when that command began */
};

enum { VFJ_PASS_DUE_MAX = 3 * VFJ_GUEST_VFS_MAX }; /* at most three lines follow from a command */

/* The state of one pass. This struct is too large for the stack. */
struct vfj_pass {
    struct vfj_play *play;
    /* the first pass fills in the effects, and the second one uses them */
    struct vfj_effects *effects;
    bool follows; /* whether this is the second pass */
    /* The trace was made from a journal. Its facts about interfaces are effects of the recorded
     * commands of the program. So these facts no longer count after the first difference: from
     * then on the guest model alone determines the interfaces. */
    bool is_exported;
    bool differs;         /* whether the second pass differs from the first at some point */
    uint64_t common;      /* number of events before that point */
    uint64_t events;      /* number of events submitted so far */
    struct vfj_span rest; /* the lines that are not played yet */
    int64_t clock_us;     /* the time that the lines of the trace have reached */
    bool has_differed;
    unsigned vf_count, due_count;
    struct vfj_pass_vf vfs[VFJ_GUEST_VFS_MAX];
    struct {
        const struct vfj_effect *effect;
        int64_t us;
    } due[VFJ_PASS_DUE_MAX];
    struct vfj_trace_line read; /* room for a decoded line */
};

/* Notes an event and its decision. It is the watch of the recorder (struct vfj_recorder). */
void vfj_pass_watch(void *pass, const struct vfj_event *event, const struct vfj_decision *decision);

/* Plays the lines of `edited`. Their numbers are higher by `inserted` than those of the trace.
 * The caller has checked the lines and rewound the play. Fails as vfj_trace_play() does. */
enum vfj_status vfj_pass_run(struct vfj_pass *pass, struct vfj_span edited, uint64_t inserted,
                             struct vfj_trace_place *place);

/* Notes which commands have begun since the last call: lines may follow from them before they
 * end. */
void vfj_pass_note_begun(struct vfj_pass *pass);

/* Decides about a line of devd before it is played, and updates what may follow from commands.
 * Returns whether the line is played now. */
bool vfj_pass_takes(struct vfj_pass *pass, uint64_t line);

/* Called when the last event before the first difference was submitted. Drops the facts that no
 * longer count. Gives the guest model the durations of the commands that have not run yet. */
void vfj_pass_differ(struct vfj_pass *pass);

/* Returns whether a directive of the trace counts, also after the first difference. */
bool vfj_pass_keeps(const struct vfj_pass *pass, const struct vfj_trace_line *line);

#endif
