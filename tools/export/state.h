/* One export of a journal: shared by its parts (tools/export/trace.c). */
#ifndef VFJ_TOOLS_EXPORT_STATE_H
#define VFJ_TOOLS_EXPORT_STATE_H

#include "core/model/play.h"
#include "tools/export/facts.h"
#include "tools/export/timeline.h"

enum { VFJ_EXPORT_GROUP_SIZE = 4 * VFJ_LINE_MAX };

/* A VF attached by that event, and was seen with that hn then; empty: with none. */
struct vfj_attachment {
    size_t event;
    struct vfj_name vf, hn;
};

/* The first look at an hn. */
struct vfj_look {
    struct vfj_name hn;
    bool changed; /* no look came before a command */
    struct vfj_observation observed;
};

struct vfj_export {
    struct vfj_mirror mirror;
    struct vfj_timeline timeline;
    struct vfj_machine machine;
    uint64_t seq;           /* of the row at hand */
    const char *wrong;      /* why it can't be exported; NULL */
    enum vfj_status status; /* VFJ_OK: a trace can't say it; else what failed */
    /* the daemon at hand had other rules, and has decided otherwise since */
    bool others;
    /* first time */
    unsigned row; /* of those that follow from the newest event, how many were read */
    struct vfj_attachment *attachments;
    size_t attachment_count, attachment_size;
    uint64_t map_command; /* the newest that reads hw.hn.vfmap */
    unsigned look_count;
    struct vfj_look looks[VFJ_SLOTS_MAX];
    /* second time */
    size_t at, attached; /* numbers of the event, and of the next attachment */
    bool begun, running;
    uint64_t boot;
    int64_t now_us, group_us, late_us;
    /* by event: the command that it answers, for which something is told before its group */
    struct vfj_times early;
    uint8_t mode, policy;
    unsigned open_count;
    struct vfj_command open[VFJ_PLAY_PENDING_MAX]; /* without an answer, oldest first */
    /* the lines of the group under way that come last */
    char group[VFJ_EXPORT_GROUP_SIZE];
    struct vfj_text group_text;
    struct vfj_event event; /* the row's */
    char body[VFJ_BODY_MAX];
};

/* The journal can't be exported, for that reason; the first one counts. False. */
bool vfj_export_fail(struct vfj_export *export, const char *wrong);
void vfj_export_fail_system(struct vfj_export *export, enum vfj_status status);

/* Decode a row into export->event, or into *command; false for what is none, or after a fault. */
bool vfj_export_event(struct vfj_export *export, const struct vfj_record *record);
bool vfj_export_command(struct vfj_export *export, const struct vfj_record *record,
                        struct vfj_command *command);

/* The first time: when everything happens, and what a reader of the trace has to know early. */
void vfj_export_learn(struct vfj_export *export, const struct vfj_record *record);

/* The second time: the trace, to export->mirror.out; and its end. */
void vfj_export_write(struct vfj_export *export, const struct vfj_record *record);
void vfj_export_write_end(struct vfj_export *export);

#endif
