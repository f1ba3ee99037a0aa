/* What a recorded answer says of the guest, as directives of a trace. */
#ifndef VFJ_TOOLS_EXPORT_FACTS_H
#define VFJ_TOOLS_EXPORT_FACTS_H

#include <stdio.h>

#include "core/guest.h"

/* A guest as whoever replays the exported trace will have it, and where the trace is written. */
struct vfj_mirror {
    FILE *out;
    struct vfj_guest guest;
};

/* Write a line and let it take effect on the mirror; false when the line is not one of a trace. */
bool vfj_mirror_direct(struct vfj_mirror *mirror, const char *line);

/* Write the directives after which the model's own answer to `command` is the recorded one. Not all can be said in a
 * trace: routes and IPv6 flags are not. */
void vfj_mirror_answer(struct vfj_mirror *mirror, const struct vfj_command *command,
                       const struct vfj_observation *recorded);

#endif
