/* What route(8) prints for `route -n get -inet default`. */
#include "adapters/freebsd/parse_route.h"

#include <string.h>

static void read_line(void *context, struct vfj_span line)
{
    struct vfj_route_parser *parser = context;
    struct vfj_span key, value;
    if (!vfj_span_word(&line, &key) || !vfj_span_word(&line, &value))
        return;
    if (vfj_span_is(key, "gateway:"))
        vfj_address_parse(value, &parser->gateway);
    else if (vfj_span_is(key, "interface:"))
        vfj_name_parse(value, &parser->interface);
}

void vfj_route_begin(struct vfj_route_parser *parser)
{
    memset(parser, 0, sizeof *parser);
    parser->lines = vfj_lines_begin(parser->bytes, sizeof parser->bytes, read_line, parser);
}

void vfj_route_feed(struct vfj_route_parser *parser, struct vfj_span bytes)
{
    vfj_lines_feed(&parser->lines, bytes);
}

void vfj_route_end(struct vfj_route_parser *parser)
{
    vfj_lines_end(&parser->lines);
}
