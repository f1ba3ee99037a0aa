/* What a recorded answer says of the guest, as directives of a trace. */
#ifndef VFJ_TOOLS_EXPORT_FACTS_H
#define VFJ_TOOLS_EXPORT_FACTS_H

#include <stdio.h>

#include "core/model/guest.h"

/* A guest as whoever replays the exported trace will have it, and where the trace is written. */
struct vfj_mirror {
    FILE *out;
    const char *wrong; /* why the trace can't say what it should; NULL */
    bool failed;       /* without memory */
    uint64_t lines;    /* how many were written */
    bool cautious;     /* no fact is told before its time, and none that others follow from */
    unsigned known_count;
    struct vfj_name known[VFJ_GUEST_IFS_MAX]; /* hn interfaces that are there from the beginning */
    struct vfj_guest guest;
};

/* Write a line and let it take effect on the mirror. Sets mirror->wrong when the line is not one of
 * a trace, or the guest model has no room for it. */
void vfj_mirror_direct(struct vfj_mirror *mirror, const char *line);

/* As vfj_guest_observe(), but no %fail is used up. */
void vfj_mirror_peek(struct vfj_mirror *mirror, const struct vfj_command *command,
                     struct vfj_observation *answer);

/* Write the directives after which the model's own answer to `command` is the recorded one; the
 * mirror has given it then. Sets mirror->wrong when a trace has no words for the answer. */
void vfj_mirror_answer(struct vfj_mirror *mirror, const struct vfj_command *command,
                       const struct vfj_observation *recorded);

/* Write that the kernel maps the VF, which is not there yet, to this hn. */
void vfj_mirror_pair(struct vfj_mirror *mirror, struct vfj_name vf, struct vfj_name hn);

/* Write what hn was like, by the first look at it, before anything else. */
void vfj_mirror_begin(struct vfj_mirror *mirror, const struct vfj_view *view);

/* The command ends as recorded, on the mirror, too: a %fail is written when the model would end it
 * otherwise. Sets mirror->wrong when a trace can't say the outcome. */
void vfj_mirror_run(struct vfj_mirror *mirror, const struct vfj_command *command,
                    const struct vfj_outcome *recorded);

/* Nobody hears how the command ends, as after a %crash. */
void vfj_mirror_run_unheard(struct vfj_mirror *mirror, const struct vfj_command *command);

/* Write the rule that makes the command take so long, unless the model has it so. */
void vfj_mirror_duration(struct vfj_mirror *mirror, const struct vfj_command *command, int64_t us);

/* Write the assignments after which the model has these values of rc.conf and no others. */
void vfj_mirror_rc(struct vfj_mirror *mirror, struct vfj_span rc);

/* Whether two outcomes are the same to the machine: the command has done its work, or failed in the
 * same way. */
bool vfj_outcome_means_same(enum vfj_command_kind kind, const struct vfj_outcome *a,
                            const struct vfj_outcome *b);

/* Whether two answers to the same command are the same to the machine: of one that could not be
 * had, nothing counts but that. */
bool vfj_observation_means_same(const struct vfj_observation *a, const struct vfj_observation *b);

/* Whether two texts of rc.conf's values, as events have them, hold the same. */
bool vfj_rc_means_same(struct vfj_span a, struct vfj_span b);

#endif
