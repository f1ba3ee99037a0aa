/* The settings of a what-if: other values of rc.conf variables and sysctls, another policy, or
 * another mode. */
#ifndef VFJ_TOOLS_WHATIF_SETTINGS_H
#define VFJ_TOOLS_WHATIF_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text/text.h"

struct vfj_setting;

struct vfj_settings {
    int mode, policy; /* enum vfj_mode and enum vfj_policy; -1: use that of the trace */
    /* path of the file given by --rc, whose values replace all of rc.conf in the trace; NULL: the
     * option was not given */
    const char *rc;
    struct vfj_setting *list;
    size_t count, room;
};

#define VFJ_SETTINGS_NONE        \
    {                            \
        .mode = -1, .policy = -1 \
    }

/* Codes of the options with which a verb takes settings. The codes of its other long options are
 * smaller. */
enum {
    VFJ_SETTINGS_POLICY = 512,
    VFJ_SETTINGS_MODE,
    VFJ_SETTINGS_SET,
    VFJ_SETTINGS_RC,
    VFJ_SETTINGS_SYSCTL,
};

/* The rows for these options in the option table of a verb (getopt_long(3)). */
#define VFJ_SETTINGS_OPTIONS                                   \
    {"policy", required_argument, NULL, VFJ_SETTINGS_POLICY},  \
        {"mode", required_argument, NULL, VFJ_SETTINGS_MODE},  \
        {"set", required_argument, NULL, VFJ_SETTINGS_SET},    \
        {"rc", required_argument, NULL, VFJ_SETTINGS_RC},      \
    {                                                          \
        "sysctl", required_argument, NULL, VFJ_SETTINGS_SYSCTL \
    }

/* Handles one of the options in VFJ_SETTINGS_OPTIONS, for the verb `verb`. Handles every other
 * option with vfj_option_rest() and `help`. Returns VFJ_OPTIONS_READ, or the exit status after a
 * usage error, which names the wrong value and the possible ones. */
int vfj_settings_take(struct vfj_settings *settings, const char *verb, int option,
                      const char *value, const char *help);

/* Reads the file given by --rc. Its lines are NAME=VALUE, quoted as in rc.conf(5), without
 * expansions. Skips variables that the machine does not use, and those given by --set. Returns
 * VFJ_OPTIONS_READ, or the exit status after a message. */
int vfj_settings_read_rc(struct vfj_settings *settings);

/* Returns true when the settings contain a value, a policy or a mode. */
bool vfj_settings_any(const struct vfj_settings *settings);

/* Returns true when --set, --rc or --sysctl was given. */
bool vfj_settings_has_values(const struct vfj_settings *settings);

/* Appends a list of the settings for people, such as "hyperv_vf_delay=2, policy scripts". The text
 * contains no control characters. */
void vfj_settings_describe(const struct vfj_settings *settings, struct vfj_text *text);

/* Returns the trace with the values of the settings before its first event, and without its own
 * lines about these values. *inserted is the number of lines at the beginning of the new text that
 * the trace does not have. All other lines keep their order. Returns NULL when memory runs out. The
 * caller frees the text. */
char *vfj_settings_edit(const struct vfj_settings *settings, struct vfj_span trace, size_t *length,
                        uint64_t *inserted);

void vfj_settings_free(struct vfj_settings *settings);

#endif
