/* Declarations that the rows of the benchmark share. */
#ifndef VFJ_TESTS_BENCH_BENCH_H
#define VFJ_TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    BENCH_SIZES = 3,
    BENCH_PATH_SIZE = 512,
    /* resident memory may grow by this much while SQLite's page cache fills: it is not a leak */
    BENCH_GROWTH_KIB = 512,
};

/* The settings of a run, and the results of its present row. */
struct bench {
    const char *program; /* path of vfjournal */
    const char *asking;  /* path of a vfjournal that reads the simulated kernel of kernel.c */
    const char *nothing; /* path of the program that does nothing (nothing.c) */
    const char *directory;
    bool asks;       /* daemons read the guest through its kernel instead of its programs */
    bool full;       /* run the sizes of the goals; some take minutes */
    uint64_t seen;   /* number of turns of the present row so far */
    double extra[2]; /* further figures of the last turn; the row gives their names */
};

/* The result of one turn of a row at one size, in the row's unit: that of vfjournal and that of
 * its baseline. */
struct bench_sample {
    double ours;
    double baseline;
};

/* How a row's figure is computed from both results, and whether it may be at most or must be at
 * least the goal. */
enum bench_figure {
    BENCH_TIMES,      /* ours / baseline, at most */
    BENCH_OF_RATE,    /* baseline / ours as a share of the baseline's rate, at least */
    BENCH_FASTER,     /* baseline / ours, at least */
    BENCH_MILLIONS,   /* 1000 / ours: millions a second when ours is in nanoseconds, at least */
    BENCH_OURS,       /* ours, at most */
    BENCH_DIFFERENCE, /* ours - baseline, at most */
};

struct bench_row {
    const char *name;
    const char *what;     /* what vfjournal does in this row */
    const char *baseline; /* what the baseline does; NULL: the row has no baseline */
    struct {
        const char *name, *what, *baseline;
    } asking;         /* the same row with bench->asks; name NULL: none */
    const char *size; /* the thing that the sizes count */
    const char *unit;
    enum bench_figure figure;
    double goal;
    /* the goal holds from this size on; smaller sizes show how the cost grows */
    uint64_t goal_size;
    unsigned repeats;
    uint64_t sizes[BENCH_SIZES];
    uint64_t full_sizes[BENCH_SIZES];
    const char *extra[2];  /* names of the further figures; NULL: none */
    double extra_goals[2]; /* limits of the further figures; 0: no limit */
    /* Prepares a size in the empty directory bench->directory. Its result is the context of the
     * turns. */
    void *(*open)(struct bench *bench, uint64_t size);
    struct bench_sample (*turn)(struct bench *bench, void *context);
    void (*close)(struct bench *bench, void *context);
};

extern const struct bench_row bench_command, bench_shell, bench_burst, bench_append, bench_replay,
    bench_verify, bench_step, bench_start, bench_bytes, bench_steady, bench_idle, bench_flap,
    bench_join, bench_edge, bench_migrations, bench_show_since, bench_show, bench_show_json;

/* Ends the program with a message on standard error when the condition is false. */
#define BENCH_CHECK(condition) ((condition) ? (void)0 : bench_die(__FILE__, __LINE__, #condition))
_Noreturn void bench_die(const char *file, int line, const char *what);

int64_t bench_now_ns(void);
double bench_median(double *values, unsigned count); /* sorts the values */
void *bench_allocate(uint64_t size);

/* Returns directory/name in one of several static buffers, which are used in turn. */
const char *bench_path(const struct bench *bench, const char *name);
void bench_write(const char *path, const char *text);
void bench_remove(const char *path); /* removes a file, if it exists */
void bench_remove_tree(const char *path);

/* Returns line number `number` of a sequence like that of a FreeBSD guest's devd. Lines have 45
 * bytes on average. */
const char *bench_line(uint64_t number);
uint64_t bench_lines_bytes(uint64_t count);

/* Returns a number from /proc/PID/FILE of a running process; 0 where /proc is missing. */
double bench_read_proc(pid_t pid, const char *file, const char *key);

/* Describes this machine for the line above the table. */
void bench_machine(char *text, unsigned size);

#endif
