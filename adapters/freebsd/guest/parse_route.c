/* Parses the output of `route -n get -inet default`, or `-inet6`. */
#include "adapters/freebsd/guest/parse_route.h"

#include <string.h>

/* Removes the scope from an address such as fe80::2%hn0. The scope is the interface's name. */
static struct vfj_span without_scope(struct vfj_span address)
{
    const char *percent = memchr(address.text, '%', address.length);
    return percent != NULL ? (struct vfj_span){address.text, (size_t)(percent - address.text)}
                           : address;
}

/* Returns true when the list, such as "<UP,GATEWAY,DONE,STATIC>", contains `flag`. */
static bool has_flag(struct vfj_span list, const char *flag)
{
    for (size_t at = 0, end; at < list.length; at = end + 1) {
        for (end = at; end < list.length && strchr("<,>", list.text[end]) == NULL;)
            end++;
        if (vfj_span_is((struct vfj_span){list.text + at, end - at}, flag))
            return true;
    }
    return false;
}

static void read_line(void *context, struct vfj_span line)
{
    struct vfj_route_parser *parser = context;
    struct vfj_span key, value;
    if (!vfj_span_word(&line, &key) || !vfj_span_word(&line, &value))
        return;
    if (vfj_span_is(key, "gateway:"))
        vfj_address_parse(without_scope(value), &parser->route.gateway);
    else if (vfj_span_is(key, "interface:"))
        vfj_name_parse(value, &parser->route.interface);
    else if (vfj_span_is(key, "flags:"))
        parser->route.is_static = has_flag(value, "STATIC");
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
