/* Parses the output of sysctl(8): lines "NAME: VALUE", or, of `sysctl -n`, values alone. */
#ifndef VFJ_FREEBSD_GUEST_PARSE_SYSCTL_H
#define VFJ_FREEBSD_GUEST_PARSE_SYSCTL_H

#include "adapters/freebsd/devd/lines.h"
#include "core/data/observation.h"

enum { VFJ_SYSCTL_LINE_SIZE = 4096 }; /* room for hw.hn.vfmap with VFJ_SLOTS_MAX pairs */

/* Called for each "NAME: VALUE" line. Name and value are borrowed for the call. `cut`: the line was
 * longer than VFJ_SYSCTL_LINE_SIZE. */
typedef void vfj_sysctl_fn(void *context, struct vfj_span name, struct vfj_span value, bool cut);

/* The parser. The object must not move while it is in use. */
struct vfj_sysctl_parser {
    struct vfj_lines lines;
    vfj_sysctl_fn *pair;
    void *context;
    char bytes[VFJ_SYSCTL_LINE_SIZE + 1];
};

/* Begin a parser, pass bytes to it, and end it. The parser accepts any bytes, and skips lines of
 * another form. Values have no leading or trailing blanks. */
void vfj_sysctl_begin(struct vfj_sysctl_parser *parser, vfj_sysctl_fn *pair, void *context);
void vfj_sysctl_feed(struct vfj_sysctl_parser *parser, struct vfj_span bytes);
void vfj_sysctl_end(struct vfj_sysctl_parser *parser);

/* Parses the value of hw.hn.vfmap, "vf:hn vf:hn …" (sys/dev/hyperv/netvsc/if_hn.c,
 * hn_vfmap_sysctl), into map->pairs. Skips a pair with a name that no command may use. */
void vfj_sysctl_vfmap(struct vfj_span value, struct vfj_map *map);

/* Adds to *map a line that `sysctl -i hw.hn.vf_transparent hw.hn.vflist hw.hn.vfmap` printed.
 * Before the first line, the caller sets *map to zero and its member `transparent` to
 * VFJ_TRANSPARENT_ABSENT. */
void vfj_sysctl_map_line(struct vfj_map *map, struct vfj_span name, struct vfj_span value,
                         bool cut);

/* Parses the value of hw.hn.vf_transparent. Returns VFJ_TRANSPARENT_ABSENT when the value is no
 * number. */
int32_t vfj_sysctl_transparent(struct vfj_span value);

#endif
