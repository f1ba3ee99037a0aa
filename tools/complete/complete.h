/* The parts of `vfjournal complete`. */
#ifndef VFJ_TOOLS_COMPLETE_COMPLETE_H
#define VFJ_TOOLS_COMPLETE_COMPLETE_H

#include <getopt.h>

#include "core/text/text.h"

/* A command line without its program. The last word is the one to be completed. */
struct vfj_completion {
    int count;
    char **words;
    const char *verb;
    const char *prefix;           /* the start of the last word, without `joined` */
    struct vfj_span joined;       /* "--output=" of the last word, printed before each candidate */
    const char *shorts;           /* the verb's options, as getopt_long(3) has them */
    const struct option *options; /* ends with a blank entry */
};

/* Prints a candidate when it begins with the prefix. */
void vfj_complete_print(const struct vfj_completion *completion, const char *candidate);

/* Prints the candidates for the value of the option --NAME. Prints nothing for a file or a free
 * text. */
void vfj_complete_value(const struct vfj_completion *completion, const char *name);

/* Prints the candidates FIELD=VALUE of show. */
void vfj_complete_fields(const struct vfj_completion *completion);

/* Prints the ids of the newest migrations. */
void vfj_complete_migrations(const struct vfj_completion *completion);

#endif
