/* Interface names, and what the names say. */
#ifndef VFJ_CORE_TEXT_NAME_H
#define VFJ_CORE_TEXT_NAME_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/text/text.h"

enum { VFJ_NAME_SIZE = 16 }; /* IFNAMSIZ: 15 bytes and a NUL */

/* An interface's name; the bytes after the NUL are zero, so names compare as memory. Empty means
 * none. */
struct vfj_name {
    char text[VFJ_NAME_SIZE];
};

/* Whether a name may reach a command: a letter, then letters, digits, '_', '.' or '-', at most 15
 * bytes. The kernel allows nearly any byte in a renamed interface (sys/net/if.c, ifhwioctl
 * SIOCSIFNAME); such a name is journalled and never acted on. On false, *name is empty. */
bool vfj_name_parse(struct vfj_span span, struct vfj_name *name);

/* The name of a string known to be valid; a check fails otherwise. */
struct vfj_name vfj_name_of(const char *string);

/* Here, so that they are two comparisons and one: names are looked for among many. */
static inline bool vfj_name_equal(struct vfj_name a, struct vfj_name b)
{
    return memcmp(a.text, b.text, sizeof a.text) == 0;
}
static inline bool vfj_name_is_empty(struct vfj_name name)
{
    return name.text[0] == '\0';
}

/* All digits of the name, joined, as hyperv_vfup takes its unit (step 3): "hn0" gives "0", "wan"
 * gives "". */
struct vfj_name vfj_name_digits(struct vfj_name name);

/* The number in decimal, as a unit is written. At most 15 digits. */
struct vfj_name vfj_name_of_number(uint64_t number);

/* "lagg" and the unit; empty when that is longer than a name can be. */
struct vfj_name vfj_name_lagg(struct vfj_name unit);

/* Whether the name is `driver` and a unit number, and nothing else: "hn" of hn0, but not of hn0x.
 */
bool vfj_name_has_driver(struct vfj_name name, const char *driver);

#endif
