/* Runs a verb of this program in a child process and stores its output in memory. */
#include "tools/bundle/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/verb.h"

static noreturn void run(int argc, char **argv, bool messages, int pipe_end)
{
    const struct vfj_verb *verb = vfj_verb_find(argv[0]);
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (verb == NULL || nothing < 0 || dup2(nothing, STDIN_FILENO) < 0
        || dup2(pipe_end, STDOUT_FILENO) < 0
        || dup2(messages ? pipe_end : nothing, STDERR_FILENO) < 0)
        _exit(VFJ_EXIT_SYSTEM);
    (void)close(pipe_end);
    (void)close(nothing);
    (void)setvbuf(stdout, NULL, _IOLBF,
                  /* line by line, so that error messages appear next to the lines that they are
                   * about */
                  0);
    optind = 1;
#ifdef __FreeBSD__
    optreset = 1;
#endif
    int exit_status = verb->run(argc, argv);
    (void)fflush(NULL);
    _exit(exit_status);
}

/* Reads from a pipe until its end. Discards what exceeds the limit VFJ_CAPTURE_MAX. */
static void read_all(int fd, struct vfj_captured *captured)
{
    char bytes[1 << 16];
    ssize_t count;
    while ((count = read(fd, bytes, sizeof bytes)) != 0) {
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return;
        char *grown = captured->length + (size_t)count <= VFJ_CAPTURE_MAX
            ? realloc(captured->bytes, captured->length + (size_t)count)
            : NULL;
        if (grown == NULL)
            continue;
        memcpy(grown + captured->length, bytes, (size_t)count);
        captured->bytes = grown;
        captured->length += (size_t)count;
    }
}

void vfj_capture(int argc, char **argv, bool messages, struct vfj_captured *captured)
{
    int ends[2], status = 0;
    memset(captured, 0, sizeof *captured);
    captured->exit_status = -1;
    (void)fflush(NULL);
    if (pipe(ends) != 0)
        return;
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        run(argc, argv, messages, ends[1]);
    }
    (void)close(ends[1]);
    if (child > 0) {
        read_all(ends[0], captured);
        pid_t ended;
        while ((ended = waitpid(child, &status, 0)) < 0 && errno == EINTR) {
        }
        if (ended == child && WIFEXITED(status))
            captured->exit_status = WEXITSTATUS(status);
    }
    (void)close(ends[0]);
}
