/* What the rows of the benchmark share. */
#ifndef VFJ_TESTS_BENCH_BENCH_H
#define VFJ_TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    BENCH_SIZES = 3,
    BENCH_PATH_SIZE = 512,
    /* of resident memory that is none: the page cache holds as much, and fills */
    BENCH_GROWTH_KIB = 512,
};

/* What a run works with. */
struct bench {
    const char *program; /* vfjournal */
    const char *asking;  /* vfjournal with a kernel that can be asked (kernel.c) */
    const char *nothing; /* the program that does nothing (nothing.c) */
    const char *directory;
    bool asks;       /* daemons read the guest by asking its kernel, not by programs */
    bool full;       /* the sizes of the goals, some of which take minutes */
    uint64_t seen;   /* turns so far of the row under way */
    double extra[2]; /* further figures of the last turn, named by the row */
};

/* One turn of one row at one size: ours and its baseline, in the row's unit. */
struct bench_sample {
    double ours;
    double baseline;
};

/* How a row's figure is made of ours and baseline, and on which side of the goal it should be. */
enum bench_figure {
    BENCH_TIMES,      /* ours / baseline, at most */
    BENCH_OF_RATE,    /* baseline / ours as a share of the baseline's rate, at least */
    BENCH_FASTER,     /* baseline / ours, at least */
    BENCH_MILLIONS,   /* 1000 / ours, for nanoseconds: millions a second, at least */
    BENCH_OURS,       /* ours, at most */
    BENCH_DIFFERENCE, /* ours - baseline, at most */
};

struct bench_row {
    const char *name;
    const char *what;     /* ours */
    const char *baseline; /* its baseline; NULL none */
    struct {
        const char *name, *what, *baseline;
    } asking;         /* the row once more with bench->asks; name NULL: not so */
    const char *size; /* what its sizes count */
    const char *unit;
    enum bench_figure figure;
    double goal;
    /* the goal is for sizes from this one on, and smaller ones show how cost grows */
    uint64_t goal_size;
    unsigned repeats;
    uint64_t sizes[BENCH_SIZES];
    uint64_t full_sizes[BENCH_SIZES];
    const char *extra[2];  /* names of further figures; NULL none */
    double extra_goals[2]; /* each at most; 0: no goal */
    /* Set up for a size, in an empty directory bench->directory; what it returns is the turns'. */
    void *(*open)(struct bench *bench, uint64_t size);
    struct bench_sample (*turn)(struct bench *bench, void *context);
    void (*close)(struct bench *bench, void *context);
};

extern const struct bench_row bench_command, bench_shell, bench_burst, bench_append, bench_replay,
    bench_verify, bench_step, bench_start, bench_bytes, bench_steady, bench_idle, bench_flap,
    bench_join, bench_edge, bench_migrations, bench_show_since, bench_show, bench_show_json;

/* Ends the program with a sentence on standard error. */
#define BENCH_CHECK(condition) ((condition) ? (void)0 : bench_die(__FILE__, __LINE__, #condition))
_Noreturn void bench_die(const char *file, int line, const char *what);

int64_t bench_now_ns(void);
double bench_median(double *values, unsigned count); /* sorts them */
void *bench_allocate(uint64_t size);

/* directory/name, in one of several buffers that take turns. */
const char *bench_path(const struct bench *bench, const char *name);
void bench_write(const char *path, const char *text);
void bench_remove(const char *path); /* a file that may not be there */
void bench_remove_tree(const char *path);

/* Lines as a FreeBSD guest's devd sends them, in turn: 45 bytes in the mean. */
const char *bench_line(uint64_t number);
uint64_t bench_lines_bytes(uint64_t count);

/* A number of a process that runs, from /proc; 0 where that is not to be had. */
double bench_read_proc(pid_t pid, const char *file, const char *key);

/* What a guest with hn(4) looks like in the one line that is printed above the table. */
void bench_machine(char *text, unsigned size);

#endif
