/* GET requests to the instance metadata service, one at a time. It may be any server. */
#ifndef VFJ_FREEBSD_SCHEDULED_FETCH_H
#define VFJ_FREEBSD_SCHEDULED_FETCH_H

#include <stdint.h>

#include "adapters/freebsd/scheduled/url.h"
#include "core/text/text.h"

struct event_base;
struct vfj_fetch;

/* Limits of an answer. A larger one is refused before it is read whole. */
enum { VFJ_FETCH_BODY_MAX = 64 * 1024, VFJ_FETCH_HEADERS_MAX = 8 * 1024 };

/* `why` is NULL when the status is 200; otherwise a reason of a few words, and the body is empty. */
typedef void vfj_fetch_fn(void *context, struct vfj_span body, const char *why);

/* Returns NULL without memory. */
struct vfj_fetch *vfj_fetch_open(struct event_base *base, const struct vfj_url *url,
                                 vfj_fetch_fn *answered, void *context);

/* Sends GET `path` with the header "Metadata: true", on a connection of its own. The loop calls
 * `answered` once, `deadline_ms` later at the latest. Follows no redirect. The caller has got the
 * answer of the request before. */
void vfj_fetch_get(struct vfj_fetch *fetch, const char *path, int64_t deadline_ms);

/* Drops a request without an answer. */
void vfj_fetch_close(struct vfj_fetch *fetch);

#endif
