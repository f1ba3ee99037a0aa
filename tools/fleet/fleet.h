/* vfjournal fleet: draws the migrations of many guests in one drawing. */
#ifndef VFJ_TOOLS_FLEET_FLEET_H
#define VFJ_TOOLS_FLEET_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/text/name.h"
#include "tools/time_format.h"

/* A period in which the traffic of an hn did not go through its VF, because the VF had left. */
struct vfj_fleet_migration {
    size_t guest; /* index of the guest */
    struct vfj_name slot;
    int64_t began_us; /* when the VF left, in microseconds of Unix time */
    int64_t us;       /* the duration; -1: the migration has not ended */
    bool failed;      /* a command failed, or a fault was found */
};

struct vfj_fleet_guest {
    char *name;   /* printable ASCII */
    size_t place; /* index of the guest before vfj_fleet_sort() sorted the guests */
    unsigned migrations, unfinished, failed;
    int64_t longest_us; /* duration of the longest migration that has ended; -1: none has ended */
    /* sum of the durations of all migrations that have ended; -1: none has ended */
    int64_t sum_us;
};

/* The guests and migrations to draw. A struct of zeroes is an empty fleet. */
struct vfj_fleet {
    struct vfj_fleet_migration *migrations;
    size_t migration_count, migration_room;
    struct vfj_fleet_guest *guests;
    size_t guest_count, guest_room;
    /* migrations that begin before since_us or after until_us are left out */
    int64_t since_us, until_us;
    bool no_memory;
};

/* Returns the index of the guest with this name, and adds the guest if it is new. The bytes of the
 * name need not be trusted. Returns SIZE_MAX and sets no_memory when memory runs out. */
size_t vfj_fleet_add_guest(struct vfj_fleet *fleet, const char *name);

/* Adds a migration. Sets no_memory when memory runs out. */
void vfj_fleet_add(struct vfj_fleet *fleet, const struct vfj_fleet_migration *migration);

/* Reads the migrations in a journal. The name of the file is used as the name of the guest. Prints
 * a message on a failure. Returns the exit status. */
int vfj_fleet_read_journal(struct vfj_fleet *fleet, const char *path);

/* Reads lines of JSON that are rows of the fleet database's view `migration` (docs/fleet.md).
 * Prints a message with the first bad line and the number of bad lines. `name` is the name of the
 * input in messages. Returns the exit status. */
int vfj_fleet_read_rows(struct vfj_fleet *fleet, const char *name, const char *bytes,
                        size_t length);

/* Counts the migrations of each guest. Then sorts the guests by their number of migrations, the
 * largest number first, and the migrations by time. */
void vfj_fleet_sort(struct vfj_fleet *fleet);

/* Totals of a sorted fleet. The durations are those of migrations that have ended. */
struct vfj_fleet_totals {
    size_t over;
    unsigned unfinished, failed;
    unsigned host_events;
    int64_t p50_us, p95_us, longest_us;
};

/* Computes the totals of a sorted fleet. When memory runs out, sets no_memory, and the durations
 * are 0. */
void vfj_fleet_sum(struct vfj_fleet *fleet, struct vfj_fleet_totals *totals);

/* Migrations of several guests, each of which began at most VFJ_TOGETHER_US after the one before
 * it. These guests were probably on the same host or in the same rack. */
struct vfj_fleet_event {
    size_t first, end; /* index of the first migration, and of the one after the last */
    unsigned guests;
    int64_t longest_us; /* duration of the longest migration that has ended; -1: none has ended */
};

/* Finds the next host event at or after the migration *at, and sets *at to the index of the
 * migration after the event. Returns false when there is no further event. */
bool vfj_fleet_next_event(const struct vfj_fleet *fleet, size_t *at, struct vfj_fleet_event *event);

void vfj_fleet_free(struct vfj_fleet *fleet);

/* These two functions print the fleet, which must be sorted and have at least one migration. They
 * set no_memory when memory runs out. */
void vfj_fleet_print_svg(struct vfj_fleet *fleet, enum vfj_zone zone, FILE *out);
void vfj_fleet_print_html(struct vfj_fleet *fleet, enum vfj_zone zone, FILE *out);

#endif
