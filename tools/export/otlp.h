/* Writes rows of the journal as log records of OpenTelemetry, in OTLP/JSON. */
#ifndef VFJ_TOOLS_EXPORT_OTLP_H
#define VFJ_TOOLS_EXPORT_OTLP_H

#include "tools/export/cloudevent.h"

enum { VFJ_OTLP_BATCH = 256 }; /* the most rows of a request */

/* These two functions append the beginning and the end of an ExportLogsServiceRequest. The log
 * records are written between both, separated by ','. */
void vfj_otlp_begin(struct vfj_text *text, const struct vfj_event_source *source);
void vfj_otlp_end(struct vfj_text *text);

/* Appends the row as a LogRecord. Its trace id depends on the migration to which the row
 * belongs. */
void vfj_otlp_add(struct vfj_text *text, const struct vfj_event_source *source,
                  const struct vfj_stream_row *row);

#endif
