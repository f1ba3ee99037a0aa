/* A scratch directory for a test, and the files in it. */
#include "tests/kit/scratch.h"

#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[PATH_MAX];

int kit_scratch_make(void **state)
{
    const char *parent = getenv("TMPDIR");
    (void)state;
    (void)snprintf(directory, sizeof directory, "%s/vfjournal-test.XXXXXX",
                   parent != NULL ? parent : "/tmp");
    return mkdtemp(directory) != NULL ? 0 : -1;
}

int kit_scratch_remove(void **state)
{
    DIR *listing = opendir(directory);
    struct dirent *entry;
    (void)state;
    while (listing != NULL && (entry = readdir(listing)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        const char *path = kit_path(entry->d_name);
        if (unlink(path) != 0)
            (void)rmdir(path);
    }
    if (listing != NULL)
        (void)closedir(listing);
    return rmdir(directory);
}

/* Stores each path in memory that is not freed until the process ends. */
const char *kit_path(const char *name)
{
    static char *paths[256];
    static size_t count;
    char path[PATH_MAX + 300];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(paths[i], path) == 0)
            return paths[i];
    }
    assert_true(count < sizeof paths / sizeof paths[0]);
    paths[count] = strdup(path);
    assert_non_null(paths[count]);
    return paths[count++];
}

const char *kit_beside(const char *path, const char *suffix)
{
    char name[300];
    (void)snprintf(name, sizeof name, "%.200s%.90s", strrchr(path, '/') + 1, suffix);
    return kit_path(name);
}

bool kit_exists(const char *path)
{
    struct stat facts;
    return lstat(path, &facts) == 0;
}

/* Reads a stream to its end. Returns the bytes; the caller frees them. */
static char *drain(FILE *file, size_t *length)
{
    size_t room = 4096;
    char *bytes = malloc(room);
    size_t got;
    *length = 0;
    assert_non_null(bytes);
    while ((got = fread(bytes + *length, 1, room - *length - 1, file)) > 0) {
        *length += got;
        if (room - *length < 2) {
            room *= 2;
            bytes = realloc(bytes, room);
            assert_non_null(bytes);
        }
    }
    bytes[*length] = '\0';
    return bytes;
}

char *kit_read(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = drain(file, length);
    (void)fclose(file);
    return bytes;
}

void kit_write(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

char *kit_run(const char *arguments, int *exit_status)
{
    char command[2 * PATH_MAX];
    const char *programs = getenv("VFJ_BINARY_DIR");
    size_t length;
    assert_non_null(programs);
    (void)snprintf(command, sizeof command, "'%s/vfjournal' %s 2>&1", programs, arguments);
    FILE *pipe
        = popen(command, "r"); /* NOLINT(cert-env33-c): the arguments are meant for a shell */
    assert_non_null(pipe);
    char *printed = drain(pipe, &length);
    int status = pclose(pipe);
    *exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return printed;
}
