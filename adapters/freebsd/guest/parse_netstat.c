/* Parses the output of `netstat -rnW`, the routing tables. */
#include "adapters/freebsd/guest/parse_netstat.h"

#include <string.h>

enum { COLUMNS_MAX = 16, FLAGS_COLUMN = 2 };

static bool has_flag(struct vfj_span flags, char flag)
{
    return memchr(flags.text, flag, flags.length) != NULL;
}

bool vfj_table_route_counts(struct vfj_span flags)
{
    bool is_refusal = has_flag(flags, 'R') || has_flag(flags, 'B');
    bool is_redirect = has_flag(flags, 'D') || has_flag(flags, 'M');
    return (has_flag(flags, 'G') || has_flag(flags, 'S')) && !is_refusal && !is_redirect;
}

bool vfj_table_destination_counts(const struct vfj_address *destination)
{
    const struct vfj_span text = vfj_span_of(destination->text);
    bool is_multicast = vfj_address_is_inet6(destination)
        ? vfj_span_starts(text, "ff")
        : vfj_address_covers(&(struct vfj_address){"224.0.0.0/4"},
                             (struct vfj_span){text.text, strcspn(text.text, "/")});
    return !is_multicast && !vfj_address_is_link_local(text);
}

static unsigned split(struct vfj_span line, struct vfj_span columns[COLUMNS_MAX])
{
    unsigned count = 0;
    while (count < COLUMNS_MAX && vfj_span_word(&line, &columns[count]))
        count++;
    return count;
}

/* Returns the number of the column Netif of a heading, or 0 for any other line. */
static unsigned find_netif(const struct vfj_span *columns, unsigned count)
{
    unsigned column = 0;
    if (count <= FLAGS_COLUMN || !vfj_span_is(columns[0], "Destination"))
        return 0;
    for (unsigned i = FLAGS_COLUMN + 1; i < count; i++) {
        if (vfj_span_is(columns[i], "Netif"))
            column = i;
    }
    return column;
}

/* Removes the scope from an address such as fe80::2%hn0. */
static struct vfj_span without_scope(struct vfj_span address)
{
    const char *percent = memchr(address.text, '%', address.length);
    return percent != NULL ? (struct vfj_span){address.text, (size_t)(percent - address.text)}
                           : address;
}

static void read_line(void *context, struct vfj_span line)
{
    struct vfj_netstat_parser *parser = context;
    struct vfj_span columns[COLUMNS_MAX];
    struct vfj_table_route route;
    unsigned count = split(line, columns), column = find_netif(columns, count);
    memset(&route, 0, sizeof route);
    if (column > 0)
        parser->column = column;
    if (column > 0 || parser->column == 0 || parser->column >= count
        || !vfj_table_route_counts(columns[FLAGS_COLUMN])
        || !vfj_name_parse(columns[parser->column], &route.interface)
        || !vfj_address_parse(columns[0], &route.destination)
        || !vfj_table_destination_counts(&route.destination))
        return;
    if (has_flag(columns[FLAGS_COLUMN], 'G'))
        route.is_mixed = !vfj_address_parse(without_scope(columns[1]), &route.gateway)
            || vfj_address_is_inet6(&route.gateway) != vfj_address_is_inet6(&route.destination);
    if (route.is_mixed)
        memset(&route.gateway, 0, sizeof route.gateway);
    parser->found(parser->context, &route);
}

void vfj_netstat_begin(struct vfj_netstat_parser *parser, vfj_table_route_fn *found, void *context)
{
    memset(parser, 0, sizeof *parser);
    parser->found = found;
    parser->context = context;
    parser->lines = vfj_lines_begin(parser->bytes, sizeof parser->bytes, read_line, parser);
}

void vfj_netstat_feed(struct vfj_netstat_parser *parser, struct vfj_span bytes)
{
    vfj_lines_feed(&parser->lines, bytes);
}

void vfj_netstat_end(struct vfj_netstat_parser *parser)
{
    vfj_lines_end(&parser->lines);
}
