/* Ends the program with a message when somebody truncates a file that is mapped into memory. */
#ifndef VFJ_TOOLS_BUS_ERROR_H
#define VFJ_TOOLS_BUS_ERROR_H

/* Installs the handler of SIGBUS. SQLite maps the journal's -shm file, which readers and the writer
 * share. The owner of the journal's directory can truncate this file at any time, and the next
 * access to it raises SIGBUS. The handler passes one line to `report`, or writes it to standard
 * error when `report` is NULL. Then it ends the process with VFJ_EXIT_SYSTEM. No committed row is
 * lost. */
void vfj_bus_error_catch(void (*report)(const char *line));

#endif
