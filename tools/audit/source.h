/* The journal of a verb that is about migrations: opens it, reads the episodes, reports faults. */
#ifndef VFJ_TOOLS_AUDIT_SOURCE_H
#define VFJ_TOOLS_AUDIT_SOURCE_H

#include "store/journal.h"
#include "tools/audit/read.h"
#include "tools/input.h"

struct vfj_audit_source {
    struct vfj_input input;
    struct vfj_journal *journal;
    struct vfj_audit audit;
    long daemon;      /* pid of the daemon that writes the journal; 0: none runs; -1: unknown */
    uint64_t waiting; /* events in the daemon's memory that no record has yet */
    bool quiet; /* opening prints nothing: `problem` has the message instead. Set before opening */
    char problem[512]; /* untrusted bytes; empty: none, or it is printed already */
    /* Every span of a state is given to it; NULL: not asked for. Set before opening. */
    vfj_state_span_put *put_span;
    void *arg;
};

/* Gives up root's rights, opens the journal and reads its episodes. Reports waiting events, an
 * unusable journal and one without records on standard error, unless `quiet` is set. Returns
 * VFJ_EXIT_OK, or the exit status. The caller calls vfj_audit_source_close() in any case. */
int vfj_audit_source_open(struct vfj_audit_source *source, const char *path);

/* Reports records that the damage of the file hides. Returns VFJ_EXIT_OK, or VFJ_EXIT_DAMAGED. */
int vfj_audit_source_report(const struct vfj_audit_source *source);

/* Prints the message for a failed read of the open journal. Returns the exit status. */
int vfj_audit_source_fail(const struct vfj_audit_source *source, enum vfj_status status);

/* Finds the episode whose id the word is. `name` is that of the journal, for messages. Sets *episode
 * and returns as vfj_audit_source_find(). */
int vfj_audit_find_word(const struct vfj_audit *audit, const char *name, const char *verb,
                        const char *word, struct vfj_episode **episode);

/* Finds the episode whose id the word is, and sets *episode. Returns VFJ_EXIT_OK, or the exit status
 * after a message: VFJ_EXIT_DIFFERENT, with the nearest id, when no episode has that id. */
int vfj_audit_source_find(const struct vfj_audit_source *source, const char *verb, const char *word,
                          struct vfj_episode **episode);

void vfj_audit_source_close(struct vfj_audit_source *source);

#endif
