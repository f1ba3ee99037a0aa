/* Azure Scheduled Events: what the host announced to the guest. No decision of the machine uses
 * them. The journal records them to show people why a VF left. */
#ifndef VFJ_CORE_DATA_SCHEDULED_H
#define VFJ_CORE_DATA_SCHEDULED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/text.h"

/* X(symbol, persisted name). WATCHING and SILENT are about the service of Azure Scheduled
 * Events. The other phases are about one event. */
#define VFJ_SCHEDULED_PHASES(X)                                                              \
    X(ANNOUNCED, "announced") /* the service lists the event, and the event has not begun */ \
    X(STARTED, "started")     /* the host has begun with it */                               \
    X(OVER, "over") /* the service no longer lists the event: it ended, or was cancelled */  \
    X(WATCHING, "watching") /* the service answers, so that it would announce an event */    \
    X(SILENT, "silent")     /* the service does not answer, or nobody asks it */

enum vfj_scheduled_phase {
#define X(symbol, name) VFJ_SCHEDULED_##symbol,
    VFJ_SCHEDULED_PHASES(X)
#undef X
        VFJ_SCHEDULED_PHASE_COUNT
};

/* X(symbol, persisted name). The value says whether the event is about this VM. */
#define VFJ_SCHEDULED_HERES(X) \
    X(UNKNOWN, "unknown")      \
    X(NO, "no")                \
    X(YES, "yes")

enum vfj_scheduled_here {
#define X(symbol, name) VFJ_SCHEDULED_HERE_##symbol,
    VFJ_SCHEDULED_HERES(X)
#undef X
        VFJ_SCHEDULED_HERE_COUNT
};

/* One row about Azure Scheduled Events. A word consists of letters, digits and "._:,-". A text
 * consists of printable ASCII without '"' and '\'. Each string ends with a NUL, and the bytes
 * after the NUL are zero, so that memcmp(3) can compare rows. */
struct vfj_scheduled {
    uint8_t phase;        /* enum vfj_scheduled_phase */
    uint8_t here;         /* enum vfj_scheduled_here */
    int32_t duration_s;   /* as announced; -1 unknown */
    int64_t not_before_s; /* Unix time; 0: none, as for an event that has begun */
    /* id, type, source and resources have no blanks. In the phases WATCHING and SILENT, id, type and
     * source are empty. */
    char id[64];
    char type[24];       /* Freeze, Reboot, Redeploy, Preempt, Terminate, or a future type */
    char source[24];     /* Platform or User */
    char resources[160]; /* names of VMs, separated by commas; this VM's name in phase WATCHING */
    char text[224];      /* the description; the reason in phase SILENT */
};

/* Returns a row that has the phase and no other facts. */
struct vfj_scheduled vfj_scheduled_of(enum vfj_scheduled_phase phase);

const char *vfj_scheduled_phase_name(enum vfj_scheduled_phase phase);
const char *vfj_scheduled_here_name(enum vfj_scheduled_here here);

/* Returns true when the row is about an event. Returns false when it is about the service. */
bool vfj_scheduled_is_event(const struct vfj_scheduled *row);

/* Copy untrusted bytes into a member of `size` bytes, and cut off bytes that do not fit. `from`
 * may lie in that member. The first function replaces each byte that a word cannot have by '_'.
 * The second one replaces each byte that a text cannot have by '?'. */
void vfj_scheduled_set_word(char *to, size_t size, struct vfj_span from);
void vfj_scheduled_set_text(char *to, size_t size, struct vfj_span from);

/* Reads a time of the service: "Mon, 19 Sep 2016 18:29:47 GMT" (RFC 9110, IMF-fixdate). Returns
 * false for any other text. */
bool vfj_scheduled_parse_time(struct vfj_span text, int64_t *unix_s);

/* Write and read the body of the row's record. Decoding accepts only bodies that encoding
 * writes. */
void vfj_scheduled_encode(const struct vfj_scheduled *row, struct vfj_text *body);
bool vfj_scheduled_decode(struct vfj_span body, struct vfj_scheduled *row);

/* Returns true when the two rows have the same body. */
bool vfj_scheduled_equal(const struct vfj_scheduled *a, const struct vfj_scheduled *b);

enum {
    VFJ_SCHEDULED_MAX = 16,        /* largest number of events that are open at the same time */
    VFJ_SCHEDULED_BODY_SIZE = 768, /* size of the longest body of a row, with its NUL */
};

/* A list of events, as a document of the service has it: rows ANNOUNCED or STARTED, each id
 * once. */
struct vfj_scheduled_list {
    unsigned count;
    struct vfj_scheduled events[VFJ_SCHEDULED_MAX];
};

/* Returns the event with that id, or NULL. */
struct vfj_scheduled *vfj_scheduled_find(struct vfj_scheduled_list *list, const char *id);

/* Updates the list of open events with a row of the journal. When the list is full, drops the
 * oldest event. Ignores rows about the service. */
void vfj_scheduled_take(struct vfj_scheduled_list *open, const struct vfj_scheduled *row);

/* Compares the open events with a new document. Writes a row for each change, first the rows
 * about events that are over. Makes `open` equal to the document's list. An event that has
 * started is never announced again. An announced event with another NotBefore gets a new row.
 * Returns the number of rows. */
unsigned vfj_scheduled_compare(struct vfj_scheduled_list *open,
                               const struct vfj_scheduled_list *document,
                               struct vfj_scheduled rows[2 * VFJ_SCHEDULED_MAX]);

#endif
