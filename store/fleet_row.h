/* Reads rows of a fleet's database: the view `migration` of tools/fleet/schema.sql, as JSON. */
#ifndef VFJ_STORE_FLEET_ROW_H
#define VFJ_STORE_FLEET_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/name.h"
#include "core/text/text.h"

struct vfj_fleet_row_reader;

enum { VFJ_FLEET_ROW_MAX = 1 << 20 }; /* most bytes of a line that holds one row */

/* One row of the view. `guest` is the host, or the source when the journal does not name its
 * host. Its bytes are untrusted, and valid until the next call of the reader. */
struct vfj_fleet_row {
    const char *guest;
    struct vfj_name slot;
    bool is_migration; /* whether the VF left: the kind is "migration" */
    bool has_errors;   /* a command failed, or a fault was found */
    int64_t began_us;  /* Unix time */
    int64_t us;        /* time until the VF was in use again; -1: it did not come back */
};

/* Returns NULL when memory runs out. */
struct vfj_fleet_row_reader *vfj_fleet_row_open(void);
void vfj_fleet_row_close(struct vfj_fleet_row_reader *reader);

/* Reads the JSON object in the line. Returns NULL, or the reason why the line is no such row. */
const char *vfj_fleet_row_read(struct vfj_fleet_row_reader *reader, struct vfj_span line,
                               struct vfj_fleet_row *row);

#endif
