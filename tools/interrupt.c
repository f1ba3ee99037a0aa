/* Ends a verb on the signals HUP, INT and TERM, without leaving temporary files behind. */
#include "tools/interrupt.h"

#include <signal.h>
#include <stddef.h>

#include "store/prune.h"
#include "store/publish.h"
#include "tools/progress.h"

static volatile sig_atomic_t pending;

static void on_signal(int number)
{
    if (pending == 0 && vfj_prune_stop()) {
        pending = number;
        return;
    }
    vfj_progress_clear();
    vfj_publish_abandon();
    (void)signal(number, SIG_DFL);
    /* the signal is delivered again when the handler returns, and ends the process */
    (void)raise(number);
}

void vfj_interrupt_handle(void)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction before;
    (void)sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            (void)sigaction(numbers[i], &action, NULL);
    }
}

void vfj_interrupt_end(void)
{
    if (pending == 0)
        return;
    (void)signal((int)pending, SIG_DFL);
    (void)raise((int)pending);
}
