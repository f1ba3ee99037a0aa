/* The machine's state as text. A checkpoint of the journal holds this text. */
#ifndef VFJ_CORE_MACHINE_STATE_TEXT_H
#define VFJ_CORE_MACHINE_STATE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/machine/state.h"
#include "core/status.h"
#include "core/text/kv.h"

/* The text is a sequence of items. An item is a sequence of key=value pairs in devd's grammar. The
 * first key is the kind of the item. The other keys are members of that part of the state, with
 * their names in core/machine/state.h. The text leaves out pairs with the value of a blank part.
 *
 *     state=2          the format of the text; the head follows
 *     rc=TEXT          a piece of the rc.conf values; the reader joins the pieces
 *     script=N         policy scripts: the script that runs, and its queue
 *     sleeper=INDEX    a sleeper of policy scripts
 *     queued=INDEX     an entry of the queue
 *     slot=HN          a slot; the slots keep their order
 *     observed=VIEW    the slot's last observation, as the body of its record; empty: none
 *     before=VIEW      the slot's observation at the beginning of its plan, in the same form
 *
 * Persisted names stand for states, modes, policies, reasons and kinds of commands. A value without
 * a name is its number in core/machine/state.h, and this format fixes that number. The lists of
 * core/machine/state_members.c have all members: a member that they lack does not compile. A new
 * member does not change the number of the format when a text without that member stays valid.
 *
 * Earlier rules wrote format 1. The reader takes from its slots only the members that still exist.
 */
enum {
    VFJ_STATE_FORMAT = 2,
    VFJ_VIEW_MAX = 14336,       /* bytes of an encoded view, at most */
    VFJ_STATE_ITEM_MAX = 18432, /* bytes of an item, at most */
};

/* The position of the item that is written next. All zero is the position of the first item. */
struct vfj_state_cursor {
    unsigned kind, index, part;
};

/* Appends the next item, after a blank when the text is not empty. Returns false when no item is
 * left. When `text` overflows, the caller restores `text` and `cursor`. */
bool vfj_state_write(const struct vfj_state *state, struct vfj_state_cursor *cursor,
                     struct vfj_text *text);

/* The reader of a state's text. */
struct vfj_state_reader {
    struct vfj_state *state;
    unsigned format;
    unsigned item;  /* enum vfj_item of the last pair; VFJ_ITEM_COUNT: a pair was rejected */
    unsigned index; /* index of the sleeper or the queue entry */
};

/* Begins to read a text into `state`. Initializes `state` as the state of an empty journal. */
void vfj_state_read_begin(struct vfj_state_reader *reader, struct vfj_state *state);

/* Reads the next pair of the text. Returns false when the pair is not valid after those before
 * it. */
bool vfj_state_read(struct vfj_state_reader *reader, const struct vfj_kv *pair);

/* Ends the reading. Returns true when the machine can continue from the state. The text may come
 * from anybody. An unchanged text of the present format gives a state with the digest of the
 * written one. Bytes that no step reads may differ. */
bool vfj_state_read_end(struct vfj_state_reader *reader);

#endif
