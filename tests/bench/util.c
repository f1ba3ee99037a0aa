/* Helpers of the benchmarks: the clock, files, devd lines, and the description of this machine. */
#include "tests/bench/bench.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

void bench_die(const char *file, int line, const char *what)
{
    fprintf(stderr, "vfj_bench: %s:%d: %s\n", file, line, what);
    exit(1);
}

int64_t bench_now_ns(void)
{
    struct timespec now;
    BENCH_CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int order(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

double bench_median(double *values, unsigned count)
{
    qsort(values, count, sizeof *values, order);
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

void *bench_allocate(uint64_t size)
{
    void *memory = calloc(1, size);
    BENCH_CHECK(memory != NULL);
    return memory;
}

const char *bench_path(const struct bench *bench, const char *name)
{
    static char paths[8][BENCH_PATH_SIZE];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    BENCH_CHECK(snprintf(path, BENCH_PATH_SIZE, "%s/%s", bench->directory, name) < BENCH_PATH_SIZE);
    return path;
}

void bench_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    BENCH_CHECK(file != NULL && fputs(text, file) >= 0);
    BENCH_CHECK(fclose(file) == 0);
}

void bench_remove(const char *path)
{
    (void)unlink(path);
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *ftw)
{
    (void)facts;
    (void)type;
    (void)ftw;
    return remove(path);
}

void bench_remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *const lines[] = {
    "!system=IFNET subsystem=em0 type=LINK_UP",
    "!system=DEVFS subsystem=CDEV type=CREATE cdev=tap3",
    "!system=IFNET subsystem=epair0a type=ATTACH",
    "!system=DEVFS subsystem=CDEV type=DESTROY cdev=tap3",
    "!system=IFNET subsystem=epair0b type=LINK_UP",
    "!system=CAM subsystem=periph type=timeout cdb=12",
    "!system=IFNET subsystem=epair0b type=LINK_DOWN",
    "!system=ACPI subsystem=CMBAT type=notify=0x80",
};

enum { LINES = sizeof lines / sizeof lines[0] };

const char *bench_line(uint64_t number)
{
    return lines[number % LINES];
}

uint64_t bench_lines_bytes(uint64_t count)
{
    uint64_t bytes = 0;
    for (uint64_t i = 0; i < LINES; i++)
        bytes += strlen(lines[i]) * (count / LINES + (i < count % LINES));
    return bytes;
}

static void read_model(char *model, unsigned size)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *value = strstr(line, ": ");
        if (strncmp(line, "model name", 10) != 0 || value == NULL)
            continue;
        value[strcspn(value, "\n")] = '\0';
        (void)snprintf(model, size, "%s, ", value + 2);
        break;
    }
    if (file != NULL)
        fclose(file);
}

void bench_machine(char *text, unsigned size)
{
    char model[200] = "";
    struct utsname name;
    read_model(model, sizeof model);
    BENCH_CHECK(uname(&name) >= 0);
    (void)snprintf(text, size, "%s%ld processors, %s %s %s", model, sysconf(_SC_NPROCESSORS_ONLN),
                   name.sysname, name.release, name.machine);
}

double bench_read_proc(pid_t pid, const char *file, const char *key)
{
    char path[64], line[256];
    double value = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    FILE *proc = fopen(path, "r");
    while (proc != NULL && fgets(line, sizeof line, proc) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0)
            value = strtod(line + strlen(key), NULL);
    }
    if (proc != NULL)
        fclose(proc);
    return value;
}
