/* The parts of `vfjournal complete`. */
#ifndef VFJ_TOOLS_COMPLETE_COMPLETE_H
#define VFJ_TOOLS_COMPLETE_COMPLETE_H

#include <getopt.h>

#include "core/text/text.h"

/* A command line without the program's name. Its last word is to be completed. */
struct vfj_completion {
    int count;
    char **words;
    const char *verb;
    const char *prefix; /* the beginning of the last word, without `joined` */
    /* of "--output=j" the part "--output=", which is printed before each candidate */
    struct vfj_span joined;
    const char *shorts;           /* the verb's short options, in the form of getopt_long(3) */
    const struct option *options; /* ends with a blank entry */
};

/* Prints a candidate if it begins with the prefix. */
void vfj_complete_print(const struct vfj_completion *completion, const char *candidate);

/* Prints the candidates for the value of the option --NAME. Prints nothing if the value is a
 * file or any text. */
void vfj_complete_value(const struct vfj_completion *completion, const char *name);

/* Prints the candidates of the form FIELD=VALUE for show. */
void vfj_complete_fields(const struct vfj_completion *completion);

/* Prints the ids of the newest migrations. */
void vfj_complete_migrations(const struct vfj_completion *completion);

#endif
