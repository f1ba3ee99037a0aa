/* A pass over a trace. There are two passes, and the second one has other settings. From the first
 * difference that these settings make, lines that were effects of commands in the first pass must
 * become effects of commands in the second pass. Only the files in tools/whatif use this.
 *
 * A VF_UP, and the first LINK lines of the VF and its hn, are effects of the program's last
 * `ifconfig VF up' before them. In the second pass, they come as long after this command as in the
 * first pass, and do not come when there is no such command. In transparent mode, hn(4) takes the
 * VF up after hw.hn.vf_xpnt_attwait. Only the LINK line of the VF is an effect of that. All other
 * lines of devd come from the host or an administrator, and keep their times. */
#ifndef VFJ_TOOLS_WHATIF_PASS_H
#define VFJ_TOOLS_WHATIF_PASS_H

#include <stddef.h>

#include "core/model/play.h"
#include "tools/replay/trace_file.h"

/* A line of the trace that is an effect of taking the VF up. */
struct vfj_effect {
    uint64_t line; /* number of the line in the trace */
    struct vfj_name vf;
    uint64_t attachment; /* how often the VF had attached before the line */
    /* how often the VF had been taken up between its attachment and the line */
    uint64_t up;
    /* Time from taking the VF up to the line. It is negative when devd reported the attachment of
     * the VF later than the line. */
    int64_t after_us;
    bool is_of_link; /* the line is a LINK line of the VF */
    bool is_escaped; /* the trace has devd's line, with escapes, after the word "%devd" */
    struct vfj_span event;
};

struct vfj_effects {
    struct vfj_effect *list; /* the effects in the order of their lines in the trace */
    size_t count, room;
    bool no_memory;
};

/* What a pass has shown about a VF so far. */
struct vfj_pass_vf {
    struct vfj_name vf;
    uint64_t attachment; /* how often the VF attached */
    uint64_t ups;        /* how often the program or hn(4) took the VF up since it attached */
    int64_t attached_us; /* time at which the VF attached last */
    /* hn(4), not a command, takes the VF up at `up_us` */
    bool is_by_hn;
    /* index in vfj_effects.list of the first effect that can come after the VF's last attachment */
    size_t effect;
    uint64_t command; /* id of the newest command `ifconfig VF up' */
    /* The newest command `ifconfig VF up' began after the VF attached, and has not failed. Or
     * hn(4) takes the VF up at `up_us`, perhaps in the future. */
    bool is_up;
    bool is_up_since; /* `is_up` is true, and the command began after the first difference */
    /* whether a VF_UP, a LINK line of the VF, and a LINK line of hn came since the VF was last
     * taken up */
    bool has_up, has_link, has_hn_link;
    int64_t up_us; /* time at which the VF was last taken up; if by hn(4), perhaps in the future */
};

/* a command has at most three lines as effects */
enum { VFJ_PASS_DUE_MAX = 3 * VFJ_GUEST_VFS_MAX };

/* The data of one pass. This struct is too large for the stack. */
struct vfj_pass {
    struct vfj_play *play;
    /* the first pass writes the effects, and the second pass uses them */
    struct vfj_effects *effects;
    bool follows; /* this is the second pass */
    /* The trace was made from a journal. Its facts about interfaces result from the recorded
     * commands of the program. They are therefore ignored after the first difference: from then on
     * the guest model alone determines the interfaces. */
    bool is_exported;
    /* the settings make a difference, so that the second pass differs from the first at some
     * event */
    bool differs;
    uint64_t common;      /* number of events before the first difference */
    uint64_t events;      /* number of events submitted so far */
    struct vfj_span rest; /* the lines that are not played yet */
    int64_t clock_us;     /* the time up to which the lines of the trace were played */
    bool has_differed;    /* the pass has reached the first difference */
    unsigned vf_count, due_count;
    struct vfj_pass_vf vfs[VFJ_GUEST_VFS_MAX];
    /* the effects whose command has run, and the times at which their lines must be played */
    struct {
        const struct vfj_effect *effect;
        int64_t us;
    } due[VFJ_PASS_DUE_MAX];
    struct vfj_trace_line read; /* room for a decoded line */
};

/* Handles an event and its decision. The recorder calls this after each event (struct
 * vfj_recorder). */
void vfj_pass_watch(void *pass, const struct vfj_event *event, const struct vfj_decision *decision);

/* Plays the lines of `edited`, a trace that has `inserted` more lines at its beginning than the
 * original trace. The caller has checked the lines and reset pass->play to its beginning.
 * Returns the statuses of vfj_trace_play(). When a line exceeds a limit of the guest model,
 * *place describes that line. */
enum vfj_status vfj_pass_run(struct vfj_pass *pass, struct vfj_span edited, uint64_t inserted,
                             struct vfj_trace_place *place);

/* Finds the commands that have begun since the last call. A command may have lines as effects
 * before it ends. */
void vfj_pass_note_begun(struct vfj_pass *pass);

/* Called before a line of devd is played; `line` is its number in the trace. The first pass records
 * the line if it is an effect of a command. Returns true when the line must be played now. */
bool vfj_pass_takes(struct vfj_pass *pass, uint64_t line);

/* Called when the last event before the first difference was submitted. Removes the facts that are
 * ignored from here on. Sets the durations of the commands that have not run yet in the guest
 * model. */
void vfj_pass_differ(struct vfj_pass *pass);

/* Returns true when a line of the trace that begins with '%' must be applied. Some of these
 * lines must not be applied after the first difference (`is_exported`). */
bool vfj_pass_keeps(const struct vfj_pass *pass, const struct vfj_trace_line *line);

#endif
