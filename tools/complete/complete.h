/* Declarations that the files of `vfjournal complete` share. */
#ifndef VFJ_TOOLS_COMPLETE_COMPLETE_H
#define VFJ_TOOLS_COMPLETE_COMPLETE_H

#include <getopt.h>

#include "core/text/text.h"

/* A command line, without the program's name, whose last word is to be completed. */
struct vfj_completion {
    int count;
    char **words;
    const char *verb;
    const char *prefix; /* the last word as typed so far, without `joined` */
    /* for a last word "--output=j": "--output=", which is printed in front of each candidate */
    struct vfj_span joined;
    const char *shorts;           /* the verb's short options, as the argument of getopt_long(3) */
    const struct option *options; /* the verb's long options; the last entry has no name */
};

/* Prints a candidate if it begins with the prefix that the user has typed. */
void vfj_complete_print(const struct vfj_completion *completion, const char *candidate);

/* Prints the candidates for the value of the option --NAME. Prints nothing if the value can be any
 * text or is a file. */
void vfj_complete_value(const struct vfj_completion *completion, const char *name);

/* Prints the candidates FIELD=VALUE that `vfjournal show` accepts. */
void vfj_complete_fields(const struct vfj_completion *completion);

/* Prints the ids of the newest migrations. */
void vfj_complete_migrations(const struct vfj_completion *completion);

#endif
