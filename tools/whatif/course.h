/* How a trace goes on once a play has parted from the one before: whatever followed from the
 * commands of the first play follows from those of the second. For the files of tools/whatif only.
 *
 * A VF_UP, and the first LINK lines of the VF and its hn, that came after the program's `ifconfig VF
 * up' follow from it. In the second play they come as long after that command as in the first, and
 * not without it. All other lines of devd are the host's, or an administrator's, and keep their
 * times. */
#ifndef VFJ_TOOLS_WHATIF_COURSE_H
#define VFJ_TOOLS_WHATIF_COURSE_H

#include <stddef.h>

#include "core/model/play.h"
#include "tools/replay/trace_file.h"

/* A line that follows from a command. */
struct vfj_tie {
    uint64_t line; /* its number in the trace */
    struct vfj_name vf;
    uint64_t attachment; /* how often the VF had attached by then, */
    uint64_t up;         /* and how often it was upped since */
    int64_t after_us;    /* after the command began */
    bool is_escaped;     /* of %devd */
    struct vfj_span event;
};

struct vfj_ties {
    struct vfj_tie *list; /* by line */
    size_t count, room;
    bool no_memory;
};

/* What is known of a VF in a play. */
struct vfj_course_vf {
    struct vfj_name vf;
    uint64_t attachment; /* how often it attached */
    uint64_t ups;        /* how often the program upped it since */
    size_t tie;          /* index of the first tie that may be of this attachment, or a later one */
    uint64_t command;    /* id of the newest `ifconfig VF up' */
    bool is_up;          /* that command began since the VF attached, and did not fail */
    bool is_up_parted;   /* likewise, after the plays parted */
    bool has_up, has_link, has_hn_link; /* those lines came since */
    int64_t up_us;                      /* when that command began */
};

enum { VFJ_COURSE_DUE_MAX = 3 * VFJ_GUEST_VFS_MAX }; /* three lines follow from one command */

/* One play. Large: keep it on the heap. */
struct vfj_course {
    struct vfj_play *play;
    struct vfj_ties *ties; /* the first play fills them in, the second one follows them */
    bool follows;          /* the second play */
    /* The trace is of a journal. Its facts about interfaces tell what the program's own commands
     * led to: they end when the plays part, and the guest model goes on alone. */
    bool is_exported;
    bool parts;           /* the second play parts from the first, */
    uint64_t common;      /* after so many events */
    uint64_t events;      /* that were submitted */
    struct vfj_span rest; /* the lines that follow */
    int64_t clock_us;     /* of the trace's lines */
    bool has_parted;
    unsigned vf_count, due_count;
    struct vfj_course_vf vfs[VFJ_GUEST_VFS_MAX];
    struct {
        const struct vfj_tie *tie;
        int64_t us;
    } due[VFJ_COURSE_DUE_MAX];
    struct vfj_trace_line read; /* scratch */
};

/* Takes note of an event and its decision: the watch of the recorder. */
void vfj_course_watch(void *course, const struct vfj_event *event,
                      const struct vfj_decision *decision);

/* Plays the lines of `edited`, whose numbers are higher by `inserted` than those of the trace.
 * Fails as vfj_trace_play() does. The lines were checked, and the play rewound. */
enum vfj_status vfj_course_run(struct vfj_course *course, struct vfj_span edited, uint64_t inserted,
                               struct vfj_trace_place *place);

/* Notes the commands that run since the play went on: lines may follow before they end. */
void vfj_course_note_begun(struct vfj_course *course);

/* Before a line of devd is played: sets what may follow from commands. Returns whether the line is
 * to be played now. */
bool vfj_course_takes(struct vfj_course *course, uint64_t line);

/* Parts when the last common event was submitted: drops the facts that end then, and tells the model
 * how long commands took that it has not met yet. */
void vfj_course_part(struct vfj_course *course);

/* Returns whether a directive still counts after the plays parted. */
bool vfj_course_keeps(const struct vfj_course *course, const struct vfj_trace_line *line);

#endif
