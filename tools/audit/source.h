/* Opens and reads a journal for a verb that shows migrations, and reports what is wrong with it. */
#ifndef VFJ_TOOLS_AUDIT_SOURCE_H
#define VFJ_TOOLS_AUDIT_SOURCE_H

#include "store/journal.h"
#include "tools/audit/read.h"
#include "tools/input.h"

/* the message about a word that can't be an ID; the word follows */
#define VFJ_NOT_AN_ID "ID is a number as `vfjournal migrations` prints it, not"

struct vfj_audit_source {
    /* Set this before the call of vfj_audit_source_open(), which then shows the progress of the
     * verb with this name. NULL: shows none. */
    const char *verb;
    struct vfj_input input;
    struct vfj_journal *journal;
    struct vfj_audit audit;
    long daemon; /* pid of the daemon that writes the journal; 0: no daemon runs; -1: unknown */
    uint64_t waiting; /* number of events that the daemon has in memory and could not write yet */
    /* set this before the call of vfj_audit_source_open(), which then prints nothing; `problem`
     * gets the message */
    bool quiet;
    /* bytes that must not be trusted; empty when there is no problem or its message was printed */
    char problem[512];
    /* Set these two before the call of vfj_audit_source_open(). The function is called for each
     * period that a slot spent in one state. NULL: not called. */
    vfj_state_span_put *put_span;
    void *arg;
    /* Set this before the call of vfj_audit_source_open(): the file that the verb replaces
     * (tools/replace_file.h), with mode 0644; NULL: none. */
    const char *replaced_file;
};

/* Gives up root's rights, opens the journal and reads its episodes. Prints a message when the
 * daemon has unwritten events, when the journal is unusable, and when it has no records; with
 * `quiet` it prints nothing. Returns VFJ_EXIT_OK, or the exit status. The caller calls
 * vfj_audit_source_close() in any case. */
int vfj_audit_source_open(struct vfj_audit_source *source, const char *path);

/* Prints a message when records can't be read because the file is damaged. Returns VFJ_EXIT_OK, or
 * VFJ_EXIT_DAMAGED. */
int vfj_audit_source_report(const struct vfj_audit_source *source);

/* Prints a message when reading the open journal failed with this status. Returns the exit
 * status. */
int vfj_audit_source_fail(const struct vfj_audit_source *source, enum vfj_status status);

/* Sets *episode to the episode whose id is the number in `word`. The messages contain `name`, the
 * journal's name, and `verb`. Returns what vfj_audit_source_find() returns. */
int vfj_audit_find_word(const struct vfj_audit *audit, const char *name, const char *verb,
                        const char *word, struct vfj_episode **episode);

/* Sets *episode to the episode whose id is the number in `word`. `verb` is the verb's name for
 * messages. Returns VFJ_EXIT_OK, or the exit status after a message. The status is
 * VFJ_EXIT_DIFFERENT when no episode has this id; the message then names the nearest id. */
int vfj_audit_source_find(const struct vfj_audit_source *source, const char *verb, const char *word,
                          struct vfj_episode **episode);

void vfj_audit_source_close(struct vfj_audit_source *source);

#endif
