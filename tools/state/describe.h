/* Describes the machine's state in plain words. */
#ifndef VFJ_TOOLS_STATE_DESCRIBE_H
#define VFJ_TOOLS_STATE_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/machine/state.h"

/* One fact about a state. */
struct vfj_fact {
    /* what the fact is about: "daemon", "rc.conf", "scripts", or the name of a slot */
    char *subject;
    /* name of the fact in lower-case letters and '_'; "value" stands for an assignment in
     * rc.conf */
    const char *key;
    char *text; /* text without control characters */
    bool is_number;
    double number;
};

struct vfj_description {
    struct vfj_fact *list;
    size_t count, room;
    bool no_memory;
};

/* Describes the whole state of the machine: the daemon, rc.conf, the scripts (with the policy
 * "scripts"), and each slot with its activity, plan, timers and observations. Times of timers are
 * relative to the newest event. The caller frees the description in any case. */
void vfj_state_describe(const struct vfj_state *state, struct vfj_description *description);
void vfj_description_free(struct vfj_description *description);

/* Prints the facts, one on each line. A line with the subject precedes the facts about it. */
void vfj_description_print(FILE *out, const struct vfj_description *description);

/* Prints one JSON object for each subject. Returns false when memory runs out. */
bool vfj_description_print_json(FILE *out, const struct vfj_description *description);

/* These functions add facts. Only the files in tools/state call them. */
void vfj_fact_add(struct vfj_description *description, const char *subject, const char *key,
                  const char *text);
void vfj_fact_add_number(struct vfj_description *description, const char *subject, const char *key,
                         double number);
void vfj_state_describe_slot(const struct vfj_state *state, unsigned index,
                             struct vfj_description *description);

#endif
