/* The helper: the process that reads Azure Scheduled Events. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares chroot and closefrom only with this */
#endif
#include "adapters/freebsd/scheduled/helper.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <signal.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "adapters/freebsd/guest/process.h"
#include "adapters/freebsd/privsep/owner.h"

enum { SOCKET = STDERR_FILENO + 1, EXIT_SYSTEM = 4 };
enum { END_WITHIN_MS = 2000, END_STEP_MS = 10 };

/* Sends the whole line to the daemon. Waits while the daemon is busy. */
static void send_line(void *context, const char *line)
{
    char bytes[VFJ_SCHEDULED_BODY_SIZE + 1];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    size_t sent = 0;
    (void)context;
    vfj_text_format(&text, "%s\n", line);
    while (sent < text.length) {
        ssize_t count = send(SOCKET, bytes + sent, text.length - sent, MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR)
            _exit(0); /* the daemon has ended */
        sent += count > 0 ? (size_t)count : 0;
    }
}

static void on_given_up(void *context)
{
    (void)event_base_loopbreak(context);
}

/* Ends the helper. The daemon never writes to the socket, so the socket becomes readable only
 * when the daemon closes its end. */
static void on_readable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    (void)event_base_loopbreak(context);
}

static bool keep_only(int socket)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    bool right = null >= 0;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && right; fd++)
        right = dup2(null, fd) >= 0;
    if (right && socket != SOCKET)
        right = dup2(socket, SOCKET) >= 0;
    closefrom(SOCKET + 1);
    return right;
}

/* Returns true when only root can put a file into the directory. */
static bool is_roots(const char *directory)
{
    char why[VFJ_PATHNAME_SIZE + 64], inside[VFJ_PATHNAME_SIZE];
    struct vfj_user owner;
    struct vfj_text text = vfj_text_begin(why, sizeof why);
    errno = EPERM;
    return vfj_paths_join(inside, directory, "x", "", "")
        && vfj_owner_find(inside, VFJ_OWNER_OPENS, &owner, &text) && owner.uid == 0;
}

/* Gives up the ability to write files and to start processes, by resource limits. */
static bool forgo_resources(void)
{
    const struct rlimit none = {0, 0};
    bool no_files = setrlimit(RLIMIT_FSIZE, &none) == 0;
    bool no_core = setrlimit(RLIMIT_CORE, &none) == 0;
    bool no_processes = setrlimit(RLIMIT_NPROC, &none) == 0;
    return no_files && no_core && no_processes;
}

static bool confine(const struct vfj_helper_settings *settings)
{
    if (geteuid() != 0)
        return forgo_resources();
    return is_roots(settings->empty_dir) && chroot(settings->empty_dir) == 0 && chdir("/") == 0
        && vfj_user_become_alone(&settings->user) && forgo_resources();
}

static void ignore_signals(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGXFSZ};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)signal(signals[i], SIG_IGN);
}

static void send_failure(const char *what, const char *why)
{
    char body[VFJ_SCHEDULED_BODY_SIZE];
    struct vfj_scheduled row = vfj_scheduled_of(VFJ_SCHEDULED_SILENT);
    struct vfj_text text = vfj_text_begin(row.text, sizeof row.text);
    vfj_text_format(&text, "nothing is asked: %s: %s", what, why);
    vfj_scheduled_set_text(row.text, sizeof row.text, (struct vfj_span){row.text, text.length});
    text = vfj_text_begin(body, sizeof body);
    vfj_scheduled_encode(&row, &text);
    send_line(NULL, body);
    _exit(EXIT_SYSTEM);
}

static noreturn void run(int socket, const struct vfj_helper_settings *settings)
{
    struct event readable;
    ignore_signals();
    vfj_process_set_title("scheduled");
    if (!keep_only(socket))
        _exit(EXIT_SYSTEM);
    if (!confine(settings))
        send_failure(settings->empty_dir, strerror(errno));
    struct event_base *base = event_base_new();
    const struct vfj_watch_settings watch = {.url = settings->url,
                                             .unit_ms = settings->unit_ms,
                                             .read = settings->read,
                                             .line = send_line,
                                             .given_up = on_given_up,
                                             .context = base};
    if (base == NULL || vfj_watch_open(base, &watch) == NULL)
        send_failure("memory", strerror(ENOMEM));
    event_assign(&readable, base, SOCKET, EV_READ, on_readable, base);
    (void)event_add(&readable, NULL);
    (void)event_base_dispatch(base);
    _exit(0);
}

int vfj_helper_start(const struct vfj_helper_settings *settings, pid_t *pid)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    *pid = fork();
    if (*pid == 0)
        run(ends[1], settings);
    int error = errno;
    close(ends[1]);
    int flags = *pid > 0 ? fcntl(ends[0], F_GETFL) : -1;
    if (flags >= 0 && fcntl(ends[0], F_SETFL, flags | O_NONBLOCK) == 0)
        return ends[0];
    close(ends[0]);
    errno = error;
    return -1;
}

/* The helper may belong to another user, so the caller cannot end it by a signal. In capability
 * mode waitpid(2) fails, and init reaps the helper. */
bool vfj_helper_end(int socket, pid_t pid)
{
    static const struct timespec pause = {.tv_nsec = (long)END_STEP_MS * 1000000};
    pid_t ended = 0;
    if (socket >= 0)
        close(socket);
    for (unsigned i = 0; pid > 0 && i < END_WITHIN_MS / END_STEP_MS; i++) {
        ended = waitpid(pid, NULL, WNOHANG);
        if (ended != 0 && !(ended < 0 && errno == EINTR))
            return true;
        (void)nanosleep(&pause, NULL);
    }
    return pid <= 0;
}
