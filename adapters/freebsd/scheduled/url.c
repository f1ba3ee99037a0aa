/* The URL of Azure's instance metadata service. */
#include "adapters/freebsd/scheduled/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static struct vfj_span behind(struct vfj_span text, size_t count)
{
    return (struct vfj_span){text.text + count, text.length - count};
}

static bool read_host(struct vfj_span host, struct vfj_url *url)
{
    struct in_addr address;
    return vfj_span_copy(url->host, sizeof url->host, host)
        && inet_pton(AF_INET, url->host, &address) == 1;
}

static bool read_authority(struct vfj_span authority, struct vfj_url *url)
{
    uint64_t port = 80;
    const char *colon = authority.length > 0 ? memchr(authority.text, ':', authority.length) : NULL;
    if (colon != NULL) {
        size_t length = (size_t)(colon - authority.text);
        if (!vfj_span_to_u64(behind(authority, length + 1), &port) || port < 1 || port > UINT16_MAX)
            return false;
        authority.length = length;
    }
    url->port = (uint16_t)port;
    return read_host(authority, url);
}

bool vfj_url_parse(struct vfj_span text, struct vfj_url *url)
{
    static const char scheme[] = "http://";
    memset(url, 0, sizeof *url);
    if (!vfj_span_starts(text, scheme))
        return false;
    text = behind(text, sizeof scheme - 1);
    const char *slash = text.length > 0 ? memchr(text.text, '/', text.length) : NULL;
    if (slash == NULL)
        return false;
    struct vfj_span authority = {text.text, (size_t)(slash - text.text)};
    struct vfj_span path = behind(text, authority.length);
    for (size_t i = 0; i < path.length; i++) {
        if (path.text[i] <= ' ' || path.text[i] > '~')
            return false;
    }
    return vfj_span_copy(url->path, sizeof url->path, path) && read_authority(authority, url);
}
