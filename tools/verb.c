/* Finds a verb and its options. */
#include "tools/verb.h"

#include <string.h>

#include "tools/options.h"

const struct vfj_verb *vfj_verb_find(const char *name)
{
    for (const struct vfj_verb *verb = vfj_verbs; verb->name != NULL; verb++) {
        if (strcmp(verb->name, name) == 0)
            return verb;
    }
    return NULL;
}

bool vfj_verb_options(const struct vfj_verb *verb, const char **shorts,
                      const struct option **options)
{
    char name[32];
    char *arguments[] = {name, NULL};
    if (!vfj_span_copy(name, sizeof name, vfj_span_of(verb->name)))
        return false;
    vfj_option_capture(true);
    (void)verb->run(1, arguments);
    return vfj_option_captured(shorts, options);
}
