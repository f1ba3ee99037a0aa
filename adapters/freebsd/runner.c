/* Runs the commands that change the guest. */
#include "adapters/freebsd/runner.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_REFUSED };

struct job {
    struct vfj_runner *runner;
    struct job *next;
    enum job_state state;
    bool forgotten;
    size_t kept; /* bytes in outcome.output */
    struct vfj_outcome outcome;
    struct vfj_command command;
};

struct vfj_runner {
    struct vfj_children *children;
    vfj_finished_fn *finished;
    vfj_stray_fn *stray;
    void *context;
    struct event refusal;
    struct job *first, **last; /* in the order in which they were asked for */
    unsigned waiting;
};

static void unlink_job(struct vfj_runner *runner, struct job *job)
{
    struct job **link = &runner->first;
    while (*link != job)
        link = &(*link)->next;
    *link = job->next;
    if (runner->last == &job->next)
        runner->last = link;
}

static void keep_output(void *context, struct vfj_span bytes)
{
    struct job *job = context;
    for (size_t i = 0; i < bytes.length && job->kept < sizeof job->outcome.output - 1; i++) {
        if (bytes.text[i] != '\0')
            job->outcome.output[job->kept++] = bytes.text[i];
    }
}

static void on_ended(void *context, const struct vfj_child_end *end);

static void start(struct job *job)
{
    struct vfj_errand errand = vfj_errand_of(&job->command, 0);
    struct vfj_child_request request = {
        .errand = &errand,
        .limit_ms = job->command.limit_ms > 0 ? job->command.limit_ms : VFJ_RUNNER_LIMIT_DEFAULT_MS,
        .output_max = VFJ_RUNNER_OUTPUT_MAX,
        .output = keep_output,
        .ended = on_ended,
        .context = job,
    };
    job->state = JOB_RUNNING;
    vfj_child_start(job->runner->children, &request);
}

/* Whether a command of the job's slot is before it. */
static bool must_wait(const struct job *job)
{
    if (vfj_name_is_empty(job->command.hn))
        return false;
    for (const struct job *other = job->runner->first; other != job; other = other->next) {
        if (vfj_name_equal(other->command.hn, job->command.hn))
            return true;
    }
    return false;
}

static void start_next(struct vfj_runner *runner, struct vfj_name hn)
{
    for (struct job *job = runner->first; job != NULL; job = job->next) {
        if (job->state == JOB_WAITING && vfj_name_equal(job->command.hn, hn)) {
            runner->waiting--;
            start(job);
            return;
        }
    }
}

/* The outcome may bring the slot's next command, which then queues behind those that wait already. */
static void finish(struct job *job)
{
    struct vfj_runner *runner = job->runner;
    struct vfj_name hn = job->command.hn;
    bool ran = job->state == JOB_RUNNING;
    unlink_job(runner, job);
    if (ran && !vfj_name_is_empty(hn))
        start_next(runner, hn);
    if (job->forgotten)
        runner->stray(runner->context);
    else
        runner->finished(runner->context, &job->outcome);
    free(job);
}

static void on_ended(void *context, const struct vfj_child_end *end)
{
    struct job *job = context;
    while (job->kept > 0 && job->outcome.output[job->kept - 1] == '\n')
        job->outcome.output[--job->kept] = '\0'; /* as $(…) of sh(1) has it */
    job->outcome.kind = (uint8_t)end->kind;
    job->outcome.status = end->status;
    job->outcome.duration_us = end->duration_us;
    finish(job);
}

static struct job *find_refused(struct vfj_runner *runner)
{
    struct job *job = runner->first;
    while (job != NULL && job->state != JOB_REFUSED)
        job = job->next;
    return job;
}

static void on_refusal(evutil_socket_t fd, short what, void *context)
{
    struct job *job;
    (void)fd;
    (void)what;
    while ((job = find_refused(context)) != NULL)
        finish(job);
}

static void refuse(struct job *job)
{
    job->state = JOB_REFUSED;
    job->outcome.kind = VFJ_OUTCOME_ABSENT;
    job->outcome.status = EAGAIN;
    event_active(&job->runner->refusal, EV_TIMEOUT, 0);
}

struct vfj_runner *vfj_runner_open(struct event_base *base, struct vfj_children *children, vfj_finished_fn *finished,
                                   vfj_stray_fn *stray, void *context)
{
    struct vfj_runner *runner = calloc(1, sizeof *runner);
    if (runner == NULL)
        return NULL;
    runner->children = children;
    runner->finished = finished;
    runner->stray = stray;
    runner->context = context;
    runner->last = &runner->first;
    event_assign(&runner->refusal, base, -1, 0, on_refusal, runner);
    return runner;
}

void vfj_runner_close(struct vfj_runner *runner)
{
    if (runner == NULL)
        return;
    event_del(&runner->refusal);
    while (runner->first != NULL) {
        struct job *job = runner->first;
        unlink_job(runner, job);
        free(job);
    }
    free(runner);
}

/* A running one still keeps its slot. */
void vfj_runner_forget(struct vfj_runner *runner)
{
    struct job *job = runner->first;
    while (job != NULL) {
        struct job *next = job->next;
        job->forgotten = true;
        if (job->state != JOB_RUNNING) {
            unlink_job(runner, job);
            free(job);
        }
        job = next;
    }
    runner->waiting = 0;
}

void vfj_runner_run(struct vfj_runner *runner, const struct vfj_command *command)
{
    struct job *job = calloc(1, sizeof *job);
    VFJ_CHECK(job != NULL);
    job->runner = runner;
    job->command = *command;
    job->outcome.command = command->id;
    *runner->last = job;
    runner->last = &job->next;
    if (!must_wait(job)) {
        start(job);
    } else if (runner->waiting == VFJ_RUNNER_QUEUE_MAX) {
        refuse(job);
    } else {
        job->state = JOB_WAITING;
        runner->waiting++;
    }
}
