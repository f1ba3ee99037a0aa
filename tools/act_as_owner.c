/* Gives up root's rights before a verb opens the files of a journal. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares closefrom and pipe2 only with this */
#endif
#include "tools/act_as_owner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/privsep/owner.h"
#include "adapters/freebsd/privsep/session.h"
#include "store/handover.h"
#include "tools/input.h"
#include "tools/replace_file.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum { WHY_SIZE = 1200, FIRST_DESCRIPTOR = STDERR_FILENO + 1 };

/* The user that this process must become. `why` names the component of a path that makes this
 * necessary. */
struct choice {
    struct vfj_user user;
    char why[WHY_SIZE];
};

static bool choose(const char *path, enum vfj_owner_use use, struct choice *choice)
{
    struct vfj_text why = vfj_text_begin(choice->why, sizeof choice->why);
    if (vfj_owner_find(path, use, &choice->user, &why))
        return true;
    vfj_complain(path, choice->why);
    return false;
}

/* The result of vfj_owner_became(). */
static char became[WHY_SIZE + 64];

/* Makes this process run as the user of `choice`, and prints a message about this, because that
 * user may be unable to read a file that root can read. Returns false when it fails. */
static bool become(const struct choice *choice)
{
    struct vfj_text text = vfj_text_begin(became, sizeof became);
    vfj_text_add(&text, "as user ");
    if (choice->user.name[0] != '\0')
        vfj_text_add(&text, choice->user.name);
    else
        vfj_text_add_u64(&text, choice->user.uid);
    vfj_text_add(&text, ", since ");
    vfj_text_add(&text, choice->why);
    if (choice->user.name[0] != '\0') {
        char what[WHY_SIZE + 64];
        (void)snprintf(what, sizeof what, "root goes on as user %s", choice->user.name);
        vfj_complain(choice->why, what);
    }
    if (vfj_session_leave_terminal() && vfj_user_become_alone(&choice->user)) {
        closelog(); /* libc may have a connection to the syslogd(8) socket that only root may use */
        return true;
    }
    vfj_complain(choice->why, "root's rights can't be given up");
    return false;
}

const char *vfj_owner_became(void)
{
    return became;
}

static int become_owner(const struct choice *choice)
{
    if (choice->user.uid == 0)
        return VFJ_EXIT_OK;
    closefrom(FIRST_DESCRIPTOR);
    return become(choice) ? VFJ_EXIT_OK : VFJ_EXIT_SYSTEM;
}

int vfj_act_as_owner(const char *journal)
{
    struct choice choice;
    if (geteuid() != 0 || vfj_path_descriptor(journal) >= 0)
        return VFJ_EXIT_OK;
    return choose(journal, VFJ_OWNER_OPENS, &choice) ? become_owner(&choice) : VFJ_EXIT_UNUSABLE;
}

int vfj_act_as_owner_of_all(char *const *paths, size_t count)
{
    if (count == 1)
        return vfj_act_as_owner(paths[0]);
    for (size_t i = 0; i < count; i++) {
        if (vfj_path_descriptor(paths[i]) < 0 && !vfj_owner_may_replace(paths[i]))
            return VFJ_EXIT_UNUSABLE;
    }
    return VFJ_EXIT_OK;
}

bool vfj_owner_differs(const char *journal)
{
    struct choice choice;
    return geteuid() == 0 && vfj_path_descriptor(journal) < 0
        && (!choose(journal, VFJ_OWNER_OPENS, &choice) || choice.user.uid != 0);
}

bool vfj_owner_may_replace(const char *path)
{
    char bytes[WHY_SIZE], what[WHY_SIZE + 64];
    struct vfj_text why = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_user user;
    if (geteuid() != 0 || (vfj_owner_find(path, VFJ_OWNER_OPENS, &user, &why) && user.uid == 0))
        return true;
    (void)snprintf(what, sizeof what, "root does not make or read it: %s", bytes);
    vfj_complain(path, what);
    return false;
}

const char *vfj_scratch_directory(void)
{
    const char *directory = getenv("TMPDIR");
    struct vfj_user user;
    char probe[VFJ_PATHNAME_SIZE], bytes[WHY_SIZE];
    struct vfj_text why = vfj_text_begin(bytes, sizeof bytes);
    if (directory == NULL || !vfj_paths_join(probe, directory, "x", "", ""))
        return "/tmp";
    bool is_roots
        = geteuid() != 0 || (vfj_owner_find(probe, VFJ_OWNER_MAKES, &user, &why) && user.uid == 0);
    return is_roots ? directory : "/tmp";
}

static noreturn void publish(int socket, const char *to, const struct choice *choice, pid_t maker)
{
    if (choice->user.uid == 0 || become(choice))
        vfj_handover_serve(socket, to);
    else
        vfj_handover_refuse(socket, EPERM);
    (void)close(socket);
    vfj_session_end_as(maker);
}

static int hand_over(int socket, const struct choice *reader)
{
    static char prefix[VFJ_PATHNAME_SIZE];
    (void)signal(SIGPIPE, SIG_IGN);
    if (reader->user.uid != 0 && !become(reader))
        return VFJ_EXIT_SYSTEM;
    if (!vfj_paths_join(prefix, vfj_scratch_directory(), "vfjournal", "", ""))
        return VFJ_EXIT_SYSTEM;
    vfj_handover_use(socket, prefix);
    return VFJ_EXIT_OK;
}

/* Closes all descriptors except `socket` and the standard streams, and replaces standard input by
 * /dev/null. Returns the new descriptor of the socket. */
static int keep_socket(int socket)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)dup2(null, STDIN_FILENO);
    (void)dup2(socket, FIRST_DESCRIPTOR);
    closefrom(FIRST_DESCRIPTOR + 1);
    return FIRST_DESCRIPTOR;
}

/* Leaves the terminal, makes a socket pair, and forks. Returns what fork(2) returns. The parent
 * uses ends[0], and the child uses ends[1]. Prints a message when a step fails. */
static pid_t fork_with_socket(const char *what, int ends[2])
{
    pid_t child = -1;
    closefrom(FIRST_DESCRIPTOR);
    if (vfj_session_leave_terminal()
        && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0)
        child = fork();
    if (child < 0)
        vfj_complain(what, strerror(errno));
    if (child == 0)
        (void)close(ends[0]);
    if (child <= 0)
        return child;
    ends[0] = keep_socket(ends[0]);
    (void)signal(SIGPIPE, SIG_IGN);
    /* a signal that this process gets ends the child, and then this process */
    vfj_session_pass_signals(child);
    return child;
}

static int separate(const char *to, const struct choice *reader, const struct choice *publisher)
{
    int ends[2];
    pid_t maker = fork_with_socket(to, ends);
    if (maker < 0)
        return VFJ_EXIT_SYSTEM;
    if (maker == 0)
        return hand_over(ends[1], reader);
    publish(ends[0], to, publisher, maker);
}

static noreturn void replace(int socket, const char *file, mode_t mode,
                             const struct choice *publisher, pid_t child)
{
    if (publisher->user.uid == 0 || become(publisher))
        vfj_replace_file_serve(socket, file, mode);
    (void)close(socket);
    vfj_session_end_as(child);
}

/* Starts a child process that will replace the file as the user of `publisher`. The caller's
 * process stays root and keeps its terminal and files. The child ends when the caller's process
 * ends. */
static int replace_by_child(const char *file, mode_t mode, const struct choice *publisher)
{
    int ends[2];
    pid_t child = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0)
        child = fork();
    if (child < 0) {
        vfj_complain(file, strerror(errno));
        return VFJ_EXIT_SYSTEM;
    }
    if (child > 0) {
        (void)close(ends[1]);
        vfj_replace_file_by(ends[0]);
        return VFJ_EXIT_OK;
    }
    int socket = keep_socket(ends[1]);
    (void)dup2(STDIN_FILENO, STDOUT_FILENO);
    (void)signal(SIGPIPE, SIG_IGN);
    if (become(publisher)) {
        (void)dup2(STDIN_FILENO, STDERR_FILENO);
        vfj_replace_file_serve(socket, file, mode);
    }
    _exit(VFJ_EXIT_OK);
}

int vfj_act_as_owner_and_replace(const char *journal, const char *file, mode_t mode)
{
    struct choice reader = {.user.uid = 0}, publisher;
    int ends[2];
    if (geteuid() != 0 || file == NULL)
        return vfj_act_as_owner(journal);
    if ((vfj_path_descriptor(journal) < 0 && !choose(journal, VFJ_OWNER_OPENS, &reader))
        || !choose(file, VFJ_OWNER_OPENS, &publisher))
        return VFJ_EXIT_UNUSABLE;
    if (reader.user.uid == publisher.user.uid)
        return become_owner(&reader);
    if (reader.user.uid == 0)
        return replace_by_child(file, mode, &publisher);
    pid_t child = fork_with_socket(file, ends);
    if (child < 0)
        return VFJ_EXIT_SYSTEM;
    if (child > 0)
        replace(ends[0], file, mode, &publisher, child);
    vfj_replace_file_by(ends[1]);
    return become(&reader) ? VFJ_EXIT_OK : VFJ_EXIT_SYSTEM;
}

/* Makes this process run as the user of the publisher, unless that user is root. Closes no
 * descriptor: this process itself reads the file that it has open, which needs no rights. */
static int become_publisher(const struct choice *publisher)
{
    return publisher->user.uid == 0 || become(publisher) ? VFJ_EXIT_OK : VFJ_EXIT_SYSTEM;
}

int vfj_act_as_owners(const char *path, const char *to)
{
    struct choice reader, publisher;
    if (geteuid() != 0)
        return VFJ_EXIT_OK;
    if (vfj_path_descriptor(path) >= 0)
        return choose(to, VFJ_OWNER_MAKES, &publisher) ? become_publisher(&publisher)
                                                       : VFJ_EXIT_UNUSABLE;
    if (!choose(path, VFJ_OWNER_OPENS, &reader) || !choose(to, VFJ_OWNER_MAKES, &publisher))
        return VFJ_EXIT_UNUSABLE;
    return reader.user.uid == publisher.user.uid ? become_owner(&reader)
                                                 : separate(to, &reader, &publisher);
}

struct work {
    const char *journal;
    vfj_apart_fn *run;
    void *context;
};

static bool work_as_owner(void *context, void *result)
{
    const struct work *work = context;
    struct choice choice;
    return choose(work->journal, VFJ_OWNER_OPENS, &choice) && choice.user.uid != 0
        && become(&choice) && work->run(work->context, result) && fflush(stdout) == 0;
}

bool vfj_run_as_owner(const char *journal, vfj_apart_fn *run, void *context, void *result,
                      size_t size)
{
    struct work work = {.journal = journal, .run = run, .context = context};
    return fflush(stdout) == 0 && vfj_apart_run(work_as_owner, &work, result, size);
}
