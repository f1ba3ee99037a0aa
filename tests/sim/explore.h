/* Exhaustive exploration: the machine and a small guest as one value, and the moves that can
 * change it. */
#ifndef VFJ_TESTS_SIM_EXPLORE_H
#define VFJ_TESTS_SIM_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/machine/state.h"
#include "core/model/guest.h"

enum { EXPLORE_SLOTS_MAX = 2, EXPLORE_FLIGHT_MAX = 64, EXPLORE_MOVES = 16 * EXPLORE_SLOTS_MAX };

/* Machine, guest and unfinished commands. Only the parts of `state` and `guest` that are in use
 * count. */
struct explore_world {
    struct vfj_state state;
    struct vfj_guest guest;
    unsigned slots;
    bool inet6;       /* the first interface has an IPv6 address too */
    bool transparent; /* the guest is in transparent mode */
    unsigned flight_count;
    /* each slot's commands in the order of their batch; only the first of a slot runs */
    struct vfj_command flight[EXPLORE_FLIGHT_MAX];
    /* 1: since the slot's last observation only commands changed the guest */
    uint8_t looked[EXPLORE_SLOTS_MAX];
    /* the newest changing command since the slot's last observation; empty: none */
    char last[EXPLORE_SLOTS_MAX][VFJ_ARGS_SIZE];
    const char *wrong; /* the invariant that the world breaks; NULL: none */
};

/* Properties of the guest to explore. */
struct explore_guest {
    unsigned slots; /* number of hn interfaces */
    bool inet6, transparent;
};

/* Makes a world with this guest and a daemon that has just started. */
void explore_begin(struct explore_world *world, const struct explore_guest *guest);

/* Makes move number `move`, and lets everything happen that follows from it without a delay.
 * Fills in the name of the move. Returns false when the move is impossible in this world. */
bool explore_move(struct explore_world *world, unsigned move, const char **name);

/* Runs the world without disturbances: all commands succeed, all timers fire, and the data path
 * follows. Then checks that within a limit of steps each slot is joined (in transparent mode:
 * switched) or detached, and that the address has one owner. Sets world->wrong when that is
 * false. */
void explore_settle(struct explore_world *world);

/* Replaces times, ids, generations, boots and pids by the smallest values with the same meaning. */
void explore_normalise(struct explore_world *world);

/* Writes the used parts to `bytes`, with runs of zeroes shortened. Returns the length, or 0 when
 * they do not fit. */
size_t explore_pack(const struct explore_world *world, unsigned char *bytes, size_t size);
/* Restores a world from its packed bytes. */
void explore_unpack(struct explore_world *world, const unsigned char *bytes, size_t length);

#endif
