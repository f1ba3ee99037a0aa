/* The lists of all members of the machine's state, for core/machine/state_read.c and
 * core/machine/state_write.c. The type of a member says how its value is written as text. */
#ifndef VFJ_CORE_MACHINE_STATE_MEMBERS_H
#define VFJ_CORE_MACHINE_STATE_MEMBERS_H

#include <stddef.h>
#include <stdint.h>

/* The way in which the value of a member is written as text. */
enum vfj_member_type {
    VFJ_MEMBER_NUMBER,   /* an unsigned number, up to `most` */
    VFJ_MEMBER_TIME,     /* microseconds; a value of 0 is not written */
    VFJ_MEMBER_DUE,      /* a due time; VFJ_NEVER_US is not written */
    VFJ_MEMBER_NAME,     /* an interface name, or empty */
    VFJ_MEMBER_DIGITS,   /* a name that has only digits, or is empty */
    VFJ_MEMBER_TEXT,     /* any text without NUL; the bytes after the text are zero */
    VFJ_MEMBER_MODE,     /* the persisted name of a value of enum vfj_mode */
    VFJ_MEMBER_POLICY,   /* likewise of enum vfj_policy */
    VFJ_MEMBER_STATE,    /* likewise of enum vfj_slot_state */
    VFJ_MEMBER_REASON,   /* likewise of enum vfj_reason */
    VFJ_MEMBER_ACTIVITY, /* likewise of enum vfj_activity */
    /* a list of kinds of commands, one byte each, written as persisted names without the zero
     * bytes at the end */
    VFJ_MEMBER_COMMANDS,
    /* a list of numbers, one byte each, written without the zeroes at the end */
    VFJ_MEMBER_NUMBERS,
    VFJ_MEMBER_IMPLIED,  /* not written, since other items of the text determine the value */
    VFJ_MEMBER_RESERVED, /* zero padding, not written */
};

struct vfj_member {
    const char *key;
    uint32_t offset, size; /* offset and size of the member in its part, in bytes */
    uint8_t type;          /* enum vfj_member_type */
    uint64_t most;
};

/* All members of one part. */
struct vfj_members {
    const struct vfj_member *list;
    size_t count;
    const char *prefix; /* prefix of each key */
    size_t offset;      /* offset of the part in the struct of the item */
};

extern const struct vfj_members vfj_head_members;
/* The lists of a slot's members: first those of struct vfj_slot itself, then one list for each
 * struct in it. */
enum { VFJ_SLOT_PARTS = 8 };
extern const struct vfj_members vfj_slot_members[VFJ_SLOT_PARTS];
extern const struct vfj_members vfj_script_members, vfj_queue_members, vfj_sleeper_members,
    vfj_waiting_members;

/* The kinds of items, in their order in the text. NONE is the kind before the first item. */
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

/* vfj_member_name_count() returns the number of persisted names that values of this type have.
 * vfj_member_name() returns the name of one value. */
unsigned vfj_member_name_count(enum vfj_member_type type);
const char *vfj_member_name(enum vfj_member_type type, unsigned value);

#endif
