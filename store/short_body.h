/* Short bodies: in the file of a journal, the body of a snapshot has only the values that differ
 * from those of an earlier snapshot. */
#ifndef VFJ_STORE_SHORT_BODY_H
#define VFJ_STORE_SHORT_BODY_H

#include "core/limits.h"
#include "core/text/name.h"
#include "store/record.h"

/* Most values of a snapshot are those of an earlier snapshot of the same hn. The file can therefore
 * store its body in short form: "as=SEQ", then only the pairs whose values differ. SEQ is the seq
 * of the earlier record, and that record's body is called the base. Both whole bodies have the same
 * keys in the same order. A base is never short itself. No state checkpoint lies between the two
 * records, so that pruning removes both or none.
 *
 * Only the functions that read and write rows of a file know of short bodies. A struct vfj_record
 * has the whole body, and the chain covers the whole body. No whole body has the key "as". To a
 * reader, a short body is damaged when its base is missing or short, or when it has a key that the
 * base lacks. An import refuses every short body. */

enum {
    VFJ_BASES_MAX = 2 * VFJ_SLOTS_MAX, /* for each hn one base with a VF, and one without */
    /* bytes of the longest base, and of the longest body that a short one stands for */
    VFJ_BASE_SIZE = 2048,
};

/* The bases that a writer of a journal remembers. At the beginning all members are zero. */
struct vfj_bases {
    uint64_t newest; /* no base has a seq above this */
    struct vfj_base {
        uint64_t seq; /* 0: not in use */
        struct vfj_name hn;
        bool has_vf;
        size_t length;
        char body[VFJ_BASE_SIZE];
    } list[VFJ_BASES_MAX];
};

/* Forgets the bases with a seq above `last`. Their rows may have been rolled back. */
void vfj_bases_forget_after(struct vfj_bases *bases, uint64_t last);

/* Returns the body that the file gets for the record. That is a short body, written to `text`, when
 * the record is a snapshot whose short body has less than half the length. Otherwise it is the
 * record's body. The body of a snapshot then becomes a base. A state checkpoint ends the use of all
 * earlier bases. */
struct vfj_span vfj_bases_shorten(struct vfj_bases *bases, const struct vfj_record *record,
                                  struct vfj_text *text);

/* Returns true when a record's body in a file is short: its first key is "as". Sets *base to the
 * seq of the base, or to 0 when the body names no earlier record. */
bool vfj_body_is_short(const struct vfj_record *record, uint64_t *base);

/* Appends to `whole` the body that the short body `body` stands for. `base` is the body of its
 * base. Returns false when `body` has a key that `base` lacks, one of the two is not well-formed,
 * or a body is longer than VFJ_BASE_SIZE bytes, for which `whole` has room. */
bool vfj_body_lengthen(struct vfj_span base, struct vfj_span body, struct vfj_text *whole);

#endif
