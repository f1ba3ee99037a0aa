/* Describes the machine's state in plain words. */
#ifndef VFJ_TOOLS_STATE_DESCRIBE_H
#define VFJ_TOOLS_STATE_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/machine/state.h"

/* One fact about a state. */
struct vfj_fact {
    /* what the fact is about: "daemon", "rc.conf", "scripts" or the name of a slot */
    char *subject;
    /* made of lower-case letters and '_'; "value" means an assignment in rc.conf */
    const char *key;
    char *text; /* safe for a terminal */
    bool is_number;
    double number;
};

struct vfj_description {
    struct vfj_fact *list;
    size_t count, room;
    bool no_memory;
};

/* Describes the whole state: the daemon, rc.conf, the scripts of the policy scripts, and each
 * slot with its activity, plan, timers and observations. Times of timers are relative to the
 * newest event. In any case the caller has to free the description. */
void vfj_state_describe(const struct vfj_state *state, struct vfj_description *description);
void vfj_description_free(struct vfj_description *description);

/* Prints the facts, one on each line, below a line with their subject. */
void vfj_description_print(FILE *out, const struct vfj_description *description);

/* Prints a JSON object for each subject. Returns false when memory runs out. */
bool vfj_description_print_json(FILE *out, const struct vfj_description *description);

/* Add a fact. Only for the files in tools/state. */
void vfj_fact_add(struct vfj_description *description, const char *subject, const char *key,
                  const char *text);
void vfj_fact_add_number(struct vfj_description *description, const char *subject, const char *key,
                         double number);
void vfj_state_describe_slot(const struct vfj_state *state, unsigned index,
                             struct vfj_description *description);

#endif
