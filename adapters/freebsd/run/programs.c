/* Starts programs, enforces their time limits and reports their ends. */
#include "adapters/freebsd/run/programs.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/freebsd/run/clock.h"

/* The stage of a program, which determines the purpose of its timer. */
enum stage {
    STAGE_RUNS,
    STAGE_TERM, /* the time limit has passed, and SIGTERM was sent */
    STAGE_KILL, /* SIGKILL was sent */
    /* the program did not end after SIGKILL: TIMEOUT was reported, and the process is reaped
     * later */
    STAGE_LEFT,
};

struct program {
    LIST_ENTRY(program) link;
    struct vfj_programs *programs;
    struct event timer;
    pid_t pid; /* 0: reaped */
    enum stage stage;
    int64_t started_us;
    struct vfj_program_end end;
    uint64_t number;
    void (*ended)(void *context, uint64_t number, const struct vfj_program_end *end);
    void *context;
};

struct vfj_programs {
    struct event_base *base;
    struct event died;
    LIST_HEAD(, program) list;
    unsigned count;
};

static void arm(struct program *program, uint32_t ms)
{
    struct timeval after = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};
    event_add(&program->timer, &after);
}

static void release(struct program *program)
{
    LIST_REMOVE(program, link);
    program->programs->count--;
    event_del(&program->timer);
    free(program);
}

static void set_end(struct program *program, enum vfj_outcome_kind kind, int32_t status)
{
    program->end.kind = kind;
    program->end.status = status;
    program->end.duration_us = vfj_clock_mono_us() - program->started_us;
}

static void set_end_of(struct program *program, int status)
{
    bool timed_out = program->stage == STAGE_TERM || program->stage == STAGE_KILL;
    if (WIFSIGNALED(status))
        set_end(program, timed_out ? VFJ_OUTCOME_TIMEOUT : VFJ_OUTCOME_SIGNALED, WTERMSIG(status));
    else
        set_end(program, timed_out ? VFJ_OUTCOME_TIMEOUT : VFJ_OUTCOME_EXITED, WEXITSTATUS(status));
}

/* Reaps the program if it has ended. If its time limit has passed, first kills all processes of
 * its group: until the program is reaped, no other program can get this process group. */
static bool reap(struct program *program)
{
    siginfo_t info = {0};
    int status = 0;
    if (program->pid == 0)
        return true;
    if (waitid(P_PID, (id_t)program->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0
        || info.si_pid == 0)
        return false;
    if (program->stage == STAGE_TERM)
        kill(-program->pid, SIGKILL);
    if (waitpid(program->pid, &status, WNOHANG) != program->pid)
        return false;
    program->pid = 0;
    if (program->stage != STAGE_LEFT)
        set_end_of(program, status);
    return true;
}

static struct program *find(struct vfj_programs *programs, pid_t pid)
{
    struct program *program;
    LIST_FOREACH(program, &programs->list, link)
    {
        if (program->pid == pid)
            break;
    }
    return program;
}

/* Reaps all programs that have ended. waitid(2) may report a child that another part of this
 * process has to reap, and keeps reporting that one. Then waitid(2) is called for each program. */
static void reap_all(struct vfj_programs *programs)
{
    siginfo_t info = {0};
    struct program *program;
    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
        program = find(programs, info.si_pid);
        if (program == NULL || !reap(program))
            break;
        info.si_pid = 0;
    }
    if (info.si_pid == 0)
        return;
    LIST_FOREACH(program, &programs->list, link)
    reap(program);
}

/* Reports the programs that have ended. A callback may start programs and so change the list.
 * The search therefore begins again after each callback. */
static void on_died(evutil_socket_t fd, short what, void *context)
{
    struct vfj_programs *programs = context;
    struct program *program;
    (void)fd;
    (void)what;
    reap_all(programs);
    while ((program = find(programs, 0)) != NULL) {
        const struct program ended = *program;
        release(program);
        if (ended.stage != STAGE_LEFT)
            ended.ended(ended.context, ended.number, &ended.end);
    }
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    struct program *program = context;
    (void)fd;
    (void)what;
    switch (program->stage) {
    case STAGE_RUNS:
        program->stage = STAGE_TERM;
        kill(-program->pid, SIGTERM);
        arm(program, VFJ_PROGRAM_TERM_GRACE_MS);
        break;
    case STAGE_TERM:
        program->stage = STAGE_KILL;
        kill(-program->pid, SIGKILL);
        arm(program, VFJ_PROGRAM_TERM_GRACE_MS);
        break;
    case STAGE_KILL:
        program->stage = STAGE_LEFT;
        set_end(program, VFJ_OUTCOME_TIMEOUT, SIGKILL);
        program->ended(program->context, program->number, &program->end);
        break;
    case STAGE_LEFT:
        break;
    }
}

struct vfj_programs *vfj_programs_open(struct event_base *base)
{
    struct vfj_programs *programs = calloc(1, sizeof *programs);
    if (programs == NULL)
        return NULL;
    programs->base = base;
    LIST_INIT(&programs->list);
    event_assign(&programs->died, base, SIGCHLD, EV_SIGNAL | EV_PERSIST, on_died, programs);
    if (event_add(&programs->died, NULL) != 0) {
        free(programs);
        return NULL;
    }
    return programs;
}

void vfj_programs_close(struct vfj_programs *programs)
{
    if (programs == NULL)
        return;
    while (!LIST_EMPTY(&programs->list))
        release(LIST_FIRST(&programs->list));
    event_del(&programs->died);
    free(programs);
}

int vfj_programs_start(struct vfj_programs *programs, const struct vfj_program_spec *spec,
                       int *output)
{
    if (programs->count == VFJ_PROGRAMS_MAX)
        return EAGAIN;
    struct program *program = calloc(1, sizeof *program);
    if (program == NULL)
        return ENOMEM;
    program->started_us = vfj_clock_mono_us();
    int error = vfj_spawn(spec->path, spec->argv, spec->errors, &program->pid, output);
    if (error != 0) {
        free(program);
        return error;
    }
    program->programs = programs;
    program->number = spec->number;
    program->ended = spec->ended;
    program->context = spec->context;
    LIST_INSERT_HEAD(&programs->list, program, link);
    programs->count++;
    event_assign(&program->timer, programs->base, -1, 0, on_timer, program);
    arm(program, spec->limit_ms);
    return 0;
}
