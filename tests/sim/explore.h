/* Exhaustive exploration: a struct that contains the machine and a small guest, and the moves that
 * can change it. */
#ifndef VFJ_TESTS_SIM_EXPLORE_H
#define VFJ_TESTS_SIM_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/machine/state.h"
#include "core/model/guest.h"

enum { EXPLORE_SLOTS_MAX = 2, EXPLORE_FLIGHT_MAX = 64, EXPLORE_MOVES = 16 * EXPLORE_SLOTS_MAX };

/* The machine, the guest, and the commands that have not ended. Two worlds are equal when the used
 * parts of `state` and `guest` are equal; unused array elements do not count. */
struct explore_world {
    struct vfj_state state;
    struct vfj_guest guest;
    unsigned slots;
    bool inet6;       /* the first interface has an IPv6 address too */
    bool transparent; /* the guest is in transparent mode */
    unsigned flight_count;
    /* the commands that have not ended, those of a batch in its order; only the first one of each
     * slot runs */
    struct vfj_command flight[EXPLORE_FLIGHT_MAX];
    /* 1: since the slot was last observed, nothing but commands changed the guest */
    uint8_t looked[EXPLORE_SLOTS_MAX];
    /* text of the newest command that changed the guest since the slot was last observed; empty:
     * none */
    char last[EXPLORE_SLOTS_MAX][VFJ_ARGS_SIZE];
    const char *wrong; /* describes the invariant that the world violates; NULL: none */
};

/* Properties of the guest to explore. */
struct explore_guest {
    unsigned slots; /* number of hn interfaces */
    bool inet6, transparent;
};

/* Makes a world with this guest, and with a daemon that has just started. */
void explore_begin(struct explore_world *world, const struct explore_guest *guest);

/* Makes the move with the number `move`, and everything that follows from it immediately. Fills in
 * the name of the move. Returns false when the move is impossible in this world. */
bool explore_move(struct explore_world *world, unsigned move, const char **name);

/* Continues the world without disturbances: all commands succeed, all timers fire, and the data
 * path follows the VF. Then checks that each slot becomes joined (in transparent mode: switched) or
 * detached within a limited number of steps, and that one interface has the address. Sets
 * world->wrong when the check fails. */
void explore_settle(struct explore_world *world);

/* Replaces times, ids, generations, boots and pids by the smallest values that have the same
 * effect. */
void explore_normalise(struct explore_world *world);

/* Packs the used parts of the world into `bytes`, with shortened runs of zeroes. Returns the
 * length, or 0 when the bytes are too few. */
size_t explore_pack(const struct explore_world *world, unsigned char *bytes, size_t size);
/* Restores a world from the bytes that explore_pack() wrote. */
void explore_unpack(struct explore_world *world, const unsigned char *bytes, size_t length);

#endif
