/* Finds files of the guest that contain the name of an hn interface. */
#include "tools/guest_names.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/guest/guest_file.h"
#include "adapters/freebsd/privsep/apart.h"

/* No more bytes of a file are read. Files with rules are shorter, but a sparse file could be very
 * long. */
enum { BYTES_MAX = 1024 * 1024 };

static bool is_part_of_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

/* Returns true when the line contains the name as a whole word and not in a comment. */
static bool names(const char *text, const char *name)
{
    size_t length = strlen(name);
    size_t end = strcspn(text, "#");
    for (const char *at = text; (at = strstr(at, name)) != NULL && at + length <= text + end;
         at++) {
        if ((at == text || !is_part_of_name(at[-1])) && !is_part_of_name(at[length]))
            return true;
    }
    return false;
}

/* Returns the number of the first line that contains the name as a word, or 0. */
static unsigned find_line(FILE *file, const char *name)
{
    /* a longer line is read in pieces, and a name that is cut in two is not found */
    char text[4096];
    unsigned line = 1;
    while (ftello(file) < BYTES_MAX && fgets(text, sizeof text, file) != NULL) {
        if (names(text, name))
            return line;
        line += strchr(text, '\n') != NULL;
    }
    return 0;
}

static FILE *open_file(const char *path)
{
    int fd = vfj_guest_file_open(path);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (fd >= 0 && file == NULL)
        (void)close(fd);
    return file;
}

static const char *const files[]
    = {"/etc/pf.conf",   "/etc/ipfw.rules", "/etc/ipfw.conf",     "/etc/rc.firewall",
       "/etc/jail.conf", "/etc/ipf.rules",  "/etc/dhclient.conf", "/etc/ipnat.rules"};
enum { FILES = sizeof files / sizeof files[0] };

struct question {
    const struct vfj_paths *paths;
    const char *name;
};

static bool find_lines(void *context, void *result)
{
    const struct question *question = context;
    unsigned *lines = result;
    char path[VFJ_PATHNAME_SIZE];
    for (size_t i = 0; i < FILES; i++) {
        FILE *file = vfj_paths_of_file(question->paths, files[i], path) ? open_file(path) : NULL;
        if (file == NULL)
            continue;
        lines[i] = find_line(file, question->name);
        (void)fclose(file);
    }
    return true;
}

/* A child process reads the files, because this process may give up root's rights later. Its memory
 * must not contain the files' contents then. */
void vfj_guest_find_names(const struct vfj_paths *paths, struct vfj_name hn,
                          vfj_guest_named_fn *found, void *context)
{
    struct question question = {.paths = paths, .name = hn.text};
    unsigned lines[FILES] = {0};
    if (!vfj_apart_run(find_lines, &question, lines, sizeof lines))
        return;
    for (size_t i = 0; i < FILES; i++) {
        if (lines[i] > 0)
            found(context, files[i], lines[i]);
    }
}
