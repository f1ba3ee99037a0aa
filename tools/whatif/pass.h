/* One pass over a trace. Of two passes, the second has other settings: from its first difference on,
 * whatever followed from the commands of the first follows from its own. For the files of
 * tools/whatif only.
 *
 * A VF_UP, and the first LINK lines of the VF and its hn, that came after the program's `ifconfig VF
 * up' follow from it. In the second pass they come as long after that command as in the first, and
 * not without it. All other lines of devd are the host's, or an administrator's, and keep their
 * times. */
#ifndef VFJ_TOOLS_WHATIF_PASS_H
#define VFJ_TOOLS_WHATIF_PASS_H

#include <stddef.h>

#include "core/model/play.h"
#include "tools/replay/trace_file.h"

/* A line that follows from a command. */
struct vfj_effect {
    uint64_t line; /* its number in the trace */
    struct vfj_name vf;
    uint64_t attachment; /* how often the VF had attached by then, */
    uint64_t up;         /* and how often it was upped since */
    int64_t after_us;    /* after the command began */
    bool is_escaped;     /* of %devd */
    struct vfj_span event;
};

struct vfj_effects {
    struct vfj_effect *list; /* by line */
    size_t count, room;
    bool no_memory;
};

/* What is known of a VF in a pass. */
struct vfj_pass_vf {
    struct vfj_name vf;
    uint64_t attachment; /* how often it attached */
    uint64_t ups;        /* how often the program upped it since */
    size_t effect;    /* index of the first effect that may be of this attachment, or a later one */
    uint64_t command; /* id of the newest `ifconfig VF up' */
    bool is_up;       /* that command began since the VF attached, and did not fail */
    bool is_up_since; /* likewise, since the first difference */
    bool has_up, has_link, has_hn_link; /* those lines came since */
    int64_t up_us;                      /* when that command began */
};

enum { VFJ_PASS_DUE_MAX = 3 * VFJ_GUEST_VFS_MAX }; /* three lines follow from one command */

/* One pass. Large: keep it on the heap. */
struct vfj_pass {
    struct vfj_play *play;
    struct vfj_effects *effects; /* the first pass fills them in, the second follows them */
    bool follows;                /* the second pass */
    /* The trace is of a journal. Its facts about interfaces tell what the program's own commands
     * led to: they end at the first difference, and the guest model goes on alone. */
    bool is_exported;
    bool differs;         /* the second pass differs from the first, */
    uint64_t common;      /* after so many events */
    uint64_t events;      /* that were submitted */
    struct vfj_span rest; /* the lines that follow */
    int64_t clock_us;     /* of the trace's lines */
    bool has_differed;
    unsigned vf_count, due_count;
    struct vfj_pass_vf vfs[VFJ_GUEST_VFS_MAX];
    struct {
        const struct vfj_effect *effect;
        int64_t us;
    } due[VFJ_PASS_DUE_MAX];
    struct vfj_trace_line read; /* scratch */
};

/* Takes note of an event and its decision: the watch of the recorder. */
void vfj_pass_watch(void *pass, const struct vfj_event *event, const struct vfj_decision *decision);

/* Plays the lines of `edited`, whose numbers are higher by `inserted` than those of the trace.
 * Fails as vfj_trace_play() does. The lines were checked, and the play rewound. */
enum vfj_status vfj_pass_run(struct vfj_pass *pass, struct vfj_span edited, uint64_t inserted,
                             struct vfj_trace_place *place);

/* Notes the commands that run since the play went on: lines may follow before they end. */
void vfj_pass_note_begun(struct vfj_pass *pass);

/* Before a line of devd is played: sets what may follow from commands. Returns whether the line is
 * to be played now. */
bool vfj_pass_takes(struct vfj_pass *pass, uint64_t line);

/* Does what the first difference calls for, once the last common event was submitted: drops the facts
 * that end then, and tells the model how long commands took that it has not met yet. */
void vfj_pass_differ(struct vfj_pass *pass);

/* Returns whether a directive still counts since the first difference. */
bool vfj_pass_keeps(const struct vfj_pass *pass, const struct vfj_trace_line *line);

#endif
