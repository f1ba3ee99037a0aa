/* Decides whether a record matches the options of `vfjournal show`. */
#ifndef VFJ_TOOLS_SHOW_MATCH_H
#define VFJ_TOOLS_SHOW_MATCH_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/record.h"
#include "tools/options.h"

enum { VFJ_SHOW_WORDS_MAX = 16 };

/* The values of an option that may be repeated. A record must match one of them. */
struct vfj_words {
    unsigned count;
    const char *list[VFJ_SHOW_WORDS_MAX];
};

/* The fields: X(symbol, name). The columns come first, then the keys of bodies. */
#define VFJ_SHOW_FIELDS(X)      \
    X(SEQ, "seq")               \
    X(BOOT, "boot")             \
    X(CAUSE, "cause")           \
    X(KIND, "kind")             \
    X(WORD, "word")             \
    X(NOTE, "note")             \
    X(INTERFACE, "if")          \
    X(STATE, "state")           \
    X(SLOT, "slot")             \
    X(VF, "vf")                 \
    X(FROM, "from")             \
    X(TO, "to")                 \
    X(REASON, "reason")         \
    X(GENERATION, "generation") \
    X(COMMAND, "command")       \
    X(OUTCOME, "outcome")       \
    X(STATUS, "status")         \
    X(SYSTEM, "system")         \
    X(SUBSYSTEM, "subsystem")   \
    X(TYPE, "type")             \
    X(MODE, "mode")             \
    X(POLICY, "policy")         \
    X(ABOUT, "about")

enum vfj_show_field {
#define X(symbol, name) VFJ_SHOW_##symbol,
    VFJ_SHOW_FIELDS(X)
#undef X
        VFJ_SHOW_FIELD_COUNT
};

const char *vfj_show_field_name(enum vfj_show_field field);

/* The operands FIELD=VALUE. A record must have one of the values of each field. */
struct vfj_fields {
    unsigned count;
    uint32_t all; /* the set of fields in the list, one bit each */
    struct {
        enum vfj_show_field field;
        const char *value;
    } list[VFJ_SHOW_WORDS_MAX];
};

/* A record must match all of the criteria. */
struct vfj_criteria {
    uint64_t count;  /* only the newest records, this many; UINT64_MAX: all */
    bool every_kind; /* includes plain devd lines, probes and timers */
    bool fold;       /* one line for a command and its outcome, and one for many changes of links */
    struct vfj_names about;   /* only records about these interfaces; empty: all */
    struct vfj_words kinds;   /* only rows of these kinds, or lines with these words; empty: all */
    struct vfj_words states;  /* only changes to these states; empty: all */
    struct vfj_fields fields; /* only records with these values; empty: all */
    const regex_t *pattern;   /* only records whose text matches; NULL: all */
    uint64_t boot;            /* only records of this boot; 0: all */
    /* Only records from since_us to until_us in wall time, both included, and only those after
     * record `after` and up to `last`. A command also matches by the time and the interface of
     * its outcome. */
    int64_t since_us;
    int64_t until_us;
    uint64_t after; /* 0: from the first record on */
    uint64_t last;  /* 0: up to the newest record */
};

/* The criteria that a record matches and that its command or outcome need not match too. */
struct vfj_match {
    bool pattern;
    uint32_t fields;
};

struct vfj_match vfj_match_of(const struct vfj_criteria *criteria, const struct vfj_record *record);

/* Returns whether both records together match all of these criteria. */
bool vfj_match_is_whole(const struct vfj_criteria *criteria, struct vfj_match a,
                        struct vfj_match b);

/* Returns whether the record itself names the interface. */
bool vfj_match_names(const struct vfj_record *record, const struct vfj_name *name);

/* Returns whether the record has a kind and a state that the criteria select. */
bool vfj_match_kind(const struct vfj_criteria *criteria, const struct vfj_record *record);

/* Returns whether the record has a time, a boot and a seq that the criteria select. */
bool vfj_match_time(const struct vfj_criteria *criteria, const struct vfj_record *record);

/* Returns whether the record is a change of a link that may share a line with others. Then fills
 * in its interface and its new state. */
bool vfj_match_link(const struct vfj_criteria *criteria, const struct vfj_record *record,
                    struct vfj_name *name, bool *is_up);

#endif
