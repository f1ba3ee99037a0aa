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

/* Returns the number of a column of a heading. Returns 0 for a heading without the column, and for any
 * other line. */
static unsigned find_column(const struct vfj_span *columns, unsigned count, const char *name)
{
    unsigned column = 0;
    if (count <= FLAGS_COLUMN || !vfj_span_is(columns[0], "Destination"))
        return 0;
    for (unsigned i = FLAGS_COLUMN + 1; i < count; i++) {
        if (vfj_span_is(columns[i], name))
            column = i;
    }
    return column;
}

/* Returns true for a heading with the column Netif, and stores its columns. */
static bool take_heading(struct vfj_netstat_parser *parser, const struct vfj_span *columns,
                         unsigned count)
{
    unsigned column = find_column(columns, count, "Netif");
    if (column == 0)
        return false;
    parser->column = column;
    parser->mtu_column = find_column(columns, count, "Mtu");
    return true;
}

/* Returns 0 for a column that the heading lacks, or that is no MTU. */
static uint16_t read_mtu(const struct vfj_netstat_parser *parser, const struct vfj_span *columns,
                         unsigned count)
{
    uint64_t mtu = 0;
    if (parser->mtu_column == 0 || parser->mtu_column >= count
        || !vfj_span_to_u64(columns[parser->mtu_column], &mtu) || mtu > UINT16_MAX)
        return 0;
    return (uint16_t)mtu;
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
    unsigned count = split(line, columns);
    memset(&route, 0, sizeof route);
    if (take_heading(parser, columns, count) || parser->column == 0 || parser->column >= count
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
    route.mtu = read_mtu(parser, columns, count);
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
