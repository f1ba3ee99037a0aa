/* Fuzzes the parsers of routing socket messages and of the routing table, with bytes of any length.
 * The result is an interface name and addresses, or no route. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "adapters/freebsd/guest/route_message.h"
#include "core/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 152 }; /* size of struct rt_msghdr of FreeBSD/amd64 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct vfj_span message = {(const char *)data, size};
    struct vfj_default_route route;
    struct vfj_address address;
    struct vfj_name name;
    (void)vfj_route_message_answers(message, 411, 1);
    bool right = vfj_route_message_read(message, HEADER, &route);
    VFJ_CHECK(right || (route.gateway.text[0] == '\0' && vfj_name_is_empty(route.interface)));
    VFJ_CHECK(route.gateway.text[0] == '\0'
              || vfj_address_parse(vfj_span_of(route.gateway.text), &address));
    VFJ_CHECK(vfj_name_is_empty(route.interface)
              || vfj_name_parse(vfj_span_of(route.interface.text), &name));
    struct vfj_span dump = message, one;
    struct vfj_table_route entry;
    while (vfj_route_message_next(&dump, &one)) {
        (void)vfj_route_message_index(one);
        if (vfj_route_message_entry(one, HEADER, &entry))
            VFJ_CHECK(vfj_address_parse(vfj_span_of(entry.destination.text), &address));
    }
    return 0;
}
