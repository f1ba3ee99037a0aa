/* devd.conf(5) files, and which rule of them devd(8) runs for an event. */
#ifndef VFJ_TESTS_KIT_DEVD_RULES_H
#define VFJ_TESTS_KIT_DEVD_RULES_H

#include <stddef.h>

#include "adapters/freebsd/devd/rules.h"

enum {
    KIT_DEVD_RULES_MAX = 64,
    KIT_DEVD_FACTS_MAX = 16,
    KIT_DEVD_TEXT_SIZE = 512,
};

/* In devd's order. Begins zeroed. */
struct kit_devd_rules {
    size_t count;
    struct vfj_devd_rule rules[KIT_DEVD_RULES_MAX];
};

/* Read one file more; it fails the test at what devd would not take. */
void kit_devd_read(struct kit_devd_rules *rules, const char *path);

/* As kit_devd_read, of a text. */
void kit_devd_parse(struct kit_devd_rules *rules, const char *text);

/* How devd puts the value of a variable into a command: as it is, or as $'value' (expand_one in
 * devd.cc). */
enum kit_devd_quoting { KIT_DEVD_AS_IT_IS, KIT_DEVD_QUOTED };

/* The command of the one rule that devd runs for an event of the kernel, as devd hands it to sh(1);
 * NULL when there is none. `medium` is what the interface is: "ethernet", "802.11", or NULL when it
 * can't be asked. The text holds until the next call. */
const char *kit_devd_command(const struct kit_devd_rules *rules, const char *event,
                             const char *medium, enum kit_devd_quoting quoting);

#endif
