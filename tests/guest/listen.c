/* The verb listen of vfj_guest: a client of devd that prints what it receives, for shell tests. */
#include "tests/guest/listen.h"

#include "tests/guest/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(const char *path, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type, 0);

    guest_copy(address.sun_path, sizeof address.sun_path, path);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        fprintf(stderr, "vfj_guest: %s: %s\n", path, strerror(errno));
        close(fd);
        fd = -1;
    }
    return fd;
}

static void print_read(const char *bytes, size_t length)
{
    putchar('[');
    for (size_t i = 0; i < length; i++) {
        fputs(bytes[i] == '\n' ? "\\n" : (char[]){bytes[i], '\0'}, stdout);
    }
    puts("]");
}

int guest_listen(int argc, char **argv)
{
    char bytes[8192];
    bool reads = false;
    ssize_t got;

    bool stream = argc > 0 && strcmp(argv[0], "stream") == 0;
    for (int i = 1; i < argc; i++) {
        reads = reads || strcmp(argv[i], "--reads") == 0;
    }
    int fd = stream ? connect_to("var/run/devd.pipe", SOCK_STREAM)
                    : connect_to("var/run/devd.seqpacket.pipe", SOCK_SEQPACKET);
    if (fd < 0) {
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("# connected");
    while ((got = recv(fd, bytes, sizeof bytes, 0)) > 0) {
        if (reads) {
            print_read(bytes, (size_t)got);
        } else {
            fwrite(bytes, 1, (size_t)got, stdout);
        }
    }
    puts("# end");
    close(fd);
    return 0;
}
