/* The sources of devd's lines: devd's sockets, nlsysevent(4), or both. */
#ifndef VFJ_FREEBSD_DEVD_SOURCES_H
#define VFJ_FREEBSD_DEVD_SOURCES_H

#include "adapters/freebsd/devd/client.h"

/* X(symbol, word of --source) */
#define VFJ_DEVD_CHOICES(X)                                                          \
    X(DEVD, "devd")             /* devd's sockets only */                            \
    X(AUTO, "auto")             /* both where the kernel has nlsysevent(4) loaded */ \
    X(NLSYSEVENT, "nlsysevent") /* only nlsysevent(4): no newbus lines */            \
    X(BOTH, "both")             /* both; a missing nlsysevent(4) is logged */

enum vfj_devd_choice {
#define X(symbol, word) VFJ_DEVD_FROM_##symbol,
    VFJ_DEVD_CHOICES(X)
#undef X
};

/* A line that devd sends so much later than the kernel is late. */
enum { VFJ_DEVD_LATE_US = 1000 * 1000 };

/* The callbacks of a client of devd, and one more callback. */
struct vfj_devd_sources_listener {
    struct vfj_devd_listener devd;
    /* Called after `batch_end` when devd sent `lines` lines late. `delay_us` is the longest time
     * between the arrival of a line from nlsysevent(4) and its arrival from devd. */
    void (*late)(void *context, int64_t delay_us, unsigned lines);
};

struct vfj_devd_sources;

/* As vfj_devd_client_open(). `socket` is a socket of nlsysevent(4), and `family` is the id of
 * its netlink family. -1: lines come from devd only. A test passes a socket of its own. The
 * sources own the socket. */
struct vfj_devd_sources *vfj_devd_sources_open(
    struct event_base *base, struct vfj_dispatch *dispatch, const struct vfj_paths *paths,
    const struct vfj_devd_settings *settings, enum vfj_devd_choice choice, int socket,
    uint16_t family, const struct vfj_devd_sources_listener *listener);

void vfj_devd_sources_connect(struct vfj_devd_sources *sources);

/* Does nothing for NULL. The caller has closed the dispatch before. */
void vfj_devd_sources_close(struct vfj_devd_sources *sources);

#endif
