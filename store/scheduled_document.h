/* Reads a document of Azure Scheduled Events: text in, rows out. SQLite parses the JSON. */
#ifndef VFJ_STORE_SCHEDULED_DOCUMENT_H
#define VFJ_STORE_SCHEDULED_DOCUMENT_H

#include <stdbool.h>

#include "core/data/scheduled.h"

struct vfj_document_reader;

/* Opens a database in memory. Returns NULL without memory. */
struct vfj_document_reader *vfj_document_reader_open(void);
void vfj_document_reader_close(struct vfj_document_reader *reader);

/* Reads {"DocumentIncarnation": …, "Events": [{"EventId", "EventType", "Resources", "EventStatus",
 * "NotBefore", "Description", "EventSource", "DurationInSeconds"}, …]}. Accepts any bytes. Ignores
 * members that it does not know, and events without an id, a type, or the status Scheduled or
 * Started. A member of another JSON type is unknown. Keeps the first VFJ_SCHEDULED_MAX events. An
 * event is about this VM when a resource is `vm`, in upper or lower case; "" leaves that unknown.
 * Returns NULL, or a sentence without a full stop why the text is no such document. */
const char *vfj_document_read(struct vfj_document_reader *reader, struct vfj_span text,
                              const char *vm, struct vfj_scheduled_list *list);

#endif
