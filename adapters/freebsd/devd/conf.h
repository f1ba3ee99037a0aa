/* One file of devd.conf(5)'s grammar. */
#ifndef VFJ_FREEBSD_DEVD_CONF_H
#define VFJ_FREEBSD_DEVD_CONF_H

#include "adapters/freebsd/devd/rules.h"

/* What a file says, told in its order; what is handed over is borrowed for the call. */
struct vfj_devd_conf_listener {
    /* a notify rule: but file and order */
    void (*rule)(void *context, const struct vfj_devd_rule *rule);
    void (*directory)(void *context, const char *path);
    void (*set)(void *context, const char *name, const char *value);
    void *context;
};

/* Read a whole file's text. The line of the first error, 0 when there is none; what came before it
 * was told. */
unsigned vfj_devd_conf_read(struct vfj_span text, const struct vfj_devd_conf_listener *listener);

#endif
