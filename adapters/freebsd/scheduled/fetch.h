/* Sends GET requests to Azure's instance metadata service, one at a time. Another server may
 * answer in place of the service, so answers are untrusted. */
#ifndef VFJ_FREEBSD_SCHEDULED_FETCH_H
#define VFJ_FREEBSD_SCHEDULED_FETCH_H

#include <stdint.h>

#include "adapters/freebsd/scheduled/url.h"
#include "core/text/text.h"

struct event_base;
struct vfj_fetch;

/* Limits of an answer in bytes. An answer that exceeds a limit is refused before all of it is
 * read. */
enum {
    VFJ_FETCH_BODY_MAX = 64 * 1024,
    VFJ_FETCH_HEADERS_MAX = 8 * 1024,
    /* all bytes that the server sends for one request, since libevent does not count the bytes
     * of "100 Continue" answers */
    VFJ_FETCH_RECEIVED_MAX = 128 * 1024,
};

/* Called when a request ends. `why` is NULL after a whole answer with HTTP status 200. Otherwise
 * `why` is the reason of the failure in a few words, and `body` is empty. Both are borrowed for the
 * call. */
typedef void vfj_fetch_fn(void *context, struct vfj_span body, const char *why);

/* Makes a fetcher for the service at `url`. Returns NULL when memory runs out. */
struct vfj_fetch *vfj_fetch_open(struct event_base *base, const struct vfj_url *url,
                                 vfj_fetch_fn *answered, void *context);

/* Sends a GET request for `path` with the header "Metadata: true", on a connection of its own.
 * The event loop calls `answered` once, at the latest after `deadline_ms`. Does not follow
 * redirects. May be called only when the previous request has been answered. */
void vfj_fetch_get(struct vfj_fetch *fetch, const char *path, int64_t deadline_ms);

/* Closes the fetcher, and drops a request that has no answer yet. */
void vfj_fetch_close(struct vfj_fetch *fetch);

#endif
