/* Reads rows of a fleet's database: the view `migration` of tools/fleet/schema.sql, as JSON. */
#ifndef VFJ_STORE_FLEET_ROW_H
#define VFJ_STORE_FLEET_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/name.h"
#include "core/text/text.h"

struct vfj_fleet_row_reader;

enum { VFJ_FLEET_ROW_MAX = 1 << 20 }; /* longest line that holds one row, in bytes */

/* One row of the view. `guest` is the guest's UUID, or the source of the row when the journal
 * does not have the UUID. The bytes of `guest` are untrusted, and valid until the next call of
 * the reader. */
struct vfj_fleet_row {
    const char *guest;
    struct vfj_name slot;
    bool is_migration; /* the kind of the row is "migration": the VF left */
    bool has_errors;   /* a command failed, or a fault was found */
    int64_t began_us;  /* Unix time */
    /* duration from began_us until the VF was in use again; -1: it has not come back */
    int64_t us;
};

/* Returns a new reader, or NULL when memory runs out. */
struct vfj_fleet_row_reader *vfj_fleet_row_open(void);
void vfj_fleet_row_close(struct vfj_fleet_row_reader *reader);

/* Reads a row from the JSON object in the line. Returns NULL on success, or the reason why the
 * line is no row of the view. */
const char *vfj_fleet_row_read(struct vfj_fleet_row_reader *reader, struct vfj_span line,
                               struct vfj_fleet_row *row);

#endif
