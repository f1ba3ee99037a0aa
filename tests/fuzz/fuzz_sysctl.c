/* Fuzzes the parsers of sysctl(8) and route(8) output. They get the bytes in pieces of any length.
 * Their results must not depend on the pieces and must stay within their limits. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "adapters/freebsd/guest/parse_route.h"
#include "adapters/freebsd/guest/parse_sysctl.h"
#include "core/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(void *context, struct vfj_span name, struct vfj_span value, bool cut)
{
    vfj_sysctl_map_line(context, name, value, cut);
}

static void parse(const char *text, size_t size, size_t piece, struct vfj_map *map)
{
    static struct vfj_sysctl_parser parser;
    memset(map, 0, sizeof *map);
    map->transparent = VFJ_TRANSPARENT_ABSENT;
    vfj_sysctl_begin(&parser, take, map);
    for (size_t at = 0; at < size; at += piece)
        vfj_sysctl_feed(&parser,
                        (struct vfj_span){text + at, piece < size - at ? piece : size - at});
    vfj_sysctl_end(&parser);
    VFJ_CHECK(map->pair_count <= VFJ_SLOTS_MAX);
}

static void parse_route(struct vfj_span text)
{
    static struct vfj_route_parser parser;
    struct vfj_name name;
    vfj_route_begin(&parser);
    vfj_route_feed(&parser, text);
    vfj_route_end(&parser);
    VFJ_CHECK(vfj_name_is_empty(parser.route.interface)
              || vfj_name_parse(vfj_span_of(parser.route.interface.text), &name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vfj_map whole, pieces;
    parse((const char *)data, size, size + 1, &whole);
    parse((const char *)data, size, 1 + size % 7, &pieces);
    VFJ_CHECK(memcmp(&whole, &pieces, sizeof whole) == 0);
    parse_route((struct vfj_span){(const char *)data, size});
    return 0;
}
