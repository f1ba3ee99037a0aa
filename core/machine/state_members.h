/* The members of the machine's state, and how each is written as text: for
 * core/machine/state_read.c and core/machine/state_write.c. */
#ifndef VFJ_CORE_MACHINE_STATE_MEMBERS_H
#define VFJ_CORE_MACHINE_STATE_MEMBERS_H

#include <stddef.h>
#include <stdint.h>

/* How a member is written. */
enum vfj_member_type {
    VFJ_MEMBER_NUMBER,   /* unsigned, up to `most` */
    VFJ_MEMBER_TIME,     /* microseconds; 0 left out */
    VFJ_MEMBER_DUE,      /* a time; VFJ_NEVER_US left out */
    VFJ_MEMBER_NAME,     /* an interface name, or empty */
    VFJ_MEMBER_DIGITS,   /* a name of digits alone, or empty */
    VFJ_MEMBER_TEXT,     /* any text without NUL, the rest of its room zero */
    VFJ_MEMBER_MODE,     /* the persisted names of enumerators */
    VFJ_MEMBER_POLICY,   /**/
    VFJ_MEMBER_STATE,    /**/
    VFJ_MEMBER_REASON,   /**/
    VFJ_MEMBER_ACTIVITY, /**/
    /* bytes, kinds of commands: persisted names, up to the last that is not the first kind */
    VFJ_MEMBER_COMMANDS,
    VFJ_MEMBER_NUMBERS,  /* bytes, up to the last that is not 0 */
    VFJ_MEMBER_IMPLIED,  /* not written: the items themselves tell */
    VFJ_MEMBER_RESERVED, /* padding, zero */
};

struct vfj_member {
    const char *key;
    uint32_t offset, size; /* in the part */
    uint8_t type;          /* enum vfj_member_type */
    uint64_t most;
};

/* All members of one part. */
struct vfj_members {
    const struct vfj_member *list;
    size_t count;
    const char *prefix; /* before each key */
    size_t offset;      /* of the part in the struct that the item is about */
};

extern const struct vfj_members vfj_head_members;
/* A slot's own members, and those of the structs in it. */
enum { VFJ_SLOT_PARTS = 8 };
extern const struct vfj_members vfj_slot_members[VFJ_SLOT_PARTS];
extern const struct vfj_members vfj_script_members, vfj_queue_members, vfj_sleeper_members,
    vfj_waiting_members;

/* The items, in their order; `none` is before the first. */
enum vfj_item {
    VFJ_ITEM_NONE,
    VFJ_ITEM_HEAD,
    VFJ_ITEM_RC,
    VFJ_ITEM_SCRIPT,
    VFJ_ITEM_SLEEPER,
    VFJ_ITEM_QUEUED,
    VFJ_ITEM_SLOT,
    VFJ_ITEM_OBSERVED,
    VFJ_ITEM_BEFORE,
    VFJ_ITEM_COUNT
};

/* The first key of each item. */
extern const char *const vfj_item_keys[VFJ_ITEM_COUNT];

/* How many names a type of enumerators has, and the persisted name of one. */
unsigned vfj_member_name_count(enum vfj_member_type type);
const char *vfj_member_name(enum vfj_member_type type, unsigned value);

#endif
