/* Interface names, and the driver and unit that a name contains. */
#ifndef VFJ_CORE_TEXT_NAME_H
#define VFJ_CORE_TEXT_NAME_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/text/text.h"

enum { VFJ_NAME_SIZE = 16 }; /* IFNAMSIZ: 15 bytes and a NUL */

/* An interface's name. The bytes after the NUL are zero, so that names compare as memory. An empty
 * name means none. */
struct vfj_name {
    char text[VFJ_NAME_SIZE];
};

/* Parses a name. Returns true when commands may use it: a letter, then letters, digits, '_', '.' or
 * '-', at most 15 bytes. Otherwise returns false and sets an empty name. The kernel allows nearly
 * any byte in a renamed interface (sys/net/if.c, ifhwioctl SIOCSIFNAME). The journal records such a
 * name, and no command uses it. */
bool vfj_name_parse(struct vfj_span span, struct vfj_name *name);

/* Returns the string as a name. The caller ensures that the string is a valid name. */
struct vfj_name vfj_name_of(const char *string);

/* Inline for speed, since names are compared often. */
static inline bool vfj_name_equal(struct vfj_name a, struct vfj_name b)
{
    return memcmp(a.text, b.text, sizeof a.text) == 0;
}
static inline bool vfj_name_is_empty(struct vfj_name name)
{
    return name.text[0] == '\0';
}

/* Returns all digits of the name, joined: "0" for "hn0", "" for "wan". hyperv_vfup computes its
 * unit in this way (step 3). */
struct vfj_name vfj_name_digits(struct vfj_name name);

/* Returns a unit number in decimal, as a name. The number has at most 15 digits. */
struct vfj_name vfj_name_of_number(uint64_t number);

/* Returns "lagg" and the unit, or an empty name when the result is too long. */
struct vfj_name vfj_name_lagg(struct vfj_name unit);

/* Returns true when the name is `driver` and a unit number, and nothing else: "hn" matches hn0, but
 * not hn0x. */
bool vfj_name_has_driver(struct vfj_name name, const char *driver);

#endif
