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

/* A copy of a record and of its text, which remains valid when another record is read. Also
 * contains the record's decoded event. */
struct vfj_kept {
    struct vfj_record record;
    char body[VFJ_BODY_MAX];
    char note[VFJ_RECORD_NAME];
    /* The event; its texts point into `body`. `is_read` is false when the record contains no event
     * of the machine (a decision, for example), or when its body is malformed. */
    struct vfj_event event;
    bool is_read;
};

enum vfj_status vfj_kept_get(struct vfj_journal *journal, uint64_t seq, struct vfj_kept *kept);

/* Copies the value of a key in the record's body, without quotes. Returns false and an empty value
 * when the key is missing or the value does not fit. */
bool vfj_kept_value(const struct vfj_record *record, const char *key, char *value, size_t size);

/* Returns the kind of the command in the record's body, or VFJ_COMMAND_COUNT when the name of the
 * kind is unknown. */
unsigned vfj_kept_command_kind(const struct vfj_record *record);
/* Returns true when a command of this kind only reads the guest. */
bool vfj_kept_is_probe(unsigned kind);
/* Returns the reason in the record's body, or VFJ_REASON_COUNT when the name of the reason is
 * unknown. */
unsigned vfj_kept_reason(const struct vfj_record *record);

/* Returns true when the record changes a slot's state. Other records of kind "transition" are
 * notices. */
bool vfj_record_moves(const struct vfj_record *record);

/* --- family.c: finds the records that caused a record or were caused by it --- */

enum { VFJ_FAMILY_MAX = 20000 };

/* A record that caused the explained record or was caused by it, directly or through other
 * records. */
struct vfj_relative {
    uint64_t seq;
    uint64_t parent; /* seq of the record that caused this one */
    unsigned depth;  /* 0: the explained record; 1: its direct cause or effect; … */
    /* this record is a timer, and its parent is the transition that began the delay */
    bool by_delay;
};

struct vfj_family {
    struct vfj_relative *rows;
    size_t count, room;
    bool is_cut;  /* the list is incomplete: there are more than VFJ_FAMILY_MAX records */
    bool is_open; /* a command in the list has no outcome yet, or a delay has not ended */
};

/* Finds the records that caused record `seq`, the nearest cause first. When a timer ended a delay,
 * its cause is the transition that began the delay. */
enum vfj_status vfj_family_causes(struct vfj_journal *journal, uint64_t seq,
                                  struct vfj_family *family);

/* Finds record `seq` and all records that it caused, the oldest first. Reads the journal from `seq`
 * on. Stops when every command found has its outcome and every delay found has ended. */
enum vfj_status vfj_family_effects(struct vfj_journal *journal, uint64_t seq,
                                   struct vfj_family *family);

void vfj_family_free(struct vfj_family *family);

/* --- words.c: sentences about kinds of commands, events and reasons --- */

/* A sentence, and the manual page and section that say more about its subject. */
struct vfj_explain_words {
    const char *text;
    const char *page;
};

/* Returns what a command of this kind is for, such as "makes the lagg …". */
struct vfj_explain_words vfj_words_of_command(enum vfj_command_kind kind);
/* Returns what an event of this kind means. */
struct vfj_explain_words vfj_words_of_event(enum vfj_event_kind kind);
/* Returns what a devd line of this kind means. */
struct vfj_explain_words vfj_words_of_devd(enum vfj_devd_kind kind);
/* Returns the remedy for a fault with this reason. The text is NULL when nothing needs to be done,
 * and also for the reason of a finding: core/data/finding.h has the advice for findings. */
struct vfj_explain_words vfj_words_of_fault(enum vfj_reason reason);

/* --- sentences.c: the paragraphs about one record --- */

void vfj_sentences_what(const struct vfj_kept *kept, struct vfj_text *text);
/* Adds what an observation shows about the guest. Adds nothing when the record is not an
 * observation. */
void vfj_sentences_observed(const struct vfj_kept *kept, struct vfj_text *text);
/* Adds the rule behind the machine's decision: an allowed change in the table of states, or the
 * position of a command in a plan. `policy` is the daemon's policy; `knows_policy` is false when it
 * is unknown. */
void vfj_sentences_rule(const struct vfj_kept *kept, enum vfj_policy policy, bool knows_policy,
                        struct vfj_text *text);
/* Adds a line about a change of state, such as "detached -> attached for vf-attached: text of the
 * reason." */
void vfj_sentences_move(const struct vfj_record *record, struct vfj_text *text);
/* Adds the remedy, if the record reports something that needs to be done. If the record is the
 * outcome of a command, `command` is this command. Otherwise `command` is NULL. */
void vfj_sentences_remedy(const struct vfj_kept *kept, const struct vfj_kept *command,
                          struct vfj_text *text);
void vfj_sentences_pages(const struct vfj_kept *kept, struct vfj_text *text);
/* Adds one line about the record for a list: its kind and its text, without control characters. */
void vfj_sentences_line(const struct vfj_kept *kept, struct vfj_text *text);

/* --- paragraphs.c: paragraphs for which other records are read --- */

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
    struct vfj_kept other;   /* space for one further record */
    struct vfj_family causes, effects;
    char bytes[VFJ_EXPLAIN_SIZE];
};

/* Begins the text of a paragraph. The text of the previous paragraph becomes invalid, because both
 * use the same buffer. */
struct vfj_text vfj_explain_begin(struct vfj_explain *explain);

void vfj_explain_print_heading(const char *heading);
void vfj_explain_print_wrapped(const char *text);
/* Prints a heading and a text. Prints nothing when the text is empty. */
void vfj_explain_print_paragraph(const char *heading, const struct vfj_text *text);

/* Each of the next five functions prints one paragraph. Call them after the causes and the effects
 * were found. */
enum vfj_status vfj_explain_print_why(struct vfj_explain *explain);
enum vfj_status vfj_explain_print_decisions(struct vfj_explain *explain);
enum vfj_status vfj_explain_print_result(struct vfj_explain *explain);
enum vfj_status vfj_explain_print_effects(struct vfj_explain *explain);
enum vfj_status vfj_explain_print_remedy(struct vfj_explain *explain);

/* --- host.c --- */

/* Prints how the record is related to Azure Scheduled Events. For a record that begins or ends a
 * time without the VF, prints the announcement that belongs to this time. For an announcement,
 * prints the times without the VF that belong to it. Prints nothing for other records. */
enum vfj_status vfj_explain_print_host(struct vfj_explain *explain);

#endif
