/* Decides whether a record matches the options of `vfjournal show`. */
#ifndef VFJ_TOOLS_SHOW_MATCH_H
#define VFJ_TOOLS_SHOW_MATCH_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/record.h"
#include "tools/options.h"

enum { VFJ_SHOW_WORDS_MAX = 16 };

/* The values of an option that can be given several times. A record must match one of them. */
struct vfj_words {
    unsigned count;
    const char *list[VFJ_SHOW_WORDS_MAX];
};

/* The fields of records that can be selected, as a list X(symbol, name). The columns of a row come
 * first, then keys in bodies. */
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

/* The arguments FIELD=VALUE. For each field among them, a record must have one of the values given
 * for this field. */
struct vfj_fields {
    unsigned count;
    uint32_t all; /* the fields in the list, one bit for each */
    struct {
        enum vfj_show_field field;
        const char *value;
    } list[VFJ_SHOW_WORDS_MAX];
};

/* What a record must match to be shown. It must match all members. */
struct vfj_criteria {
    uint64_t count;  /* only the newest records, at most this many; UINT64_MAX: no limit */
    bool every_kind; /* include observations, timers, and lines of devd about no VF and no link */
    /* print a command with its outcome in one line, and many link changes in one line */
    bool fold;
    struct vfj_names about; /* only records about these interfaces; empty: about all */
    /* only rows of these kinds, or whose line has one of these words; empty: all rows */
    struct vfj_words kinds;
    struct vfj_words states;  /* only changes to one of these states; empty: all records */
    struct vfj_fields fields; /* only records with these values; empty: all records */
    /* only records whose text matches the regular expression; NULL: all records */
    const regex_t *pattern;
    uint64_t boot; /* only records written in this boot; 0: in any boot */
    /* Only records from since_us to until_us by the wall clock, both included, and only those after
     * record `after` and not after record `last`. For a command, the time and the interface of its
     * outcome may match instead of its own. */
    int64_t since_us;
    int64_t until_us;
    uint64_t after; /* 0: no limit, begin with the first record */
    uint64_t last;  /* 0: no limit, end with the newest record */
};

/* Those criteria that a record matches by itself. A command and its outcome are shown together, so
 * that only one of them needs to match each of these criteria. */
struct vfj_match {
    bool pattern;
    uint32_t fields;
};

struct vfj_match vfj_match_of(const struct vfj_criteria *criteria, const struct vfj_record *record);

/* Returns true when two records together, a command and its outcome, match the pattern and the
 * fields in the criteria. */
bool vfj_match_is_whole(const struct vfj_criteria *criteria, struct vfj_match a,
                        struct vfj_match b);

/* Returns true when the record itself contains the name of the interface. */
bool vfj_match_names(const struct vfj_record *record, const struct vfj_name *name);

/* Returns true when the kind and the state of the record match the criteria. */
bool vfj_match_kind(const struct vfj_criteria *criteria, const struct vfj_record *record);

/* Returns true when the time, the boot and the seq of the record match the criteria. */
bool vfj_match_time(const struct vfj_criteria *criteria, const struct vfj_record *record);

/* Returns true when the record is a link change that can share a line with others. Sets *name to
 * its interface and *is_up to the new state. */
bool vfj_match_link(const struct vfj_criteria *criteria, const struct vfj_record *record,
                    struct vfj_name *name, bool *is_up);

#endif
