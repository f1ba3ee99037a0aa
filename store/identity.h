/* The identity of a journal: the UUID of the guest that wrote it, and the journal's own UUID. */
#ifndef VFJ_STORE_IDENTITY_H
#define VFJ_STORE_IDENTITY_H

#include "store/journal.h"

enum { VFJ_UUID_SIZE = 37 };

#define VFJ_UUID_NONE "00000000-0000-0000-0000-000000000000"

struct vfj_identity {
    char host[VFJ_UUID_SIZE]; /* kern.hostuuid; VFJ_UUID_NONE: unknown */
    /* a UUID that is computed from the chain of the journal's first record */
    char journal[VFJ_UUID_SIZE];
};

/* Returns true when the span is a UUID in lower case. */
bool vfj_uuid_is(struct vfj_span span);

/* Appends 16 bytes as a UUID of version 8 (RFC 9562). */
void vfj_uuid_add(struct vfj_text *text, const uint8_t bytes[16]);

/* Reads the identity of a journal from the newest row of kind "journal" that has one. Without
 * such a row, makes the journal's UUID from the chain of the first record, and the host is
 * unknown. Ends the journal's walk (vfj_journal_walk()), if there is one. Returns VFJ_END for a
 * journal without records. */
enum vfj_status vfj_identity_read(struct vfj_journal *journal, struct vfj_identity *identity);

/* Appends the pairs "journal=UUID host=UUID" to the body of a row of kind "journal". The row
 * that reports a pruning has these pairs, since pruning removes the first record. */
void vfj_identity_add(struct vfj_text *text, const struct vfj_identity *identity);

#endif
