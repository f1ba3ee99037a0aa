/* Writes the facts that a recorded answer shows as directives of a trace. */
#ifndef VFJ_TOOLS_EXPORT_FACTS_H
#define VFJ_TOOLS_EXPORT_FACTS_H

#include <stdio.h>

#include "core/model/guest.h"

/* The guest model as a replay of the exported trace would have it, and the stream for the trace. */
struct vfj_mirror {
    FILE *out;
    const char *wrong; /* why the trace cannot express a fact; NULL: it can */
    bool failed;       /* whether memory ran out */
    uint64_t lines;    /* how many lines were written */
    /* writes each fact just before the answer that shows it, and no directive from which other
     * facts follow */
    bool cautious;
    unsigned known_count;
    struct vfj_name known[VFJ_GUEST_IFS_MAX]; /* hn interfaces that exist from the beginning */
    struct vfj_guest guest;
};

/* Writes a line and applies it to the guest model. Sets mirror->wrong when the line is no valid
 * line of a trace, or when the guest model has no room for it. */
void vfj_mirror_direct(struct vfj_mirror *mirror, const char *line);

/* Observes like vfj_guest_observe(), but does not use up the count of a %fail. */
void vfj_mirror_peek(struct vfj_mirror *mirror, const struct vfj_command *command,
                     struct vfj_observation *answer);

/* Writes the directives after which the guest model answers `command` with what was recorded,
 * and lets the model give this answer. Sets mirror->wrong when a trace cannot express the
 * answer. */
void vfj_mirror_answer(struct vfj_mirror *mirror, const struct vfj_command *command,
                       const struct vfj_observation *recorded);

/* Writes that the kernel will map the VF, which does not exist yet, to this hn. */
void vfj_mirror_pair(struct vfj_mirror *mirror, struct vfj_name vf, struct vfj_name hn);

/* Writes the state of hn at the beginning of the trace, taken from the first observation of hn. */
void vfj_mirror_begin(struct vfj_mirror *mirror, const struct vfj_view *view);

/* Ends the command as recorded, also in the guest model. Writes a %fail when the model would end
 * it in another way. Sets mirror->wrong when a trace cannot express the outcome. */
void vfj_mirror_run(struct vfj_mirror *mirror, const struct vfj_command *command,
                    const struct vfj_outcome *recorded);

/* Runs a command in the guest model whose outcome is lost, as after a %crash. */
void vfj_mirror_run_unanswered(struct vfj_mirror *mirror, const struct vfj_command *command);

/* Writes the %slow with which the command takes `us`, unless it takes that long in the model
 * already. */
void vfj_mirror_duration(struct vfj_mirror *mirror, const struct vfj_command *command, int64_t us);

/* Writes %rc and %norc lines after which the guest model has exactly these values of rc.conf. */
void vfj_mirror_rc(struct vfj_mirror *mirror, struct vfj_span rc);

/* Returns whether the machine treats both outcomes alike: the command succeeded, or it failed in
 * the same way. */
bool vfj_outcome_means_same(enum vfj_command_kind kind, const struct vfj_outcome *a,
                            const struct vfj_outcome *b);

/* Returns whether the machine treats both answers to a command alike. Two failed observations of
 * the same kind are alike. */
bool vfj_observation_means_same(const struct vfj_observation *a, const struct vfj_observation *b);

/* Returns whether two texts of rc.conf, encoded as in events, hold the same values. */
bool vfj_rc_means_same(struct vfj_span a, struct vfj_span b);

#endif
