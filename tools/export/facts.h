/* Writes the facts about the guest that a recorded observation shows as lines of a trace. */
#ifndef VFJ_TOOLS_EXPORT_FACTS_H
#define VFJ_TOOLS_EXPORT_FACTS_H

#include <stdio.h>

#include "core/model/guest.h"

/* The guest model in the state that it has in a replay of the trace written so far, and the stream
 * to which the trace is written. */
struct vfj_mirror {
    FILE *out;
    /* why the trace cannot express a fact; NULL: it can express all facts so far */
    const char *wrong;
    bool failed;    /* memory ran out */
    uint64_t lines; /* number of lines written */
    /* write each fact immediately before the observation that shows it, and write no line from
     * which other facts follow */
    bool cautious;
    unsigned known_count;
    /* hn interfaces that exist from the beginning of the trace */
    struct vfj_name known[VFJ_GUEST_IFS_MAX];
    struct vfj_guest guest;
};

/* Writes a line and applies it to the guest model. Sets mirror->wrong when the line is not valid in
 * a trace, or when the guest model has no room for it. */
void vfj_mirror_direct(struct vfj_mirror *mirror, const char *line);

/* Observes the guest model as vfj_guest_observe() does, but without counting this as a use of a
 * %fail line. */
void vfj_mirror_peek(struct vfj_mirror *mirror, const struct vfj_command *command,
                     struct vfj_observation *answer);

/* Writes the lines after which the guest model's result for `command` is the recorded one, and
 * makes the model give this result. Sets mirror->wrong when a trace cannot express the result. */
void vfj_mirror_answer(struct vfj_mirror *mirror, const struct vfj_command *command,
                       const struct vfj_observation *recorded);

/* Writes a line for a VF that does not exist yet: the kernel will attach it to this hn. */
void vfj_mirror_pair(struct vfj_mirror *mirror, struct vfj_name vf, struct vfj_name hn);

/* Writes the state of hn at the beginning of the trace. It comes from the first observation of
 * hn. */
void vfj_mirror_begin(struct vfj_mirror *mirror, const struct vfj_view *view);

/* Ends the command in the guest model with the recorded outcome. First writes a %fail line when the
 * model would end the command otherwise. Sets mirror->wrong when a trace cannot express the
 * outcome. */
void vfj_mirror_run(struct vfj_mirror *mirror, const struct vfj_command *command,
                    const struct vfj_outcome *recorded);

/* Runs a command in the guest model without recording its outcome, as it happens at a %crash
 * line. */
void vfj_mirror_run_unanswered(struct vfj_mirror *mirror, const struct vfj_command *command);

/* Writes a %slow line that makes the command take `us` microseconds. Writes nothing when the
 * command takes that long in the guest model already. */
void vfj_mirror_duration(struct vfj_mirror *mirror, const struct vfj_command *command, int64_t us);

/* Writes %rc and %norc lines after which rc.conf in the guest model has exactly these values. */
void vfj_mirror_rc(struct vfj_mirror *mirror, struct vfj_span rc);

/* Returns true when the machine treats both outcomes in the same way: both commands succeeded, or
 * both failed in the same way. */
bool vfj_outcome_means_same(enum vfj_command_kind kind, const struct vfj_outcome *a,
                            const struct vfj_outcome *b);

/* Returns true when the machine treats both observations in the same way. Two failed observations
 * of the same kind are treated in the same way. */
bool vfj_observation_means_same(const struct vfj_observation *a, const struct vfj_observation *b);

/* Returns true when two texts of rc.conf contain the same values. The texts are encoded as in
 * events. */
bool vfj_rc_means_same(struct vfj_span a, struct vfj_span b);

#endif
