/* The notify rules of devd(8), and devd's choice among them. */
#ifndef VFJ_FREEBSD_DEVD_RULES_H
#define VFJ_FREEBSD_DEVD_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/text/text.h"

enum {
    VFJ_RULES_MAX = 1024,
    VFJ_RULE_MATCHES_MAX = 8,
    VFJ_RULE_VALUE_SIZE = 256,
};

struct vfj_devd_match {
    char key[32];
    /* an extended regular expression; after a leading '!' the rule needs a value that does not
     * match */
    char pattern[VFJ_RULE_VALUE_SIZE];
};

struct vfj_devd_rule {
    long priority;
    unsigned line; /* the first line of the rule in its file */
    unsigned order;
    unsigned match_count;
    struct vfj_devd_match matches[VFJ_RULE_MATCHES_MAX];
    char file[VFJ_RULE_VALUE_SIZE]; /* path of the rule's file inside the guest */
    char action[VFJ_RULE_VALUE_SIZE];
};

struct vfj_devd_rules {
    /* in devd's order: the highest priority first; rules of equal priority as they were read */
    struct vfj_devd_rule *rules;
    unsigned count;
    unsigned file_count;
    /* the first file or rule that could not be read, and the cause; empty: all were read */
    char complaint[VFJ_RULE_VALUE_SIZE];
};

/* A variable of an event: "system", "subsystem", "type" … */
struct vfj_devd_fact {
    const char *key;
    const char *value;
};

/* Reads ROOT/etc/devd.conf and each *.conf file of the directories that the options in devd.conf
 * name (devd.conf(5)), all below `root`. After an error, skips the rest of that file, and
 * reports the error in rules->complaint. Returns false when devd.conf itself cannot be read. */
bool vfj_devd_rules_read(struct vfj_devd_rules *rules, const char *root);
void vfj_devd_rules_free(struct vfj_devd_rules *rules);

/* Returns the rule whose action devd runs for the event. That is the first rule that matches
 * (sbin/devd/devd.cc, process_event). Returns NULL when no rule matches. */
const struct vfj_devd_rule *vfj_devd_rules_choose(const struct vfj_devd_rules *rules,
                                                  const struct vfj_devd_fact *facts,
                                                  unsigned count);

#endif
