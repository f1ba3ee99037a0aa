/* vfjournal explain: describes one record in plain sentences, with its cause and its effects. */
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

/* A copy of a record, which remains valid when another record is read, and the record's decoded
 * event. */
struct vfj_kept {
    struct vfj_record record;
    char body[VFJ_BODY_MAX];
    char note[VFJ_RECORD_NAME];
    /* The event, whose spans point into `body`. `is_read` is false when the record is a decision
     * or a row that the machine does not see, or when its body is malformed. */
    struct vfj_event event;
    bool is_read;
};

enum vfj_status vfj_kept_get(struct vfj_journal *journal, uint64_t seq, struct vfj_kept *kept);

/* Copies the unquoted value of a key of the record's body. Returns false and an empty value when
 * the key is missing or the value does not fit. */
bool vfj_kept_value(const struct vfj_record *record, const char *key, char *value, size_t size);

/* Returns the kind of the command in the body, or VFJ_COMMAND_COUNT for an unknown name. */
unsigned vfj_kept_command_kind(const struct vfj_record *record);
/* Returns whether a command of that kind only reads the guest. */
bool vfj_kept_is_probe(unsigned kind);
/* Returns the reason in the body, or VFJ_REASON_COUNT for an unknown name. */
unsigned vfj_kept_reason(const struct vfj_record *record);

/* Returns whether the record changes a slot's state. The other transitions are notices. */
bool vfj_record_moves(const struct vfj_record *record);

/* --- family.c: records related by cause --- */

enum { VFJ_FAMILY_MAX = 20000 };

/* A record that caused the explained record, directly or not, or was caused by it. */
struct vfj_relative {
    uint64_t seq;
    uint64_t parent; /* seq of its cause */
    unsigned depth;  /* causes between it and the explained record */
    bool by_delay;   /* it is a timer that the end of the parent's delay fired */
};

struct vfj_family {
    struct vfj_relative *rows;
    size_t count, room;
    bool is_cut;  /* the family has more than VFJ_FAMILY_MAX records, and the list is cut */
    bool is_open; /* a command of the family has no outcome, or a delay has not ended */
};

/* Finds the records that caused record `seq`, the nearest first. A timer that ended a delay has the
 * transition that began the delay as its cause. */
enum vfj_status vfj_family_causes(struct vfj_journal *journal, uint64_t seq,
                                  struct vfj_family *family);

/* Finds record `seq` and all records that it caused, the oldest first. Reads the journal from
 * `seq` on. Stops when every command of the family has its outcome and every delay that the
 * family began has ended. */
enum vfj_status vfj_family_effects(struct vfj_journal *journal, uint64_t seq,
                                   struct vfj_family *family);

void vfj_family_free(struct vfj_family *family);

/* --- words.c: the sentences of the tables --- */

/* A sentence about a kind of record, and where the manual has more. */
struct vfj_explain_words {
    const char *text;
    const char *page;
};

/* Returns the purpose of a command of that kind, such as "makes the lagg …". */
struct vfj_explain_words vfj_words_of_command(enum vfj_command_kind kind);
/* Returns the meaning of an event of that kind. */
struct vfj_explain_words vfj_words_of_event(enum vfj_event_kind kind);
/* Returns the meaning of a devd line of that kind. */
struct vfj_explain_words vfj_words_of_devd(enum vfj_devd_kind kind);
/* Returns the remedy for that reason. The text is NULL when nothing needs to be done. The text
 * is also NULL for a finding, since core/data/finding.h has the advice for findings. */
struct vfj_explain_words vfj_words_of_fault(enum vfj_reason reason);

/* --- sentences.c: the paragraphs about one record --- */

void vfj_sentences_what(const struct vfj_kept *kept, struct vfj_text *text);
/* Adds what an observation shows about the guest. Adds nothing for other records. */
void vfj_sentences_observed(const struct vfj_kept *kept, struct vfj_text *text);
/* Adds the rule by which the machine decided: a move of the table of states, or a command of a
 * plan. */
void vfj_sentences_rule(const struct vfj_kept *kept, enum vfj_policy policy, bool knows_policy,
                        struct vfj_text *text);
/* Adds a line such as "detached -> attached for vf-attached: text of the reason." */
void vfj_sentences_move(const struct vfj_record *record, struct vfj_text *text);
/* Adds the remedy, if something needs to be done. */
void vfj_sentences_remedy(const struct vfj_kept *kept, const struct vfj_kept *command,
                          struct vfj_text *text);
void vfj_sentences_pages(const struct vfj_kept *kept, struct vfj_text *text);
/* Adds one line for a list: the word and the text of the record, without control characters. */
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
    const char *name;        /* name of the file in messages */
    struct vfj_kept subject; /* the record whose seq was given */
    struct vfj_kept other;   /* another record, until the next one is read */
    struct vfj_family causes, effects;
    char bytes[VFJ_EXPLAIN_SIZE];
};

/* Begins the text of a paragraph. The text of the paragraph before becomes invalid, since both
 * use one buffer. */
struct vfj_text vfj_explain_begin(struct vfj_explain *explain);

void vfj_explain_print_heading(const char *heading);
void vfj_explain_print_wrapped(const char *text);
/* Prints the heading and the text. Prints nothing for an empty text. */
void vfj_explain_print_paragraph(const char *heading, const struct vfj_text *text);

/* Each prints one paragraph. Call them after the causes and the effects were found. */
enum vfj_status vfj_explain_print_why(struct vfj_explain *explain);
enum vfj_status vfj_explain_print_decisions(struct vfj_explain *explain);
enum vfj_status vfj_explain_print_result(struct vfj_explain *explain);
enum vfj_status vfj_explain_print_effects(struct vfj_explain *explain);
enum vfj_status vfj_explain_print_remedy(struct vfj_explain *explain);

/* --- host.c --- */

/* For a record that begins or ends a time without the fast path, prints the announcement of
 * Azure Scheduled Events that belongs to that time. For an announcement, prints the times
 * without the fast path that belong to it. Prints nothing for other records. */
enum vfj_status vfj_explain_print_host(struct vfj_explain *explain);

#endif
