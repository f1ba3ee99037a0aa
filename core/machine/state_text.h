/* The machine's state as text, and back: what a checkpoint of the journal holds. */
#ifndef VFJ_CORE_MACHINE_STATE_TEXT_H
#define VFJ_CORE_MACHINE_STATE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/machine/state.h"
#include "core/status.h"
#include "core/text/kv.h"

/* The text is a run of items, each of key=value pairs in devd's grammar. The first key says what
 * the item is, the keys after it are members of that part of the state, named as in
 * core/machine/state.h; pairs that say what a blank part has are left out.
 *
 *     state=2          the format of all that follows; then the head
 *     rc=TEXT          a piece of the rc.conf values; the pieces are joined
 *     script=N         policy scripts: the script under way, and its queue
 *     sleeper=INDEX    one of its sleepers
 *     queued=INDEX     one place of its queue
 *     slot=HN          a slot, in their order
 *     observed=VIEW    its last observation, as the body of its record; empty when there is none
 *     before=VIEW      the observation that its plan started from, likewise
 *
 * States, modes, policies, reasons and command kinds are written by their persisted names; a value
 * without a name is the number that it has in core/machine/state.h, which this format fixes. A new
 * member needs a place in the lists of core/machine/state_members.c (it does not compile without);
 * a member that a text of this format can lack keeps the format's number, as does a text without
 * it.
 *
 * Format 1 was written by earlier rules. Of its slots only the members that still exist are read.
 */
enum {
    VFJ_STATE_FORMAT = 2,
    VFJ_VIEW_MAX = 12288,       /* bytes of an encoded view, at most */
    VFJ_STATE_ITEM_MAX = 16384, /* bytes that an item takes, at most */
};

/* The next item; zero before the first. */
struct vfj_state_place {
    unsigned kind, index, part;
};

/* Append the next item, with a blank before it when the text is not empty. False: there are no
 * more. On overflow of `text` the caller takes back both text and place. */
bool vfj_state_write(const struct vfj_state *state, struct vfj_state_place *place,
                     struct vfj_text *text);

/* A text being read into a state. */
struct vfj_state_reader {
    struct vfj_state *state;
    unsigned format;
    unsigned item;  /* what it is in */
    unsigned index; /* of the sleeper or the place in the queue */
};

/* Begin to read into `state`, which is made that of an empty journal. */
void vfj_state_read_begin(struct vfj_state_reader *reader, struct vfj_state *state);

/* The next pair of the text; false when it can't be one. */
bool vfj_state_read(struct vfj_state_reader *reader, const struct vfj_kv *pair);

/* After the last pair: whether this is a state that the machine can go on from, whoever wrote the
 * text. Written by the present rules, and not changed since, it has the digest that the state had;
 * all is as it was but for what no step looks at. */
bool vfj_state_read_end(struct vfj_state_reader *reader);

#endif
