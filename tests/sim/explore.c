/* vfj_explore: explores every sequence of events in a guest and its daemon, up to a given length.
 * States that differ only in ways without an effect count as one state. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/text/digest.h"
#include "tests/sim/explore.h"

enum { PACK_SIZE = 65536 };

/* A state that was reached after the present number of moves, or after one more. */
struct node {
    struct node *next;
    uint32_t path; /* index in `paths` */
    uint32_t length;
    unsigned char bytes[];
};

/* How a state was first reached: by the move `move` after the earlier path `from`. */
struct path {
    uint32_t from;
    uint8_t move;
};

static struct {
    uint64_t *keys; /* a hash table with open addressing; 0 marks a free place */
    size_t size, used;
    struct path *paths;
    uint32_t path_count, path_room;
    uint64_t steps, merged;
} seen;

static struct explore_world world, probe;
static struct explore_guest guest;
static unsigned char packed[PACK_SIZE];

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static bool put_key(uint64_t *keys, size_t size, uint64_t key)
{
    size_t at = key & (size - 1);
    while (keys[at] != 0 && keys[at] != key)
        at = (at + 1) & (size - 1);
    bool is_new = keys[at] == 0;
    keys[at] = key;
    return is_new;
}

static bool is_new_key(uint64_t key)
{
    key |= key == 0;
    if (seen.used * 2 >= seen.size) {
        size_t size = seen.size == 0 ? 1 << 16 : seen.size * 2;
        uint64_t *keys = must(calloc(size, sizeof *keys));
        for (size_t i = 0; i < seen.size; i++) {
            if (seen.keys[i] != 0)
                put_key(keys, size, seen.keys[i]);
        }
        free(seen.keys);
        seen.keys = keys;
        seen.size = size;
    }
    bool is_new = put_key(seen.keys, seen.size, key);
    seen.used += is_new;
    return is_new;
}

static uint32_t add_path(uint32_t from, unsigned move)
{
    if (seen.path_count == seen.path_room) {
        seen.path_room = seen.path_room == 0 ? 4096 : seen.path_room * 2;
        seen.paths = must(realloc(seen.paths, seen.path_room * sizeof *seen.paths));
    }
    seen.paths[seen.path_count] = (struct path){from, (uint8_t)move};
    return seen.path_count++;
}

static void print_path(uint32_t path, unsigned slots)
{
    const char *name = "";
    if (path == 0) {
        explore_begin(&probe, &guest);
        explore_normalise(&probe);
        return;
    }
    print_path(seen.paths[path].from, slots);
    (void)explore_move(&probe, seen.paths[path].move, &name);
    printf("    hn%u: %s\n", seen.paths[path].move / 16u, name);
    explore_normalise(&probe);
}

static bool complain(const struct explore_world *where, uint32_t path, unsigned slots)
{
    if (where->wrong == NULL)
        return false;
    printf("FAILED: %s\n", where->wrong);
    print_path(path, slots);
    return true;
}

/* Records the present world as a new state, unless this state was recorded before. Returns true
 * when the world violates an invariant. */
static bool visit(struct node **level, uint32_t from, unsigned move, unsigned slots)
{
    seen.steps++;
    explore_normalise(&world);
    size_t length = explore_pack(&world, packed, sizeof packed);
    if (length == 0)
        abort();
    if (!is_new_key(vfj_digest(packed, length, 0)) && world.wrong == NULL) {
        seen.merged++;
        return false;
    }
    uint32_t path = add_path(from, move);
    struct node *node = must(malloc(sizeof *node + length));
    node->next = *level;
    node->path = path;
    node->length = (uint32_t)length;
    memcpy(node->bytes, packed, length);
    *level = node;
    if (complain(&world, path, slots))
        return true;
    explore_settle(&world);
    return complain(&world, path, slots);
}

static bool expand(const struct node *node, struct node **level, unsigned slots)
{
    const char *name;
    bool failed = false;
    for (unsigned move = 0; move < EXPLORE_MOVES && !failed; move++) {
        explore_unpack(&world, node->bytes, node->length);
        if (explore_move(&world, move, &name))
            failed = visit(level, node->path, move, slots);
    }
    return failed;
}

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Records the states that a join without any disturbance goes through. The exploration begins at
 * each of them. */
static bool visit_join(struct node **level, unsigned slots)
{
    /* numbers of the moves "command ends well" and "VF_UP" of both slots, and of "timer" */
    static const unsigned fair[] = {0, 16, 7, 23, 10};
    const char *name;
    bool failed = false, more = true;
    for (unsigned slot = 0; slot < slots && !failed; slot++) {
        explore_unpack(&world, (*level)->bytes, (*level)->length);
        failed = explore_move(&world, 16 * slot + 3, &name)
            && visit(level, (*level)->path, 16 * slot + 3, slots);
    }
    while (more && !failed) {
        more = false;
        for (unsigned i = 0; i < sizeof fair / sizeof fair[0] && !more; i++) {
            explore_unpack(&world, (*level)->bytes, (*level)->length);
            const struct node *before = *level;
            failed = explore_move(&world, fair[i], &name)
                && visit(level, before->path, fair[i], slots);
            more = *level != before;
        }
    }
    return failed;
}

static bool explore(unsigned slots, unsigned depth_max, double limit_s)
{
    struct node *level = NULL;
    double begun_s = now_s();
    explore_begin(&world, &guest);
    if (visit(&level, 0, 0, slots) || visit_join(&level, slots))
        return false;
    printf("%u slots, depth  0: %9zu states: those of an undisturbed join\n", slots, seen.used);
    for (unsigned depth = 1; depth <= depth_max && level != NULL; depth++) {
        struct node *next = NULL;
        for (struct node *node = level; node != NULL; node = level) {
            if (now_s() - begun_s > limit_s) {
                printf("out of time in depth %u\n", depth);
                return true;
            }
            if (expand(node, &next, slots))
                return false;
            level = node->next;
            free(node);
        }
        level = next;
        printf("%u slots, depth %2u: %9zu states, %10llu steps, %10llu merged, %6.1f s\n", slots,
               depth, seen.used, (unsigned long long)seen.steps, (unsigned long long)seen.merged,
               now_s() - begun_s);
        (void)fflush(stdout);
    }
    for (struct node *node = level; node != NULL; node = level) {
        level = node->next;
        free(node);
    }
    return true;
}

int main(int argc, char **argv)
{
    static const struct option table[]
        = {{"slots", required_argument, NULL, 's'},   {"inet6", no_argument, NULL, '6'},
           {"transparent", no_argument, NULL, 'x'},   {"depth", required_argument, NULL, 'd'},
           {"seconds", required_argument, NULL, 't'}, {NULL, 0, NULL, 0}};
    unsigned slots = 1, depth = 8;
    double limit_s = 1e9;
    int code;
    while ((code = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (code == 's')
            slots = (unsigned)strtoul(optarg, NULL, 10);
        else if (code == '6')
            guest.inet6 = true;
        else if (code == 'x')
            guest.transparent = true;
        else if (code == 'd')
            depth = (unsigned)strtoul(optarg, NULL, 10);
        else if (code == 't')
            limit_s = strtod(optarg, NULL);
        else
            slots = 0;
    }
    if (slots < 1 || slots > EXPLORE_SLOTS_MAX) {
        (void)fputs(
            "usage: vfj_explore [--slots 1|2] [--inet6] [--transparent] [--depth N] [--seconds S]\n",
            stderr);
        return 2;
    }
    guest.slots = slots;
    bool right = explore(slots, depth, limit_s);
    free(seen.keys);
    free(seen.paths);
    return right ? 0 : 1;
}
