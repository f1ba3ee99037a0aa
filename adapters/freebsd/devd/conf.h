/* The parser for one file of devd.conf(5). */
#ifndef VFJ_FREEBSD_DEVD_CONF_H
#define VFJ_FREEBSD_DEVD_CONF_H

#include "adapters/freebsd/devd/rules.h"

/* Callbacks, called in the order of the statements in the file. `directory` and `set` are called
 * for the options of these names. Arguments are borrowed for the call. */
struct vfj_devd_conf_listener {
    /* Called for a notify rule. The members `file` and `order` of `rule` are not set. */
    void (*rule)(void *context, const struct vfj_devd_rule *rule);
    void (*directory)(void *context, const char *path);
    void (*set)(void *context, const char *name, const char *value);
    void *context;
};

/* Parses the text of a whole file, and calls the listener. Returns the line number of the first
 * error, or 0. The statements before an error were passed to the listener. */
unsigned vfj_devd_conf_read(struct vfj_span text, const struct vfj_devd_conf_listener *listener);

#endif
