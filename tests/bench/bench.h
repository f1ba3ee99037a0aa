/* Declarations that all benchmarks of vfj_bench share. */
#ifndef VFJ_TESTS_BENCH_BENCH_H
#define VFJ_TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    BENCH_SIZES = 3,
    BENCH_PATH_SIZE = 512,
    /* resident memory may grow by this much while SQLite fills its page cache; more growth is a
     * leak */
    BENCH_GROWTH_KIB = 512,
};

/* The settings of a run of vfj_bench, and some results of the benchmark that runs now. */
struct bench {
    const char *program; /* path of vfjournal */
    /* path of a vfjournal that is linked with the simulated kernel of kernel.c */
    const char *asking;
    const char *nothing; /* path of a program that does nothing (nothing.c) */
    const char *directory;
    /* the daemon reads the simulated guest through its kernel instead of its programs */
    bool asks;
    bool full; /* run the sizes of the goals; some take minutes */
    /* number of turns of the present benchmark that have ended; each turn is one measurement */
    uint64_t seen;
    double extra[2]; /* further figures of the last turn; bench_row.extra has their names */
};

/* The result of one turn of a benchmark at one size: the cost of vfjournal and that of the
 * baseline, both in the benchmark's unit. */
struct bench_sample {
    double ours;
    double baseline;
};

/* How a benchmark's figure is computed from `ours` and `baseline`, and whether the goal is the
 * figure's upper limit ("at most") or lower limit ("at least"). */
enum bench_figure {
    BENCH_TIMES, /* ours / baseline; at most the goal */
    /* baseline / ours: vfjournal's rate as a share of the baseline's rate; at least the goal */
    BENCH_OF_RATE,
    BENCH_FASTER,     /* baseline / ours; at least the goal */
    BENCH_MILLIONS,   /* 1000 / ours: millions a second when ours is in ns; at least the goal */
    BENCH_OURS,       /* ours; at most the goal */
    BENCH_DIFFERENCE, /* ours - baseline; at most the goal */
};

struct bench_row {
    const char *name;
    const char *what;     /* what vfjournal does in this row */
    const char *baseline; /* what the baseline does; NULL: this benchmark has no baseline */
    struct {
        const char *name, *what, *baseline;
        /* texts for a second run of the benchmark with bench->asks; name NULL: no second run */
    } asking;
    const char *size; /* what the sizes are numbers of, such as lines */
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
    /* Prepares one size in the empty directory bench->directory. Returns the context for `turn` and
     * `close`. */
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

/* Returns "DIRECTORY/NAME" for a file in bench->directory. The text is in one of several static
 * buffers, which are used in turn. */
const char *bench_path(const struct bench *bench, const char *name);
void bench_write(const char *path, const char *text);
void bench_remove(const char *path); /* removes a file, if it exists */
void bench_remove_tree(const char *path);

/* Returns line `number` of an endless sequence of lines like those of a FreeBSD guest's devd. The
 * lines have 45 bytes on average. */
const char *bench_line(uint64_t number);
uint64_t bench_lines_bytes(uint64_t count);

/* Returns the number that follows `key` in /proc/PID/FILE of a running process; 0 where /proc is
 * missing. */
double bench_read_proc(pid_t pid, const char *file, const char *key);

/* Writes a description of this machine into `text`, for the line above the table of results. */
void bench_machine(char *text, unsigned size);

#endif
