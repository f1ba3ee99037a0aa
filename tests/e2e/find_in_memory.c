/* Searches the memory of another process for texts.
 *   usage: vfj_find_in_memory PID TEXT...
 * Prints each text that it finds, with the memory mapping that contains the text. The exit status
 * is 0 when a text was found, 1 when none was found, and 2 when the memory can't be read. Works on
 * Linux only, because it reads proc(5). Mappings of more than 256 MiB are skipped: they are the
 * shadow memory of a sanitizer. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares memmem only with this */
#endif
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAPPING_MAX = 256 * 1024 * 1024, PAGE = 4096 };

struct mapping {
    uint64_t begin, end;
    char line[512];
};

static bool read_mapping(FILE *maps, struct mapping *mapping)
{
    char *end;
    if (fgets(mapping->line, sizeof mapping->line, maps) == NULL)
        return false;
    mapping->begin = strtoull(mapping->line, &end, 16);
    mapping->end = *end == '-' ? strtoull(end + 1, NULL, 16) : mapping->begin;
    return true;
}

/* Reads the mapping into `bytes`. Pages that cannot be read become zeroes. */
static void read_pages(int memory, const struct mapping *mapping, char *bytes)
{
    for (uint64_t at = mapping->begin; at < mapping->end; at += PAGE) {
        char *page = bytes + (at - mapping->begin);
        if (pread(memory, page, PAGE, (off_t)at) != PAGE)
            memset(page, 0, PAGE);
    }
}

static bool find(int memory, const struct mapping *mapping, char *const texts[])
{
    size_t size = (size_t)(mapping->end - mapping->begin);
    char *bytes = size <= MAPPING_MAX ? malloc(size + 1) : NULL;
    bool found = false;
    if (bytes == NULL)
        return false;
    read_pages(memory, mapping, bytes);
    for (; *texts != NULL; texts++) {
        if (memmem(bytes, size, *texts, strlen(*texts)) == NULL)
            continue;
        (void)printf("%s: %s", *texts, mapping->line);
        found = true;
    }
    free(bytes);
    return found;
}

static FILE *open_maps(const char *pid, int *memory)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%.20s/mem", pid);
    *memory = open(path, O_RDONLY | O_CLOEXEC);
    (void)snprintf(path, sizeof path, "/proc/%.20s/maps", pid);
    return *memory >= 0 ? fopen(path, "r") : NULL;
}

int main(int argc, char **argv)
{
    struct mapping mapping;
    int memory;
    bool found = false, any = false;
    FILE *maps = argc > 2 ? open_maps(argv[1], &memory) : NULL;
    if (maps == NULL)
        return 2;
    while (read_mapping(maps, &mapping)) {
        found = find(memory, &mapping, argv + 2) || found;
        any = true;
    }
    (void)fclose(maps);
    (void)close(memory);
    return any ? !found : 2;
}
