/* Exhaustive exploration: the machine and a small guest as one value, and all that can happen to
 * it. */
#ifndef VFJ_TESTS_SIM_EXPLORE_H
#define VFJ_TESTS_SIM_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/machine/state.h"
#include "core/model/guest.h"

enum { EXPLORE_SLOTS_MAX = 2, EXPLORE_FLIGHT_MAX = 64, EXPLORE_MOVES = 16 * EXPLORE_SLOTS_MAX };

/* Machine, guest and commands under way. Only what is in use of state and guest counts. */
struct explore_world {
    struct vfj_state state;
    struct vfj_guest guest;
    unsigned slots;
    bool inet6;       /* the first interface has IPv6, too */
    bool transparent; /* the guest is in transparent mode */
    unsigned flight_count;
    /* a batch in its order: the first of a slot is the one that runs */
    struct vfj_command flight[EXPLORE_FLIGHT_MAX];
    /* nothing but commands changed the guest since its slot was looked at */
    uint8_t looked[EXPLORE_SLOTS_MAX];
    /* the newest changing command, until the guest is looked at */
    char last[EXPLORE_SLOTS_MAX][VFJ_ARGS_SIZE];
    const char *wrong; /* an invariant that was broken; NULL */
};

/* What the guest is like. */
struct explore_guest {
    unsigned slots; /* hn interfaces */
    bool inet6, transparent;
};

/* Such a guest, and a daemon that has just started. */
void explore_begin(struct explore_world *world, const struct explore_guest *guest);

/* Let the `move`th thing happen, and all that follows from it at once; false when it can't happen
 * here. `name` is what it is. */
bool explore_move(struct explore_world *world, unsigned move, const char **name);

/* Fair weather: all commands under way end well, all timers come, the data path follows. Whether,
 * in bounded time, each slot is then joined (in transparent mode: switched) or detached, and the
 * address has one owner: else
 * world->wrong says what is not so. */
void explore_settle(struct explore_world *world);

/* Rewrite times, ids, generations, boots and pids to the smallest that mean the same. */
void explore_normalise(struct explore_world *world);

/* Write what is in use to `bytes`, zeroes run together; its length, 0 when it does not fit. And
 * back. */
size_t explore_pack(const struct explore_world *world, unsigned char *bytes, size_t size);
void explore_unpack(struct explore_world *world, const unsigned char *bytes, size_t length);

#endif
