/* The state of one export of a journal, shared by its parts (tools/export/trace.c). */
#ifndef VFJ_TOOLS_EXPORT_STATE_H
#define VFJ_TOOLS_EXPORT_STATE_H

#include "core/model/play.h"
#include "tools/export/facts.h"
#include "tools/export/timeline.h"

enum { VFJ_EXPORT_GROUP_SIZE = 4 * VFJ_LINE_MAX };

/* An event by which a VF attached. `hn` is the hn that the next observation shows for the VF, or
 * empty when none does. */
struct vfj_attachment {
    size_t event;
    struct vfj_name vf, hn;
};

/* The first observation of an hn. */
struct vfj_first_observation {
    struct vfj_name hn;
    bool changed; /* a command came before any observation, so `observed` is empty */
    struct vfj_observation observed;
};

struct vfj_export {
    struct vfj_mirror mirror;
    struct vfj_timeline timeline;
    struct vfj_machine machine;
    uint64_t seq;           /* seq of the current row */
    const char *wrong;      /* why the journal cannot be exported; NULL: nothing is wrong so far */
    enum vfj_status status; /* VFJ_OK: a trace cannot express the journal; otherwise what failed */
    /* the current daemon had other rules, and has decided otherwise than ours do */
    bool others;
    /* The members of the first reading: */
    unsigned row; /* how many rows were read of those that the newest event led to */
    struct vfj_attachment *attachments;
    size_t attachment_count, attachment_size;
    uint64_t map_command; /* id of the newest command that reads hw.hn.vfmap */
    unsigned first_count;
    struct vfj_first_observation firsts[VFJ_SLOTS_MAX];
    /* The members of the second reading: */
    size_t at, attached; /* numbers of the current event and of the next attachment */
    bool begun, running;
    uint64_t boot;
    int64_t now_us, group_us, late_us;
    /* by event: the command that the event answers, when a fact about the answer stands before
     * the event's whole group */
    struct vfj_times early;
    uint8_t mode, policy;
    unsigned open_count;
    /* the commands without an answer, oldest first */
    struct vfj_command open[VFJ_PLAY_PENDING_MAX];
    /* the lines of the current group that are not written yet */
    char group[VFJ_EXPORT_GROUP_SIZE];
    struct vfj_text group_text;
    struct vfj_event event; /* the event of the current row */
    char body[VFJ_BODY_MAX];
};

/* Notes why the journal cannot be exported. Only the first reason is kept. Returns false. */
bool vfj_export_fail(struct vfj_export *export, const char *wrong);
void vfj_export_fail_system(struct vfj_export *export, enum vfj_status status);

/* Decode a row into export->event, or into *command. Return false for rows of another kind, and
 * when the export has failed. */
bool vfj_export_event(struct vfj_export *export, const struct vfj_record *record);
bool vfj_export_command(struct vfj_export *export, const struct vfj_record *record,
                        struct vfj_command *command);

/* The first reading: collects the times, and the facts that stand at the beginning of a trace. */
void vfj_export_learn(struct vfj_export *export, const struct vfj_record *record);

/* The second reading: writes the trace to export->mirror.out. vfj_export_write_end() writes its
 * end. */
void vfj_export_write(struct vfj_export *export, const struct vfj_record *record);
void vfj_export_write_end(struct vfj_export *export);

#endif
