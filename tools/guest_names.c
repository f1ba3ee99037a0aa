/* Finds files of the guest that contain the name of an hn interface. */
#include "tools/guest_names.h"

#include <ctype.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/guest/guest_file.h"
#include "adapters/freebsd/guest/rc_conf.h"
#include "adapters/freebsd/privsep/apart.h"
#include "core/text/text.h"

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

/* Returns true when the line of rc.conf(5) assigns a variable that the daemon reads. The daemon
 * moves what such a value configures to hn's lagg, or reports a fault. Also returns true for
 * network_interfaces: rc.d/netif configures these interfaces at boot, before the join. */
static bool is_read_by_daemon(const char *text)
{
    struct vfj_span name = {text, strcspn(text, "=")};
    return vfj_rc_conf_reads(name) || vfj_span_is(name, "network_interfaces");
}

/* Returns the number of the first line that contains the name as a word, or 0. In a file of
 * rc.conf, variables that the daemon reads do not count. */
static unsigned find_line(FILE *file, const char *name, bool is_rc_conf)
{
    /* a longer line is read in pieces, and a name that is cut in two is not found */
    char text[4096];
    unsigned line = 1;
    while (ftello(file) < BYTES_MAX && fgets(text, sizeof text, file) != NULL) {
        if (names(text, name) && !(is_rc_conf && is_read_by_daemon(text)))
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

/* Files of the base system and of common ports, as patterns of glob(3). */
static const char *const patterns[] = {
    "/etc/pf.conf",
    "/etc/pf.*.conf",
    "/etc/ipfw.rules",
    "/etc/ipfw.conf",
    "/etc/rc.firewall",
    "/etc/ipf.rules",
    "/etc/ipnat.rules",
    "/etc/jail.conf",
    "/etc/jail.conf.d/*.conf",
    "/etc/dhclient.conf",
    "/etc/rtadvd.conf",
    "/etc/ppp/ppp.conf",
    "/etc/rc.local",
    "/usr/local/etc/bird.conf",
    "/usr/local/etc/dhcpcd.conf",
    "/usr/local/etc/dhcpd.conf",
    "/usr/local/etc/frr/*.conf",
    "/usr/local/etc/mpd5/mpd.conf",
};

static const char *const rc_patterns[] = {
    "/etc/rc.conf",
    "/etc/rc.conf.local",
    "/etc/rc.conf.d/*",
};

/* PLACES_MAX is the largest number of files that are reported. */
enum { PLACES_MAX = 24, FILE_SIZE = 128 };

struct place {
    char file[FILE_SIZE];
    unsigned line;
};

struct places {
    unsigned count;
    struct place list[PLACES_MAX];
};

struct question {
    const struct vfj_paths *paths;
    const char *name;
};

/* Returns true when the file's name has only printable characters. A file with any other name is
 * skipped: it has no rules, and its name would spoil the log. */
static bool is_printable(const char *file)
{
    for (const char *at = file; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~')
            return false;
    }
    return strlen(file) < FILE_SIZE;
}

/* Searches a file for `name`, and adds the line of the find to `places`. `path` is where this
 * process opens the file, and `file` is its name on the guest, without the root directory of
 * `paths`. */
static void search_file(const char *path, const char *file, const char *name, bool is_rc_conf,
                        struct places *places)
{
    struct place *place = &places->list[places->count];
    FILE *opened = places->count < PLACES_MAX && is_printable(file) ? open_file(path) : NULL;
    if (opened == NULL)
        return;
    place->line = find_line(opened, name, is_rc_conf);
    (void)fclose(opened);
    if (place->line == 0)
        return;
    vfj_span_copy(place->file, sizeof place->file, vfj_span_of(file));
    places->count++;
}

static void search_pattern(const struct question *question, const char *pattern, bool is_rc_conf,
                           struct places *places)
{
    char path[VFJ_PATHNAME_SIZE];
    glob_t found;
    if (!vfj_paths_of_file(question->paths, pattern, path) || glob(path, 0, NULL, &found) != 0)
        return;
    size_t root = strlen(path) - strlen(pattern);
    for (size_t i = 0; i < found.gl_pathc; i++)
        search_file(found.gl_pathv[i], found.gl_pathv[i] + root, question->name, is_rc_conf,
                    places);
    globfree(&found);
}

static bool search(void *context, void *result)
{
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        search_pattern(context, patterns[i], false, result);
    for (size_t i = 0; i < sizeof rc_patterns / sizeof rc_patterns[0]; i++)
        search_pattern(context, rc_patterns[i], true, result);
    return true;
}

/* A child process reads the files, because this process may give up root's rights later. Its memory
 * must not contain the files' contents then. */
void vfj_guest_find_names(const struct vfj_paths *paths, struct vfj_name hn,
                          vfj_guest_named_fn *found, void *context)
{
    struct question question = {.paths = paths, .name = hn.text};
    static struct places places;
    memset(&places, 0, sizeof places);
    if (!vfj_apart_run(search, &question, &places, sizeof places))
        return;
    for (unsigned i = 0; i < places.count; i++)
        found(context, places.list[i].file, places.list[i].line);
}
