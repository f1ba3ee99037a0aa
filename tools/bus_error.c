/* Ends the program with a message when somebody truncates a file that is mapped into memory. */
#include "tools/bus_error.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "tools/verb.h"

static const char message[]
    = "journal: a file of it was truncated while it was open (SIGBUS); what was committed is in it";

static void (*report_line)(const char *line);

static void print(const char *line)
{
    static const char program[] = "vfjournal: ";
    (void)!write(STDERR_FILENO, program, sizeof program - 1);
    (void)!write(STDERR_FILENO, line, strlen(line));
    (void)!write(STDERR_FILENO, "\n", 1);
}

/* Calls `report` within a signal handler. This is safe: SIGBUS interrupts SQLite's access to the
 * mapped file, and never `report` itself. */
static void on_bus_error(int number)
{
    (void)number;
    report_line(message);
    _exit(VFJ_EXIT_SYSTEM);
}

void vfj_bus_error_catch(void (*report)(const char *line))
{
    struct sigaction action = {.sa_handler = on_bus_error, .sa_flags = (int)SA_RESETHAND};
    report_line = report != NULL ? report : print;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGBUS, &action, NULL);
}
