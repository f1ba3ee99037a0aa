/* The state of one export of a journal as a trace. The files that make the trace share it
 * (tools/export/trace.c). */
#ifndef VFJ_TOOLS_EXPORT_STATE_H
#define VFJ_TOOLS_EXPORT_STATE_H

#include "core/model/play.h"
#include "tools/export/facts.h"
#include "tools/export/timeline.h"

enum { VFJ_EXPORT_GROUP_SIZE = 4 * VFJ_LINE_MAX };

/* An event by which a VF attached. `hn` is the interface to which the VF belongs according to the
 * next observation, or empty when no observation shows this. */
struct vfj_attachment {
    size_t event;
    struct vfj_name vf, hn;
};

/* The first observation of an hn. */
struct vfj_first_observation {
    struct vfj_name hn;
    /* a command changed the slot before any observation, so that `observed` is empty */
    bool changed;
    struct vfj_observation observed;
};

struct vfj_export {
    struct vfj_mirror mirror;
    struct vfj_timeline timeline;
    struct vfj_machine machine;
    uint64_t seq;           /* seq of the current row */
    const char *wrong;      /* why the journal cannot be exported; NULL: nothing is wrong so far */
    enum vfj_status status; /* VFJ_OK: a trace cannot express the journal; otherwise what failed */
    /* the current daemon had other rules than this program, and has decided otherwise than this
     * program's rules decide */
    bool others;
    /* The members that the first reading uses: */
    unsigned row; /* how many rows were read that are decisions about the newest event */
    struct vfj_attachment *attachments;
    size_t attachment_count, attachment_size;
    uint64_t map_command; /* id of the newest command that reads hw.hn.vfmap */
    unsigned first_count;
    struct vfj_first_observation firsts[VFJ_SLOTS_MAX];
    /* The members that the second reading uses: */
    size_t at, attached; /* numbers of the current event and of the next attachment of a VF */
    bool begun, running;
    uint64_t boot;
    int64_t now_us, group_us, late_us;
    /* indexed by event: id of the command whose result the event is, if the facts that the result
     * shows are written before its whole group; otherwise 0 */
    struct vfj_times early;
    uint8_t mode, policy;
    unsigned open_count;
    /* the commands whose result was not read yet, oldest first */
    struct vfj_command open[VFJ_PLAY_PENDING_MAX];
    /* the lines of the current group that are not written yet */
    char group[VFJ_EXPORT_GROUP_SIZE];
    struct vfj_text group_text;
    struct vfj_event event; /* the event of the current row */
    char body[VFJ_BODY_MAX];
};

/* Records why the journal cannot be exported, unless a reason was recorded before. Returns
 * false. */
bool vfj_export_fail(struct vfj_export *export, const char *wrong);
void vfj_export_fail_system(struct vfj_export *export, enum vfj_status status);

/* These two functions decode a row into export->event or into *command. They return false when the
 * row is of another kind, and when the export has failed. */
bool vfj_export_event(struct vfj_export *export, const struct vfj_record *record);
bool vfj_export_command(struct vfj_export *export, const struct vfj_record *record,
                        struct vfj_command *command);

/* The first reading of the journal: collects the times, and the facts that are written at the
 * beginning of the trace. */
void vfj_export_learn(struct vfj_export *export, const struct vfj_record *record);

/* The second reading of the journal: writes the trace to export->mirror.out. After the last record,
 * vfj_export_write_end() writes the end of the trace. */
void vfj_export_write(struct vfj_export *export, const struct vfj_record *record);
void vfj_export_write_end(struct vfj_export *export);

#endif
