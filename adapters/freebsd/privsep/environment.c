/* Cleans the environment of a process that gives up root's rights. */
#include "adapters/freebsd/privsep/environment.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "core/text/text.h"

extern char **environ;

static bool is_kept(const char *variable)
{
    static const char *const names[]
        = {"TZ=", "LANG=", "LC_", "TERM=", "COLUMNS=", "NO_COLOR=", "TMPDIR="};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (vfj_span_starts(vfj_span_of(variable), names[i]))
            return true;
    }
    return false;
}

/* Overwrites a string with zeros. `volatile` keeps the compiler from omitting writes to bytes
 * that are not read again. */
static void overwrite(char *text)
{
    for (volatile char *at = text; *at != '\0'; at++)
        *at = '\0';
}

void vfj_environment_clean(void)
{
    char **to = environ;
    for (char **from = environ; from != NULL && *from != NULL; from++) {
        if (is_kept(*from))
            *to++ = *from;
        else
            overwrite(*from);
    }
    if (to != NULL)
        *to = NULL;
}
