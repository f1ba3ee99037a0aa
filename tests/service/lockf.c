/* The part of FreeBSD's lockf(1) that the script vfjournal-devd uses: lockf [-kns] [-t seconds]
 * file command. Exit status 75 means that another process has locked the file. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

enum { USAGE = 64, UNAVAILABLE = 69, OS_ERROR = 71, CANT_CREATE = 73, TEMP_FAIL = 75 };

static int run(char **argv)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[0], argv);
        _exit(1);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
        return OS_ERROR;
    return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    bool keep = false, silent = false;
    int option, flags = O_RDONLY | O_CREAT | O_CLOEXEC;
    while ((option = getopt(argc, argv, "+knst:")) != -1) {
        if (option == 'k')
            keep = true;
        else if (option == 'n')
            flags &= ~O_CREAT;
        else if (option == 's')
            silent = true;
        else if (option != 't' || strcmp(optarg, "0") != 0)
            return USAGE;
    }
    if (argc - optind < 2)
        return USAGE;
    const char *file = argv[optind];
    int fd = open(file, flags, 0666);
    if (fd < 0)
        return errno == ENOENT ? UNAVAILABLE : CANT_CREATE;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (!silent)
            (void)fprintf(stderr, "lockf: %s: already locked\n", file);
        return TEMP_FAIL;
    }
    int status = run(argv + optind + 1);
    if (!keep)
        (void)unlink(file);
    return status;
}
