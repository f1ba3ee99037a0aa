/* One export of a journal, shared by its parts (tools/export/trace.c). */
#ifndef VFJ_TOOLS_EXPORT_STATE_H
#define VFJ_TOOLS_EXPORT_STATE_H

#include "core/model/play.h"
#include "tools/export/facts.h"
#include "tools/export/timeline.h"

enum { VFJ_EXPORT_GROUP_SIZE = 4 * VFJ_LINE_MAX };

/* A VF that attached by that event, and its hn in the next observation; empty for none. */
struct vfj_attachment {
    size_t event;
    struct vfj_name vf, hn;
};

/* The first observation of an hn. */
struct vfj_first_observation {
    struct vfj_name hn;
    bool changed; /* no observation came before a command */
    struct vfj_observation observed;
};

struct vfj_export {
    struct vfj_mirror mirror;
    struct vfj_timeline timeline;
    struct vfj_machine machine;
    uint64_t seq;           /* of the present row */
    const char *wrong;      /* why it cannot be exported; NULL for none */
    enum vfj_status status; /* VFJ_OK: a trace cannot express it; else the failure */
    /* the present daemon had other rules, and has decided otherwise */
    bool others;
    /* first reading */
    unsigned row; /* of those that follow from the newest event, how many were read */
    struct vfj_attachment *attachments;
    size_t attachment_count, attachment_size;
    uint64_t map_command; /* the newest that reads hw.hn.vfmap */
    unsigned first_count;
    struct vfj_first_observation firsts[VFJ_SLOTS_MAX];
    /* second reading */
    size_t at, attached; /* numbers of the event, and of the next attachment */
    bool begun, running;
    uint64_t boot;
    int64_t now_us, group_us, late_us;
    /* by event: the command that it answers, when a fact stands before its group */
    struct vfj_times early;
    uint8_t mode, policy;
    unsigned open_count;
    struct vfj_command open[VFJ_PLAY_PENDING_MAX]; /* without an answer, oldest first */
    /* the last lines of the present group */
    char group[VFJ_EXPORT_GROUP_SIZE];
    struct vfj_text group_text;
    struct vfj_event event; /* the row's */
    char body[VFJ_BODY_MAX];
};

/* Notes why the journal cannot be exported. The first reason counts. Returns false. */
bool vfj_export_fail(struct vfj_export *export, const char *wrong);
void vfj_export_fail_system(struct vfj_export *export, enum vfj_status status);

/* Decode a row into export->event, or into *command. Return false for other rows, and after a
 * fault. */
bool vfj_export_event(struct vfj_export *export, const struct vfj_record *record);
bool vfj_export_command(struct vfj_export *export, const struct vfj_record *record,
                        struct vfj_command *command);

/* The first reading: collects the times, and the facts that a trace needs early. */
void vfj_export_learn(struct vfj_export *export, const struct vfj_record *record);

/* The second reading: writes the trace to export->mirror.out, and its end. */
void vfj_export_write(struct vfj_export *export, const struct vfj_record *record);
void vfj_export_write_end(struct vfj_export *export);

#endif
