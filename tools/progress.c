/* Shows the progress of a long operation on standard error. */
#include "tools/progress.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "core/text/text.h"
#include "store/progress.h"
#include "tools/terminal.h"
#include "tools/time_format.h"

#ifdef SIGINFO
#define ASK_SIGNAL SIGINFO
#else
#define ASK_SIGNAL SIGUSR1
#endif

enum { LINE_SIZE = 256, FIRST_MS = 1000, NEXT_MS = 500 };

static struct {
    const char *verb;
    bool shows; /* standard error is a terminal that can erase a line */
    int width;
    volatile sig_atomic_t is_shown;
    /* the members below are about the present phase of the operation */
    unsigned phase;
    int64_t began_ms;
    uint64_t began_at; /* amount of work that was done when the phase began */
} report;

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void put(const char *bytes, size_t length)
{
    (void)!write(STDERR_FILENO, bytes, length);
}

static void add_rate(struct vfj_text *text, const struct vfj_progress *progress, int64_t ms)
{
    uint64_t done = progress->done - report.began_at;
    if (ms <= 0 || done == 0 || progress->done < report.began_at)
        return;
    uint64_t rate = done * 1000 / (uint64_t)ms;
    vfj_text_add(text, ", ");
    vfj_text_add_u64(text, rate);
    vfj_text_add(text, "/s");
    if (progress->total <= progress->done || rate == 0)
        return;
    vfj_text_add(text, ", ");
    vfj_text_add_u64(text, (progress->total - progress->done) / rate + 1);
    vfj_text_add(text, " s left");
}

/* Prints a line such as "vfjournal verify: checking records: 120000 of 1000000 records (12 %),
 * 60000/s, 15 s left". */
static void print(struct vfj_text *text, const struct vfj_progress *progress)
{
    vfj_text_add(text, "vfjournal ");
    vfj_text_add(text, report.verb);
    vfj_text_add(text, ": ");
    vfj_text_add(text, progress->phase != 0 ? progress->what : "begins");
    if (progress->phase == 0 || progress->unit == NULL)
        return;
    vfj_text_add(text, ": ");
    vfj_text_add_u64(text, progress->done);
    if (progress->total > 0) {
        vfj_text_add(text, " of ");
        vfj_text_add_u64(text, progress->total);
    }
    vfj_text_add_char(text, ' ');
    vfj_text_add(text, progress->unit);
    if (progress->total > 0 && progress->done <= progress->total) {
        vfj_text_add(text, " (");
        vfj_text_add_u64(text, progress->done * 100 / progress->total);
        vfj_text_add(text, " %)");
    }
    add_rate(text, progress, now_ms() - report.began_ms);
}

void vfj_progress_clear(void)
{
    if (!report.is_shown)
        return;
    put("\r\033[K", 4);
    report.is_shown = 0;
}

/* Stores the time and the amount done at the beginning of a phase. The rate is computed from
 * them. */
static void note_phase(const struct vfj_progress *progress)
{
    if (progress->phase == report.phase)
        return;
    report.phase = progress->phase;
    report.began_ms = now_ms();
    report.began_at = progress->done;
}

static void on_signal(int number)
{
    char bytes[LINE_SIZE];
    int error = errno;
    struct vfj_progress progress = vfj_progress_get();
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes - 2);
    note_phase(&progress);
    if (number == ASK_SIGNAL) {
        vfj_progress_clear();
        print(&text, &progress);
        vfj_text_add_char(&text, '\n');
        put(text.bytes, text.length);
    } else if (report.shows) {
        print(&text, &progress);
        size_t width = (size_t)report.width - 1;
        put("\r", 1);
        put(text.bytes, text.length < width ? text.length : width);
        put("\033[K", 3);
        report.is_shown = 1;
    }
    errno = error;
}

static void set_timer(int first_ms, int next_ms)
{
    const struct itimerval times = {
        .it_value = {.tv_sec = first_ms / 1000, .tv_usec = first_ms % 1000 * 1000},
        .it_interval = {.tv_sec = next_ms / 1000, .tv_usec = next_ms % 1000 * 1000},
    };
    (void)setitimer(ITIMER_REAL, &times, NULL);
}

void vfj_progress_report(const char *verb, bool prints)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    const char *term = getenv("TERM");
    report.verb = verb;
    report.shows = isatty(STDERR_FILENO) == 1 && !(prints && isatty(STDOUT_FILENO) == 1)
        && term != NULL && strcmp(term, "dumb") != 0;
    report.width = vfj_terminal_width(STDERR_FILENO);
    report.phase = vfj_progress_get().phase;
    report.began_ms = now_ms();
    (void)sigfillset(&action.sa_mask);
    (void)sigaction(ASK_SIGNAL, &action, NULL);
    (void)sigaction(SIGALRM, &action, NULL);
    if (report.shows)
        set_timer(FIRST_MS, NEXT_MS);
}

void vfj_progress_end(void)
{
    set_timer(0, 0);
    vfj_progress_clear();
}
