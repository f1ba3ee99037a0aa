/* Reads small files of the guest: pidfiles, leases, per-interface scripts. */
#include "adapters/freebsd/guest/guest_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/freebsd/guest/process.h"

int vfj_guest_file_open(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)))
        return fd;
    close(fd);
    errno = ENOTSUP;
    return -1;
}

/* Copies the first line into `text`. Copies nothing when the line is not printable. */
static void take_line(const char *bytes, size_t length, char text[VFJ_VALUE_SIZE])
{
    size_t end = 0;
    while (end < length && bytes[end] != '\n' && bytes[end] != '\r') {
        if ((bytes[end] < ' ' && bytes[end] != '\t') || bytes[end] > '~')
            return;
        end++;
    }
    vfj_span_copy(text, VFJ_VALUE_SIZE, (struct vfj_span){bytes, end});
}

static void read_line(int fd, char text[VFJ_VALUE_SIZE])
{
    char bytes[VFJ_VALUE_SIZE - 1];
    ssize_t count = pread(fd, bytes, sizeof bytes, 0);
    if (count > 0)
        take_line(bytes, (size_t)count, text);
}

void vfj_guest_file_read(const char *path, struct vfj_file *file)
{
    memset(file, 0, sizeof *file);
    file->exists = vfj_guest_file_exists(path);
    int fd = file->exists ? vfj_guest_file_open(path) : -1;
    if (fd >= 0) {
        read_line(fd, file->text);
        close(fd);
    }
}

bool vfj_guest_file_holds(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
}

bool vfj_guest_file_exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* Returns true when another process holds a lock on the file. Sets *known to false when flock(2)
 * failed for another reason. */
static bool is_locked(int fd, bool *known)
{
    if (flock(fd, LOCK_SH | LOCK_NB) == 0) {
        flock(fd, LOCK_UN);
        *known = true;
        return false;
    }
    *known = errno == EWOULDBLOCK;
    return *known;
}

static bool is_dhclient(pid_t pid)
{
    char name[64];
    return vfj_process_name(pid, name, sizeof name) && strcmp(name, "dhclient") == 0;
}

/* Returns the pid in a pidfile when it is the pid of a running dhclient, or 0. Every user may lock
 * the file, since every user may read it. So a lock alone does not prove that the pid is right. */
static uint64_t running(int fd)
{
    char text[VFJ_VALUE_SIZE] = "";
    struct vfj_span word, rest;
    uint64_t pid;
    bool known;
    read_line(fd, text);
    rest = vfj_span_of(text);
    if (!vfj_span_word(&rest, &word) || !vfj_span_to_u64(word, &pid) || pid < 2 || pid > INT_MAX)
        return 0;
    /* No lock is tried on a file without the pid of a dhclient: a dhclient that starts now would
     * fail on our lock. */
    if (!is_dhclient((pid_t)pid))
        return 0;
    return is_locked(fd, &known) || !known ? pid : 0;
}

static uint64_t read_pidfile(const char *directory, struct vfj_name interface)
{
    char path[VFJ_PATHNAME_SIZE];
    if (!vfj_paths_join(path, directory, "dhclient.", interface.text, ".pid"))
        return 0;
    int fd = vfj_guest_file_open(path);
    if (fd < 0)
        return 0;
    uint64_t pid = running(fd);
    close(fd);
    return pid;
}

uint64_t vfj_guest_dhclient(const struct vfj_paths *paths, struct vfj_name interface)
{
    if (vfj_name_is_empty(interface))
        return 0;
    uint64_t pid = read_pidfile(paths->dhclient_run_dir, interface);
    return pid != 0 ? pid : read_pidfile(paths->run_dir, interface);
}

/* Parses "dhclient.NAME.pid". Returns false when the file's name has another form. */
static bool interface_of_pidfile(const char *file, struct vfj_name *interface)
{
    static const char before[] = "dhclient.", after[] = ".pid";
    size_t length = strlen(file), around = sizeof before - 1 + sizeof after - 1;
    return length > around && strncmp(file, before, sizeof before - 1) == 0
        && strcmp(file + length - (sizeof after - 1), after) == 0
        && vfj_name_parse((struct vfj_span){file + sizeof before - 1, length - around}, interface);
}

static bool directory_has_dhclient(const char *directory, uint64_t pid)
{
    struct vfj_name interface;
    const struct dirent *entry;
    bool found = false;
    DIR *listing = opendir(directory);
    while (listing != NULL && !found && (entry = readdir(listing)) != NULL)
        found = interface_of_pidfile(entry->d_name, &interface)
            && read_pidfile(directory, interface) == pid;
    if (listing != NULL)
        closedir(listing);
    return found;
}

bool vfj_guest_has_dhclient(const struct vfj_paths *paths, uint64_t pid)
{
    return directory_has_dhclient(paths->dhclient_run_dir, pid)
        || directory_has_dhclient(paths->run_dir, pid);
}
