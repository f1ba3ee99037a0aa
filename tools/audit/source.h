/* Opens and reads the journal for a verb about migrations, and reports faults. */
#ifndef VFJ_TOOLS_AUDIT_SOURCE_H
#define VFJ_TOOLS_AUDIT_SOURCE_H

#include "store/journal.h"
#include "tools/audit/read.h"
#include "tools/input.h"

struct vfj_audit_source {
    struct vfj_input input;
    struct vfj_journal *journal;
    struct vfj_audit audit;
    long daemon; /* pid of the daemon that writes the journal; 0: no daemon runs; -1: unknown */
    uint64_t waiting; /* number of events in the daemon's memory that have no record yet */
    bool quiet; /* set before opening: opening prints nothing, and `problem` has the message */
    char problem[512]; /* untrusted bytes; empty when there is no problem, or when it was printed */
    /* Set before opening: gets every span of a state. NULL: not called. */
    vfj_state_span_put *put_span;
    void *arg;
    /* The file that the verb replaces (tools/replace_file.h), with mode 0644; NULL: none. Has to
     * be set before opening. */
    const char *replaced_file;
};

/* Gives up root's rights, opens the journal and reads its episodes. Reports waiting events, an
 * unusable journal and one without records on standard error, unless `quiet` is set. Returns
 * VFJ_EXIT_OK, or the exit status. The caller calls vfj_audit_source_close() in any case. */
int vfj_audit_source_open(struct vfj_audit_source *source, const char *path);

/* Reports records that the damage of the file hides. Returns VFJ_EXIT_OK, or VFJ_EXIT_DAMAGED. */
int vfj_audit_source_report(const struct vfj_audit_source *source);

/* Prints the message for a failed read of the open journal. Returns the exit status. */
int vfj_audit_source_fail(const struct vfj_audit_source *source, enum vfj_status status);

/* Finds the episode whose id is `word`. `name` is the journal's name in messages. Fills in
 * *episode and returns as vfj_audit_source_find() does. */
int vfj_audit_find_word(const struct vfj_audit *audit, const char *name, const char *verb,
                        const char *word, struct vfj_episode **episode);

/* Finds the episode whose id is `word`, and fills in *episode. Returns VFJ_EXIT_OK, or the exit
 * status after a message: VFJ_EXIT_DIFFERENT, with the nearest id, when no episode has that id. */
int vfj_audit_source_find(const struct vfj_audit_source *source, const char *verb, const char *word,
                          struct vfj_episode **episode);

void vfj_audit_source_close(struct vfj_audit_source *source);

#endif
