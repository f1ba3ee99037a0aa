/* The machine's state in plain words. */
#ifndef VFJ_TOOLS_STATE_DESCRIBE_H
#define VFJ_TOOLS_STATE_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/machine/state.h"

/* One fact of a state. */
struct vfj_fact {
    char *subject;   /* "daemon", "rc.conf", "scripts", or the name of a slot */
    const char *key; /* of lower-case letters and '_'; "value": an assignment of rc.conf */
    char *text;      /* safe for a terminal */
    bool is_number;
    double number;
};

struct vfj_description {
    struct vfj_fact *list;
    size_t count, room;
    bool no_memory;
};

/* Describes the whole state: what the daemon is, rc.conf, the scripts of policy scripts, and each
 * slot with its activity, plan, timers and observations. Timers are relative to the newest event. The
 * caller frees the description in any case. */
void vfj_state_describe(const struct vfj_state *state, struct vfj_description *description);
void vfj_description_free(struct vfj_description *description);

/* Prints the facts, one a line, below the line of their subject. */
void vfj_description_print(FILE *out, const struct vfj_description *description);

/* Prints one object for each subject. Returns false without memory. */
bool vfj_description_print_json(FILE *out, const struct vfj_description *description);

/* For the files of tools/state only: add a fact. */
void vfj_fact_add(struct vfj_description *description, const char *subject, const char *key,
                  const char *text);
void vfj_fact_add_number(struct vfj_description *description, const char *subject, const char *key,
                         double number);
void vfj_state_describe_slot(const struct vfj_state *state, unsigned index,
                             struct vfj_description *description);

#endif
