/* Ends a verb on the signals HUP, INT and TERM, without leaving temporary files behind. */
#include "tools/interrupt.h"

#include <signal.h>
#include <stddef.h>

#include "store/prune.h"
#include "store/publish.h"
#include "tools/progress.h"

static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
static volatile sig_atomic_t pending;
/* process group of the command that runs now; 0: no command runs */
static volatile sig_atomic_t child;

static void on_signal(int number)
{
    if (pending == 0 && vfj_prune_stop()) {
        pending = number;
        return;
    }
    if (child != 0)
        (void)kill(-(pid_t)child, number);
    vfj_progress_clear();
    vfj_publish_abandon();
    (void)signal(number, SIG_DFL);
    /* the signal is delivered again when the handler returns, and ends the process */
    (void)raise(number);
}

void vfj_interrupt_handle(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction before;
    (void)sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            (void)sigaction(numbers[i], &action, NULL);
    }
}

void vfj_interrupt_block(bool on)
{
    sigset_t set;
    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        (void)sigaddset(&set, numbers[i]);
    (void)sigprocmask(on ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

void vfj_interrupt_set_child(pid_t group)
{
    child = (sig_atomic_t)group;
}

void vfj_interrupt_end(void)
{
    if (pending == 0)
        return;
    (void)signal((int)pending, SIG_DFL);
    (void)raise((int)pending);
}
