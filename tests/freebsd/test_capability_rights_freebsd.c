/* Checks which operations a process in capability mode can do with its open descriptors. Prints the
 * results in TAP format.
 *
 * usage: test_capability_rights_freebsd DIRECTORY */
#include <sys/event.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "adapters/freebsd/privsep/capability.h"
#include "core/check.h"

static unsigned count, wrong;

static void report(bool right, const char *what)
{
    wrong += !right;
    printf("%sok %u - %s\n", right ? "" : "not ", ++count, what);
}

static void works(bool done, const char *what)
{
    report(done, what);
}

/* Reports whether capability mode refused a call. `done` is true when the call succeeded; otherwise
 * errno is that of the call. */
static void is_refused(bool done, const char *what)
{
    report(!done && (errno == ENOTCAPABLE || errno == ECAPMODE), what);
}

static void check_file(int file)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
    char byte = 'x';
    works(pwrite(file, &byte, 1, 0) == 1 && pread(file, &byte, 1, 0) == 1,
          "a file is read and written");
    works(fsync(file) == 0 && fdatasync(file) == 0 && ftruncate(file, 4096) == 0,
          "and synced and cut");
    works(fcntl(file, F_SETLK, &lock) == 0, "and locked by fcntl(2)");
    lock.l_type = F_UNLCK;
    works(fcntl(file, F_SETLK, &lock) == 0 && flock(file, LOCK_EX | LOCK_NB) == 0,
          "and by flock(2)");
    works(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) != MAP_FAILED,
          "and mapped");
    is_refused(fchmod(file, 0666) == 0, "its mode is not changed");
    is_refused(fchown(file, 0, 0) == 0, "nor its owner");
    is_refused(fchflags(file, UF_NODUMP) == 0, "nor its flags");
    is_refused(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0) != MAP_FAILED,
               "it is no program");
}

static void check_directory(int directory)
{
    struct statfs disk;
    char byte = 'x';
    (void)unlinkat(directory, "made", 0);
    int made
        = openat(directory, "made", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    works(made >= 0 && write(made, &byte, 1) == 1 && fsync(made) == 0,
          "a file is made in a directory");
    works(renameat(directory, "made", directory, "moved") == 0
              && unlinkat(directory, "moved", 0) == 0,
          "and renamed and removed");
    works(fstatfs(directory, &disk) == 0, "how much is free is known");
    is_refused(fchmod(made, 0666) == 0, "what was made has no more rights than the directory");
    is_refused(mkdirat(directory, "made", 0700) == 0, "no directory is made");
    is_refused(symlinkat("/", directory, "made") == 0, "nor a link");
    is_refused(openat(directory, "..", O_RDONLY) >= 0, "there is no way up");
    is_refused(fchmod(directory, 0777) == 0, "its mode is not changed");
}

static void check_socket(int socket, int other)
{
    char byte = 'x';
    int size = 4096;
    works(send(socket, &byte, 1, 0) == 1 && recv(other, &byte, 1, 0) == 1,
          "a socket is written and read");
    is_refused(setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == 0,
               "its options are not changed");
    is_refused(listen(socket, 1) == 0, "it does not listen");
    works(shutdown(socket, SHUT_WR) == 0, "it is shut down");
}

static void check_reader(int socket, int other)
{
    char byte = 'x';
    struct kevent change;
    int queue = kqueue();
    EV_SET(&change, socket, EVFILT_READ, EV_ADD, 0, 0, NULL);
    works(queue >= 0 && kevent(queue, &change, 1, NULL, 0, NULL) == 0,
          "one to be read is waited for");
    works(send(other, &byte, 1, 0) == 1 && recv(socket, &byte, 1, 0) == 1, "and read");
    is_refused(send(socket, &byte, 1, 0) == 1, "and not written");
    works(fcntl(socket, F_SETFL, O_NONBLOCK) == 0, "it can be made not to wait");
}

static void check_queue(int queue, int pipe)
{
    struct kevent change;
    struct timespec now = {0, 0};
    EV_SET(&change, pipe, EVFILT_READ, EV_ADD, 0, 0, NULL);
    works(kevent(queue, &change, 1, NULL, 0, NULL) == 0
              && kevent(queue, NULL, 0, &change, 1, &now) == 0,
          "a kqueue goes on working");
}

int main(int argc, char **argv)
{
    int directory = open(argc > 1 ? argv[1] : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int file = openat(directory, "file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int sockets[2], reader[2], ends[2], queue = kqueue();
    VFJ_CHECK(directory >= 0 && file >= 0 && queue >= 0 && pipe(ends) == 0);
    VFJ_CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0
              && socketpair(AF_UNIX, SOCK_SEQPACKET, 0, reader) == 0);
    vfj_capability_limit(reader[0], VFJ_CAPABILITY_READ);
    VFJ_CHECK(vfj_capability_enter());
    check_file(file);
    check_directory(directory);
    check_socket(sockets[0], sockets[1]);
    check_reader(reader[0], reader[1]);
    check_queue(queue, ends[0]);
    printf("1..%u\n", count);
    return wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
