/* vfjournal fleet: draws the migrations of many guests in one drawing. */
#ifndef VFJ_TOOLS_FLEET_FLEET_H
#define VFJ_TOOLS_FLEET_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/text/name.h"
#include "tools/time_format.h"

/* A time for which an hn of a guest was without the fast path, after its VF left. */
struct vfj_fleet_migration {
    size_t guest; /* index of the guest */
    struct vfj_name slot;
    int64_t began_us; /* Unix time in microseconds */
    int64_t us;       /* how long it lasted; -1: it has not ended */
    bool failed;      /* whether a command failed or a fault was found */
};

struct vfj_fleet_guest {
    char *name;   /* printable ASCII */
    size_t place; /* index before vfj_fleet_sort() changed the order */
    unsigned migrations, unfinished, failed;
    int64_t longest_us; /* the longest of those that have ended; -1: none has */
    int64_t sum_us;     /* the sum of those that have ended; -1: none has */
};

/* The migrations that are drawn. All zeroes are an empty fleet. */
struct vfj_fleet {
    struct vfj_fleet_migration *migrations;
    size_t migration_count, migration_room;
    struct vfj_fleet_guest *guests;
    size_t guest_count, guest_room;
    int64_t since_us, until_us; /* migrations that begin before or after this time are left out */
    bool no_memory;
};

/* Returns the index of the guest of that name, which is added when it is new. The bytes of the
 * name are untrusted. Returns SIZE_MAX and sets no_memory when memory runs out. */
size_t vfj_fleet_add_guest(struct vfj_fleet *fleet, const char *name);

/* Adds a migration. Sets no_memory when memory runs out. */
void vfj_fleet_add(struct vfj_fleet *fleet, const struct vfj_fleet_migration *migration);

/* Reads the migrations in a journal. The name of the file serves as the name of the guest.
 * Prints a message on a failure. Returns the exit status. */
int vfj_fleet_read_journal(struct vfj_fleet *fleet, const char *path);

/* Reads lines of JSON, which are rows of the database's view `migration` (docs/fleet.md).
 * Reports the first bad line, and the number of bad lines. `name` is the name of the input.
 * Returns the exit status. */
int vfj_fleet_read_rows(struct vfj_fleet *fleet, const char *name, const char *bytes,
                        size_t length);

/* Counts the migrations of each guest. Sorts the guests by their number of migrations, with the
 * largest number first, and the migrations by time. */
void vfj_fleet_sort(struct vfj_fleet *fleet);

/* Totals of a sorted fleet. Times concern only migrations that have ended. */
struct vfj_fleet_totals {
    size_t over;
    unsigned unfinished, failed;
    unsigned host_events;
    int64_t p50_us, p95_us, longest_us;
};

/* Computes the totals. When memory runs out, sets no_memory, and the times are 0. */
void vfj_fleet_sum(struct vfj_fleet *fleet, struct vfj_fleet_totals *totals);

/* Migrations of several guests, each of which began within VFJ_TOGETHER_US after the one before.
 * Such guests were probably on one physical host or in one rack. */
struct vfj_fleet_event {
    size_t first, end; /* indices of the first migration, and of the one after the last */
    unsigned guests;
    int64_t longest_us; /* -1: none of them has ended */
};

/* Finds the next host event from index *at on, and moves *at to the index after it. Returns
 * false when there is no other event. */
bool vfj_fleet_next_event(const struct vfj_fleet *fleet, size_t *at, struct vfj_fleet_event *event);

void vfj_fleet_free(struct vfj_fleet *fleet);

/* Print the fleet, which must be sorted and have at least one migration. Set no_memory when
 * memory runs out. */
void vfj_fleet_print_svg(struct vfj_fleet *fleet, enum vfj_zone zone, FILE *out);
void vfj_fleet_print_html(struct vfj_fleet *fleet, enum vfj_zone zone, FILE *out);

#endif
