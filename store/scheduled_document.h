/* Reads a document of Azure Scheduled Events and fills in rows. SQLite parses the JSON. */
#ifndef VFJ_STORE_SCHEDULED_DOCUMENT_H
#define VFJ_STORE_SCHEDULED_DOCUMENT_H

#include <stdbool.h>

#include "core/data/scheduled.h"

struct vfj_document_reader;

/* Makes a reader, with a database in memory. Returns NULL when memory runs out. */
struct vfj_document_reader *vfj_document_reader_open(void);
void vfj_document_reader_close(struct vfj_document_reader *reader);

/* Reads {"DocumentIncarnation": …, "Events": [{"EventId", "EventType", "Resources",
 * "EventStatus", "NotBefore", "Description", "EventSource", "DurationInSeconds"}, …]}. Accepts
 * any bytes. Ignores members with other names. Ignores an event without an id or a type, and an
 * event whose status is neither Scheduled nor Started. A member with an unexpected JSON type
 * counts as missing. Keeps the first VFJ_SCHEDULED_MAX events. An event is about this VM when
 * one of its resources is `vm`, in upper or lower case. When `vm` is empty, it is unknown
 * whether an event is about this VM. Returns NULL on success, or the reason why the text is no
 * such document, as a sentence without a full stop. */
const char *vfj_document_read(struct vfj_document_reader *reader, struct vfj_span text,
                              const char *vm, struct vfj_scheduled_list *list);

#endif
