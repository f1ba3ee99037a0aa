/* Ends the program with a message when a mapped file is truncated. */
#ifndef VFJ_TOOLS_BUS_ERROR_H
#define VFJ_TOOLS_BUS_ERROR_H

/* SQLite maps the journal's -shm file, which readers and the writer share. The owner of the
 * journal's directory can truncate that file at any time, and the next access raises SIGBUS.
 * After this call SIGBUS writes one line, through `report`, or on standard error when `report`
 * is NULL. It then ends the process with VFJ_EXIT_SYSTEM. All committed rows are in the journal. */
void vfj_bus_error_catch(void (*report)(const char *line));

#endif
