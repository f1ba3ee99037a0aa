/* Writes the facts of a recorded answer as directives of a trace. */
#ifndef VFJ_TOOLS_EXPORT_FACTS_H
#define VFJ_TOOLS_EXPORT_FACTS_H

#include <stdio.h>

#include "core/model/guest.h"

/* The guest model of a replay of the exported trace, and the stream for the trace. */
struct vfj_mirror {
    FILE *out;
    const char *wrong; /* why the trace cannot express a fact; NULL for none */
    bool failed;       /* without memory */
    uint64_t lines;    /* how many were written */
    bool cautious;     /* writes no fact before its time, and none that others follow from */
    unsigned known_count;
    struct vfj_name known[VFJ_GUEST_IFS_MAX]; /* hn interfaces that are there from the beginning */
    struct vfj_guest guest;
};

/* Writes a line, and applies it to the mirror. Sets mirror->wrong when the line is not one of a
 * trace, or the guest model has no room for it. */
void vfj_mirror_direct(struct vfj_mirror *mirror, const char *line);

/* Observes like vfj_guest_observe(), but uses no %fail up. */
void vfj_mirror_peek(struct vfj_mirror *mirror, const struct vfj_command *command,
                     struct vfj_observation *answer);

/* Writes the directives after which the model's answer to `command` is the recorded one. The mirror
 * has then given that answer. Sets mirror->wrong when a trace cannot express the answer. */
void vfj_mirror_answer(struct vfj_mirror *mirror, const struct vfj_command *command,
                       const struct vfj_observation *recorded);

/* Writes that the kernel maps the VF, which does not exist yet, to this hn. */
void vfj_mirror_pair(struct vfj_mirror *mirror, struct vfj_name vf, struct vfj_name hn);

/* Writes the state of hn by its first observation, before anything else. */
void vfj_mirror_begin(struct vfj_mirror *mirror, const struct vfj_view *view);

/* Ends the command as recorded, on the mirror, too. Writes a %fail when the model would end it
 * otherwise. Sets mirror->wrong when a trace cannot express the outcome. */
void vfj_mirror_run(struct vfj_mirror *mirror, const struct vfj_command *command,
                    const struct vfj_outcome *recorded);

/* Runs a command whose outcome is lost, as after a %crash. */
void vfj_mirror_run_unanswered(struct vfj_mirror *mirror, const struct vfj_command *command);

/* Writes the rule that makes the command take that long, unless the model has it. */
void vfj_mirror_duration(struct vfj_mirror *mirror, const struct vfj_command *command, int64_t us);

/* Writes the assignments after which the model has these values of rc.conf and no others. */
void vfj_mirror_rc(struct vfj_mirror *mirror, struct vfj_span rc);

/* Returns whether two outcomes are the same to the machine: the command succeeded, or failed in the
 * same way. */
bool vfj_outcome_means_same(enum vfj_command_kind kind, const struct vfj_outcome *a,
                            const struct vfj_outcome *b);

/* Returns whether two answers to one command are the same to the machine. Two failed observations
 * are. */
bool vfj_observation_means_same(const struct vfj_observation *a, const struct vfj_observation *b);

/* Returns whether two texts of rc.conf, as events have them, hold the same values. */
bool vfj_rc_means_same(struct vfj_span a, struct vfj_span b);

#endif
