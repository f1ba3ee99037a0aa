/* Reads devd.conf(5) files, and finds the rule that devd(8) runs for an event. */
#ifndef VFJ_TESTS_KIT_DEVD_RULES_H
#define VFJ_TESTS_KIT_DEVD_RULES_H

#include <stddef.h>

#include "adapters/freebsd/devd/rules.h"

enum {
    KIT_DEVD_RULES_MAX = 64,
    KIT_DEVD_FACTS_MAX = 16,
    KIT_DEVD_TEXT_SIZE = 512,
};

/* Rules in devd's order. Zero the struct before the first read. */
struct kit_devd_rules {
    size_t count;
    struct vfj_devd_rule rules[KIT_DEVD_RULES_MAX];
};

/* Adds the rules of one file. Fails the test at a line that devd does not accept. */
void kit_devd_read(struct kit_devd_rules *rules, const char *path);

/* Adds the rules of a text, as kit_devd_read() does those of a file. */
void kit_devd_parse(struct kit_devd_rules *rules, const char *text);

/* How devd inserts the value of a variable into a command: unchanged, or as $'value' (expand_one
 * in devd.cc). */
enum kit_devd_quoting { KIT_DEVD_AS_IT_IS, KIT_DEVD_QUOTED };

/* Returns the command that devd gives to sh(1) for an event of the kernel, or NULL when no rule
 * matches or the matching rule has no action. `medium` is the type of the interface: "ethernet",
 * "802.11", or NULL when it is unknown. The text is valid until the next call. */
const char *kit_devd_command(const struct kit_devd_rules *rules, const char *event,
                             const char *medium, enum kit_devd_quoting quoting);

#endif
