/* Carries devctl lines from the simulated kernel to devd, through a bounded queue file and a
 * wake-up socket. */
#include "tests/guest/devctl.h"

#include "tests/guest/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int open_queue(void)
{
    int queue = open("state/devq", O_RDWR | O_CREAT | O_CLOEXEC, 0644);

    while (queue >= 0 && flock(queue, LOCK_EX) != 0) {
        if (errno != EINTR) {
            close(queue);
            queue = -1;
        }
    }
    if (queue < 0) {
        guest_die("state/devq: %s", strerror(errno));
    }
    return queue;
}

/* Reads the whole queue into a malloc'ed buffer that has room for `more` further bytes. */
static char *read_queue(int queue, size_t more, size_t *length)
{
    struct stat now;
    size_t used = 0;

    if (fstat(queue, &now) != 0) {
        guest_die("state/devq: %s", strerror(errno));
    }
    char *text = malloc((size_t)now.st_size + more + 1);
    if (text == NULL) {
        guest_die("out of memory");
    }
    while (used < (size_t)now.st_size) {
        ssize_t got = pread(queue, text + used, (size_t)now.st_size - used, (off_t)used);
        if (got <= 0) {
            guest_die("state/devq: cannot be read");
        }
        used += (size_t)got;
    }
    text[used] = '\0';
    *length = used;
    return text;
}

static void write_queue(int queue, const char *text, size_t length)
{
    if (ftruncate(queue, 0) != 0 || pwrite(queue, text, length, 0) != (ssize_t)length) {
        guest_die("state/devq: cannot be written");
    }
}

/* Returns a pointer to the first of the last GUEST_DEVCTL_QUEUE lines of the text. */
static const char *newest(const char *text)
{
    size_t lines = 0;

    for (const char *at = text; *at != '\0'; at++) {
        lines += *at == '\n';
    }
    for (; lines > GUEST_DEVCTL_QUEUE; lines--) {
        text = strchr(text, '\n') + 1;
    }
    return text;
}

void guest_devctl_append(const char *lines)
{
    size_t length;
    int queue = open_queue();
    char *text = read_queue(queue, strlen(lines), &length);

    memcpy(text + length, lines, strlen(lines) + 1);
    const char *kept = newest(text);
    write_queue(queue, kept, strlen(kept));
    free(text);
    close(queue);
}

char *guest_devctl_take(void)
{
    size_t length;
    int queue = open_queue();
    char *text = read_queue(queue, 0, &length);

    if (length == 0) {
        free(text);
        text = NULL;
    } else if (ftruncate(queue, 0) != 0) {
        guest_die("state/devq: %s", strerror(errno));
    }
    close(queue);
    return text;
}

static bool address_of(struct sockaddr_un *address, const char *name)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(name) + sizeof "state/" > sizeof address->sun_path) {
        return false;
    }
    guest_print(address->sun_path, sizeof address->sun_path, "state/%s", name);
    return true;
}

static int datagram_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

    if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        guest_die("socket: %s", strerror(errno));
    }
    return fd;
}

void guest_devctl_wake(void)
{
    DIR *directory = opendir("state");
    int fd = datagram_socket();

    if (directory == NULL || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        guest_die("state: %s", strerror(errno));
    }
    for (const struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        struct sockaddr_un address;
        bool listens
            = strcmp(entry->d_name, "devctl") == 0 || strncmp(entry->d_name, "dhclient.", 9) == 0;
        if (listens && address_of(&address, entry->d_name)) {
            /* When the socket is full, devd has an unread wake-up already. When no process has the
             * socket file open, its owner was killed. Neither is an error. */
            (void)sendto(fd, "!", 1, 0, (const struct sockaddr *)&address, sizeof address);
        }
    }
    closedir(directory);
    close(fd);
}

int guest_devctl_listen(const char *name)
{
    struct sockaddr_un address;
    int fd = datagram_socket();

    if (!address_of(&address, name)) {
        guest_die("name too long: %s", name);
    }
    (void)unlink(address.sun_path);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        guest_die("%s: %s", address.sun_path, strerror(errno));
    }
    return fd;
}
