/* vfjournal explain: one record in plain sentences, with its cause and its effects. */
#ifndef VFJ_TOOLS_EXPLAIN_EXPLAIN_H
#define VFJ_TOOLS_EXPLAIN_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/data/decision.h"
#include "core/data/event.h"
#include "core/limits.h"
#include "store/journal.h"
#include "tools/time_format.h"

/* A record that stays valid when another one is read, with what its body tells. */
struct vfj_kept {
    struct vfj_record record;
    char body[VFJ_BODY_MAX];
    char note[VFJ_RECORD_NAME];
    /* The event; the spans point into `body`. `is_read` is false for a decision, a row that the
     * machine does not see, and a body that is no event's. */
    struct vfj_event event;
    bool is_read;
};

enum vfj_status vfj_kept_get(struct vfj_journal *journal, uint64_t seq, struct vfj_kept *kept);

/* Copies a value of the record's body, unquoted. Returns false, and an empty value, without that
 * key, or when the value does not fit. */
bool vfj_kept_value(const struct vfj_record *record, const char *key, char *value, size_t size);

/* Returns the number of a persisted name of the body, or the count for an unknown one. */
unsigned vfj_kept_command_kind(const struct vfj_record *record);
/* Returns whether a command of that kind only reads the guest. */
bool vfj_kept_is_probe(unsigned kind);
unsigned vfj_kept_reason(const struct vfj_record *record);

/* Returns whether the record changes a slot's state. The rest of the transitions are notices. */
bool vfj_record_moves(const struct vfj_record *record);

/* --- family.c: rows by cause --- */

enum { VFJ_FAMILY_MAX = 20000 };

/* A record that led from, or to, the explained one. */
struct vfj_relative {
    uint64_t seq;
    uint64_t parent; /* seq of its cause */
    unsigned depth;  /* causes between it and the explained record */
    bool by_delay;   /* a timer, which the end of the parent's delay fired */
};

struct vfj_family {
    struct vfj_relative *rows;
    size_t count, room;
    bool is_cut;  /* more than VFJ_FAMILY_MAX rows */
    bool is_open; /* a command of it has no outcome, or a delay has not ended */
};

/* Finds the records that caused record `seq`, the nearest first. A timer that ended a delay has the
 * transition that began the delay as its cause. */
enum vfj_status vfj_family_causes(struct vfj_journal *journal, uint64_t seq,
                                  struct vfj_family *family);

/* Finds record `seq` and all that it led to, the oldest first. Reads the journal from `seq` on, until
 * no command of the family waits for its outcome and no delay of it runs. */
enum vfj_status vfj_family_effects(struct vfj_journal *journal, uint64_t seq,
                                   struct vfj_family *family);

void vfj_family_free(struct vfj_family *family);

/* --- words.c: the sentences of the tables --- */

/* A sentence about a kind of record, and where the manual has more. */
struct vfj_explain_words {
    const char *text;
    const char *page;
};

/* Return what a command of that kind is for, as "makes the lagg …". */
struct vfj_explain_words vfj_words_of_command(enum vfj_command_kind kind);
/* Return what an event of that kind tells. */
struct vfj_explain_words vfj_words_of_event(enum vfj_event_kind kind);
struct vfj_explain_words vfj_words_of_devd(enum vfj_devd_kind kind);
/* Returns what an administrator does about that reason. The text is NULL when there is nothing to
 * do, and for a finding, which has its advice in core/data/finding.h. */
struct vfj_explain_words vfj_words_of_fault(enum vfj_reason reason);

/* --- sentences.c: the paragraphs about one record --- */

void vfj_sentences_what(const struct vfj_kept *kept, struct vfj_text *text);
/* What an observation shows of the guest. Adds nothing for other records. */
void vfj_sentences_observed(const struct vfj_kept *kept, struct vfj_text *text);
/* The rule that answered: a move of the table of states, or a command of a plan. */
void vfj_sentences_rule(const struct vfj_kept *kept, enum vfj_policy policy, bool knows_policy,
                        struct vfj_text *text);
/* "detached -> attached for vf-attached: text of the reason." */
void vfj_sentences_move(const struct vfj_record *record, struct vfj_text *text);
/* The remedy. Adds nothing when there is nothing to do. */
void vfj_sentences_remedy(const struct vfj_kept *kept, const struct vfj_kept *command,
                          struct vfj_text *text);
void vfj_sentences_pages(const struct vfj_kept *kept, struct vfj_text *text);
/* One line of a list: the word and the text of the record, without control characters. */
void vfj_sentences_line(const struct vfj_kept *kept, struct vfj_text *text);

/* --- paragraphs.c: the paragraphs that need other records --- */

enum { VFJ_EXPLAIN_WIDTH = 79, VFJ_EXPLAIN_INDENT = 4, VFJ_EXPLAIN_SIZE = 32768 };

struct vfj_explain_options {
    const char *path;
    uint64_t seq;
    bool cause, effects;
    enum vfj_zone zone;
};

struct vfj_explain {
    const struct vfj_explain_options *options;
    struct vfj_journal *journal;
    const char *name;        /* of the file, for messages */
    struct vfj_kept subject; /* record SEQ */
    struct vfj_kept other;   /* another one, until the next is read */
    struct vfj_family causes, effects;
    char bytes[VFJ_EXPLAIN_SIZE];
};

/* Begins the text of a paragraph. The text before it ends. */
struct vfj_text vfj_explain_begin(struct vfj_explain *explain);

void vfj_explain_print_heading(const char *heading);
void vfj_explain_print_wrapped(const char *text);
/* Prints the heading and the text. Prints nothing for an empty text. */
void vfj_explain_print_paragraph(const char *heading, const struct vfj_text *text);

/* Print a paragraph each, after the causes and the effects were found. */
enum vfj_status vfj_explain_print_why(struct vfj_explain *explain);
enum vfj_status vfj_explain_print_decisions(struct vfj_explain *explain);
enum vfj_status vfj_explain_print_result(struct vfj_explain *explain);
enum vfj_status vfj_explain_print_effects(struct vfj_explain *explain);
enum vfj_status vfj_explain_print_remedy(struct vfj_explain *explain);

#endif
