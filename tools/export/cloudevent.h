/* Writes rows of the journal as events of CloudEvents 1.0. Log records of OpenTelemetry use some of
 * these functions, too. */
#ifndef VFJ_TOOLS_EXPORT_CLOUDEVENT_H
#define VFJ_TOOLS_EXPORT_CLOUDEVENT_H

#include "store/identity.h"
#include "tools/export/stream.h"

enum {
    /* the largest number of bytes of a line, including its newline */
    VFJ_EVENT_LINE_MAX = 256 << 10,
    VFJ_EVENT_ID_SIZE = 2 + 20 + 1,
};

#define VFJ_EVENT_TYPE_PREFIX "org.vfjournal."

/* What all exported rows have in common: the guest and the journal that they come from, and whether
 * names are redacted. */
struct vfj_event_source {
    struct vfj_identity identity;
    bool is_redacted;
};

/* Writes the id of a row: a letter for the row's kind, then its seq with at least twelve digits. */
void vfj_event_id(unsigned kind, uint64_t seq, char bytes[VFJ_EVENT_ID_SIZE]);

/* Writes the attribute `source` of an event, "/vfjournal/HOST/JOURNAL". */
enum { VFJ_EVENT_SOURCE_SIZE = 11 + 2 * VFJ_UUID_SIZE + 1 };
void vfj_event_source_print(const struct vfj_identity *identity, char bytes[VFJ_EVENT_SOURCE_SIZE]);

const char *vfj_severity_name(enum vfj_severity severity);

/* Appends the interfaces that the row concerns: "hn0/mce0", "hn0", or the name of another
 * interface. Appends nothing when the row concerns no interface. */
void vfj_event_add_subject(struct vfj_text *text, const struct vfj_stream_row *row);

/* Appends the object `data`. All its members are made from the record in `row`, from which the
 * caller has removed passwords and, when redacting, names. The caller must convert the text to
 * ASCII (tools/terminal.h). */
void vfj_event_add_data(struct vfj_text *text, const struct vfj_event_source *source,
                        const struct vfj_stream_row *row);

/* Appends the whole event as one line, without a newline. */
void vfj_event_add(struct vfj_text *text, const struct vfj_event_source *source,
                   const struct vfj_stream_row *row);

#endif
