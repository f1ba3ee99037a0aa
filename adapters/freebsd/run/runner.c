/* Runs the commands that change the guest. */
#include "adapters/freebsd/run/runner.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "core/check.h"

/* A command that runs, or that waits until earlier commands of its slot in the list have ended. */
struct job {
    TAILQ_ENTRY(job) link;
    struct vfj_runner *runner;
    uint64_t batch; /* number of the call of vfj_runner_run() that added the command */
    bool running;
    bool forgotten;
    size_t kept; /* bytes in outcome.output */
    struct vfj_outcome outcome;
    struct vfj_command command;
};

TAILQ_HEAD(jobs, job);

struct vfj_runner {
    struct vfj_children *children;
    vfj_finished_fn *finished;
    vfj_late_exit_fn *late_exit;
    void *context;
    struct jobs jobs; /* in the order of the requests */
    uint64_t batches;
};

static void drop(struct job *job)
{
    TAILQ_REMOVE(&job->runner->jobs, job, link);
    free(job);
}

static void keep_output(void *context, struct vfj_span bytes)
{
    struct job *job = context;
    for (size_t i = 0; i < bytes.length && job->kept < sizeof job->outcome.output - 1; i++) {
        if (bytes.text[i] != '\0')
            job->outcome.output[job->kept++] = bytes.text[i];
    }
}

static void on_ended(void *context, const struct vfj_program_end *end);

static void start(struct job *job)
{
    struct vfj_request request = vfj_request_of(VFJ_REQUEST_COMMAND, &job->command, 0);
    struct vfj_child_spec spec = {
        .request = &request,
        .limit_ms = job->command.limit_ms > 0 ? job->command.limit_ms : VFJ_RUNNER_LIMIT_DEFAULT_MS,
        .output_max = VFJ_RUNNER_OUTPUT_MAX,
        .output = keep_output,
        .ended = on_ended,
        .context = job,
    };
    job->running = true;
    vfj_child_start(job->runner->children, &spec);
}

static bool is_of_slot(const struct job *job, struct vfj_name hn)
{
    return !vfj_name_is_empty(hn) && vfj_name_equal(job->command.hn, hn);
}

static struct job *first_of_slot(struct vfj_runner *runner, struct vfj_name hn)
{
    struct job *job;
    TAILQ_FOREACH(job, &runner->jobs, link)
    {
        if (is_of_slot(job, hn))
            return job;
    }
    return NULL;
}

static void start_next(struct vfj_runner *runner, struct vfj_name hn)
{
    struct job *next = first_of_slot(runner, hn);
    if (next != NULL && !next->running)
        start(next);
}

/* Moves to `rest` all waiting commands of the batch in which a command has failed. */
static void take_rest(struct vfj_runner *runner, const struct job *failed, struct jobs *rest)
{
    struct job *job, *next;
    for (job = TAILQ_FIRST(&runner->jobs); job != NULL; job = next) {
        next = TAILQ_NEXT(job, link);
        if (job->batch != failed->batch || !is_of_slot(job, failed->command.hn))
            continue;
        TAILQ_REMOVE(&runner->jobs, job, link);
        TAILQ_INSERT_TAIL(rest, job, link);
    }
}

static void tell_not_run(struct vfj_runner *runner, struct jobs *rest)
{
    struct job *job;
    while ((job = TAILQ_FIRST(rest)) != NULL) {
        TAILQ_REMOVE(rest, job, link);
        job->outcome.kind = VFJ_OUTCOME_NOT_RUN;
        runner->finished(runner->context, &job->outcome);
        free(job);
    }
}

/* Handles the end of a command. The callbacks may call vfj_runner_run() and vfj_runner_forget(), so
 * the list is consistent before the first callback. */
static void on_ended(void *context, const struct vfj_program_end *end)
{
    struct job *job = context;
    struct vfj_runner *runner = job->runner;
    struct jobs rest = TAILQ_HEAD_INITIALIZER(rest);
    while (job->kept > 0 && job->outcome.output[job->kept - 1] == '\n')
        /* line ends at the end are removed, as $(…) of sh(1) does */
        job->outcome.output[--job->kept] = '\0';
    job->outcome.kind = (uint8_t)end->kind;
    job->outcome.status = end->status;
    job->outcome.duration_us = end->duration_us;
    TAILQ_REMOVE(&runner->jobs, job, link);
    if (vfj_command_stops_batch(&job->command, &job->outcome))
        take_rest(runner, job, &rest);
    start_next(runner, job->command.hn);
    if (job->forgotten)
        runner->late_exit(runner->context);
    else
        runner->finished(runner->context, &job->outcome);
    tell_not_run(runner, &rest);
    free(job);
}

struct vfj_runner *vfj_runner_open(struct vfj_children *children, vfj_finished_fn *finished,
                                   vfj_late_exit_fn *late_exit, void *context)
{
    struct vfj_runner *runner = calloc(1, sizeof *runner);
    if (runner == NULL)
        return NULL;
    runner->children = children;
    runner->finished = finished;
    runner->late_exit = late_exit;
    runner->context = context;
    TAILQ_INIT(&runner->jobs);
    return runner;
}

void vfj_runner_close(struct vfj_runner *runner)
{
    if (runner == NULL)
        return;
    while (!TAILQ_EMPTY(&runner->jobs))
        drop(TAILQ_FIRST(&runner->jobs));
    free(runner);
}

/* A job that runs stays in the list, so that its slot starts no other command. */
void vfj_runner_forget(struct vfj_runner *runner)
{
    struct job *job, *next;
    for (job = TAILQ_FIRST(&runner->jobs); job != NULL; job = next) {
        next = TAILQ_NEXT(job, link);
        job->forgotten = true;
        if (!job->running)
            drop(job);
    }
}

void vfj_runner_run(struct vfj_runner *runner, const struct vfj_command *commands, unsigned count)
{
    runner->batches++;
    for (unsigned i = 0; i < count; i++) {
        struct job *job = calloc(1, sizeof *job);
        VFJ_CHECK(job != NULL);
        bool waits = first_of_slot(runner, commands[i].hn) != NULL;
        job->runner = runner;
        job->batch = runner->batches;
        job->command = commands[i];
        job->outcome.command = commands[i].id;
        TAILQ_INSERT_TAIL(&runner->jobs, job, link);
        if (!waits)
            start(job);
    }
}

bool vfj_runner_is_in_batch(const struct vfj_runner *runner)
{
    const struct job *job;
    TAILQ_FOREACH(job, &runner->jobs, link)
    {
        if (!job->running)
            return true;
    }
    return false;
}
