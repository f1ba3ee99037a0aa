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

/* The rules in the order in which devd tries them. The caller zeroes the struct before the first
 * read. */
struct kit_devd_rules {
    size_t count;
    struct vfj_devd_rule rules[KIT_DEVD_RULES_MAX];
};

/* Adds the rules of one file. Fails the test when the file has a line that devd does not accept. */
void kit_devd_read(struct kit_devd_rules *rules, const char *path);

/* Adds the rules of a text, in the same way as kit_devd_read(). */
void kit_devd_parse(struct kit_devd_rules *rules, const char *text);

/* How devd inserts the value of a variable into a command: unchanged (KIT_DEVD_AS_IT_IS), or as
 * $'value' (KIT_DEVD_QUOTED, expand_one in devd.cc). */
enum kit_devd_quoting { KIT_DEVD_AS_IT_IS, KIT_DEVD_QUOTED };

/* Returns the command that devd passes to sh(1) for an event of the kernel. Returns NULL when no
 * rule matches or the matching rule has no action. `medium` is the type of the interface:
 * "ethernet", "802.11", or NULL when it is unknown. The text is valid until the next call. */
const char *kit_devd_command(const struct kit_devd_rules *rules, const char *event,
                             const char *medium, enum kit_devd_quoting quoting);

#endif
