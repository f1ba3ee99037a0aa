/* Writes a journal as a trace of Perfetto: TrackEvent packets, encoded by protobuf. */
#ifndef VFJ_TOOLS_EXPORT_PERFETTO_H
#define VFJ_TOOLS_EXPORT_PERFETTO_H

#include <stdio.h>

#include "store/journal.h"

/* clang-format off */
/* Writes the whole journal (protos/perfetto/trace of perfetto.dev has the messages):
 *
 *   tracks      one for the daemon, and one for each slot. The track of a slot has child tracks: slow
 *               path, state, each interface, commands, and for each interface a counter that is 1
 *               while the interface has the data path
 *   slices      states, commands, the time without the fast path, times without a record
 *   instants    lines of devd, notices, starts and ends of the daemon
 *   flows       from the element of a cause to the elements of its effects
 *
 * The first timestamp is the wall time in nanoseconds. Within each boot, later timestamps follow
 * the monotonic clock. Passwords become "********". */
/* clang-format on */
/* Returns an exit status. Prints a message on a failure. */
int vfj_export_perfetto(struct vfj_journal *journal, const char *name, FILE *out);

#endif
