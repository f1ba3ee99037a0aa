/* The sources of devd's lines: devd's sockets, nlsysevent(4), or both. */
#ifndef VFJ_FREEBSD_DEVD_SOURCES_H
#define VFJ_FREEBSD_DEVD_SOURCES_H

#include "adapters/freebsd/devd/client.h"

/* X(symbol, word of --source) */
#define VFJ_DEVD_CHOICES(X)                                                            \
    X(DEVD, "devd")             /* devd's sockets only */                              \
    X(AUTO, "auto")             /* both where the kernel has nlsysevent(4) loaded */   \
    X(NLSYSEVENT, "nlsysevent") /* only nlsysevent(4), which has no lines of newbus */ \
    X(BOTH, "both")             /* both; if nlsysevent(4) is missing, the log says so */

enum vfj_devd_choice {
#define X(symbol, word) VFJ_DEVD_FROM_##symbol,
    VFJ_DEVD_CHOICES(X)
#undef X
};

/* A line from devd is late when it arrives this long, or longer, after the same line from
 * nlsysevent(4). */
enum { VFJ_DEVD_LATE_US = 1000 * 1000 };

/* The callbacks of a client of devd, and one more callback. */
struct vfj_devd_sources_listener {
    struct vfj_devd_listener devd;
    /* Called after a `batch_end` without `more`, when `lines` lines came late from devd since the
     * previous such call of `batch_end`. `delay_us` is the longest of their delays. */
    void (*late)(void *context, int64_t delay_us, unsigned lines);
};

struct vfj_devd_sources;

/* Makes the sources, like vfj_devd_client_open(). `socket` is a socket of nlsysevent(4), or -1 when
 * lines come from devd only. `family` is the id of its netlink family. A test passes another
 * socket. With a socket, devd is a source, too, unless `choice` is NLSYSEVENT. The sources own the
 * socket, also after a failure. */
struct vfj_devd_sources *vfj_devd_sources_open(
    struct event_base *base, struct vfj_dispatch *dispatch, const struct vfj_paths *paths,
    const struct vfj_devd_settings *settings, enum vfj_devd_choice choice, int socket,
    uint16_t family, const struct vfj_devd_sources_listener *listener);

void vfj_devd_sources_connect(struct vfj_devd_sources *sources);

/* Closes the sources. Does nothing for NULL. The caller must close the dispatch first. */
void vfj_devd_sources_close(struct vfj_devd_sources *sources);

#endif
