/* vfjournal fleet: the migrations of many guests in one drawing. */
#ifndef VFJ_TOOLS_FLEET_FLEET_H
#define VFJ_TOOLS_FLEET_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/text/name.h"
#include "tools/time_format.h"

/* A time that an hn of a guest was without the fast path, after its VF left. */
struct vfj_fleet_migration {
    size_t guest; /* index */
    struct vfj_name slot;
    int64_t began_us; /* Unix time */
    int64_t us;       /* how long it lasted; -1: it is not over */
    bool failed;      /* a command failed, or a fault was found */
};

struct vfj_fleet_guest {
    char *name;   /* printable ASCII */
    size_t place; /* before vfj_fleet_sort() */
    unsigned migrations, unfinished, failed;
    int64_t longest_us; /* of those that are over; -1: none is */
    int64_t sum_us;     /* likewise */
};

/* What is drawn. Zero is an empty fleet. */
struct vfj_fleet {
    struct vfj_fleet_migration *migrations;
    size_t migration_count, migration_room;
    struct vfj_fleet_guest *guests;
    size_t guest_count, guest_room;
    int64_t since_us, until_us; /* migrations that begin outside are left out */
    bool no_memory;
};

/* Returns the index of the guest with that name, which is added if it is new. The bytes of the name
 * are untrusted. Returns SIZE_MAX without memory, and sets no_memory. */
size_t vfj_fleet_add_guest(struct vfj_fleet *fleet, const char *name);

/* Adds a migration. Sets no_memory without memory. */
void vfj_fleet_add(struct vfj_fleet *fleet, const struct vfj_fleet_migration *migration);

/* Reads the migrations of a journal. The guest's name is that of the file. Prints a message when it
 * fails. Returns the exit status. */
int vfj_fleet_read_journal(struct vfj_fleet *fleet, const char *path);

/* Reads lines of JSON: rows of the view `migration` of the database (docs/fleet.md). Reports the
 * first bad line and how many there are. `name` is that of the input. Returns the exit status. */
int vfj_fleet_read_rows(struct vfj_fleet *fleet, const char *name, const char *bytes,
                        size_t length);

/* Counts the migrations of each guest. Sorts the guests: the one with the most migrations comes
 * first. Sorts the migrations by time. */
void vfj_fleet_sort(struct vfj_fleet *fleet);

/* Figures of a sorted fleet. Those of time are of the migrations that are over. */
struct vfj_fleet_totals {
    size_t over;
    unsigned unfinished, failed;
    unsigned host_events;
    int64_t p50_us, p95_us, longest_us;
};

/* Sets no_memory without memory; then the times are 0. */
void vfj_fleet_sum(struct vfj_fleet *fleet, struct vfj_fleet_totals *totals);

/* Migrations of several guests, each within VFJ_TOGETHER_US of the one before: the guests were on
 * one physical host, or in one rack. */
struct vfj_fleet_event {
    size_t first, end; /* indices of migrations; `end` is after the last */
    unsigned guests;
    int64_t longest_us; /* -1: none of them is over */
};

/* Finds the next host event from index *at on, and moves *at behind it. Returns false when there is
 * no other. */
bool vfj_fleet_next_event(const struct vfj_fleet *fleet, size_t *at, struct vfj_fleet_event *event);

void vfj_fleet_free(struct vfj_fleet *fleet);

/* Print the fleet, which is sorted and has at least one migration. Set no_memory without memory. */
void vfj_fleet_print_svg(struct vfj_fleet *fleet, enum vfj_zone zone, FILE *out);
void vfj_fleet_print_html(struct vfj_fleet *fleet, enum vfj_zone zone, FILE *out);

#endif
