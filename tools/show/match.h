/* Tells whether a record matches what the options of `vfjournal show` ask for. */
#ifndef VFJ_TOOLS_SHOW_MATCH_H
#define VFJ_TOOLS_SHOW_MATCH_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/record.h"
#include "tools/options.h"

enum { VFJ_SHOW_WORDS_MAX = 16 };

/* The values of an option that may be repeated. A record matches one of them. */
struct vfj_words {
    unsigned count;
    const char *list[VFJ_SHOW_WORDS_MAX];
};

/* X(symbol, name). The columns first, then keys of bodies. */
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
    uint32_t all; /* a bit for each field of the list */
    struct {
        enum vfj_show_field field;
        const char *value;
    } list[VFJ_SHOW_WORDS_MAX];
};

/* A record must match all of the criteria. */
struct vfj_criteria {
    uint64_t count;           /* the newest so many; UINT64_MAX for all */
    bool every_kind;          /* also plain devd lines, probes, timers */
    bool fold;                /* a command and its outcome are one line, and so is link noise */
    struct vfj_names about;   /* only records about these interfaces; empty for all */
    struct vfj_words kinds;   /* only these kinds of rows, or words of lines; empty for all */
    struct vfj_words states;  /* only changes to these states; empty for all */
    struct vfj_fields fields; /* only records with these values; empty for all */
    const regex_t *pattern;   /* the text must match; NULL for none */
    uint64_t boot;            /* only of this boot; 0 for all */
    /* Only records of that time, both ends included (wall_us), and only those after record `after`
     * and not after `last`. A command also has the time and the interface of its outcome. */
    int64_t since_us;
    int64_t until_us;
    uint64_t after; /* 0: from the first on */
    uint64_t last;  /* 0: to the newest */
};

/* The criteria that a command and its outcome can fulfil together. */
struct vfj_match {
    bool pattern;
    uint32_t fields;
};

struct vfj_match vfj_match_of(const struct vfj_criteria *criteria, const struct vfj_record *record);

/* Returns whether two matches together are one of all those criteria. */
bool vfj_match_is_whole(const struct vfj_criteria *criteria, struct vfj_match a,
                        struct vfj_match b);

/* Returns whether the record itself names the interface. */
bool vfj_match_names(const struct vfj_record *record, const struct vfj_name *name);

/* Returns whether the record is of a kind and a state that the criteria ask for. */
bool vfj_match_kind(const struct vfj_criteria *criteria, const struct vfj_record *record);

/* Returns whether the record has the time, the boot and the place that the criteria ask for. */
bool vfj_match_time(const struct vfj_criteria *criteria, const struct vfj_record *record);

/* Returns whether the record is a change of a link that is folded with others of its kind. Then
 * *name and *is_up tell which. */
bool vfj_match_link(const struct vfj_criteria *criteria, const struct vfj_record *record,
                    struct vfj_name *name, bool *is_up);

#endif
