/* Fuzzes the parser of ifconfig(8) output. The parser gets the bytes in pieces of any length. Its
 * result must not depend on the pieces and must stay within its limits. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "adapters/freebsd/guest/parse_ifconfig.h"
#include "core/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FOUND_MAX = 4 };

struct found {
    unsigned count;
    struct vfj_interface interfaces[FOUND_MAX];
};

static void take(void *context, const struct vfj_interface *interface)
{
    struct found *found = context;
    struct vfj_name name;
    VFJ_CHECK(interface->exists && vfj_name_parse(vfj_span_of(interface->name.text), &name));
    VFJ_CHECK(interface->address_count <= VFJ_ADDRESSES_MAX
              && interface->port_count <= VFJ_PORTS_MAX);
    for (unsigned i = 0; i < interface->port_count; i++)
        VFJ_CHECK(vfj_name_parse(vfj_span_of(interface->ports[i].text), &name));
    found->interfaces[found->count++ % FOUND_MAX] = *interface;
}

static void parse(const char *text, size_t size, size_t piece, struct found *found)
{
    static struct vfj_ifconfig_parser parser;
    memset(found, 0, sizeof *found);
    vfj_ifconfig_begin(&parser, take, found);
    for (size_t at = 0; at < size; at += piece)
        vfj_ifconfig_feed(&parser,
                          (struct vfj_span){text + at, piece < size - at ? piece : size - at});
    vfj_ifconfig_end(&parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct found whole, pieces;
    parse((const char *)data, size, size + 1, &whole);
    parse((const char *)data, size, 1 + size % 7, &pieces);
    VFJ_CHECK(memcmp(&whole, &pieces, sizeof whole) == 0);
    return 0;
}
