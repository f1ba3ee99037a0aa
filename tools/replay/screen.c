/* Controls the terminal while `vfjournal replay --play` shows a journal. */
#include "tools/replay/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "store/publish.h"
#include "tools/terminal.h"

static struct termios before, during;
static volatile sig_atomic_t is_taken, is_stale;

/* Writes the text to standard output. May be called from a signal handler. */
static void put(const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, text, length);
        if (written <= 0)
            return;
        text += written;
        length -= (size_t)written;
    }
}

static void enter(void)
{
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &during);
    put("\033[?1049h\033[?25l");
    is_taken = 1;
}

void vfj_screen_give_back(void)
{
    if (!is_taken)
        return;
    is_taken = 0;
    put("\033[?25h\033[?1049l");
    (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

static void on_end(int number)
{
    vfj_screen_give_back();
    vfj_publish_abandon();
    (void)signal(number, SIG_DFL);
    /* the signal is delivered again when the handler returns, and ends the process */
    (void)raise(number);
}

/* Called when the user stops the process (SIGTSTP). Restores the terminal, stops the process, and
 * takes over the terminal again when the process continues. */
static void on_stop(int number)
{
    int error = errno;
    struct sigaction action = {.sa_handler = SIG_DFL}, own;
    sigset_t set;
    vfj_screen_give_back();
    (void)sigaction(number, &action, &own);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, number);
    (void)raise(number);
    (void)sigprocmask(SIG_UNBLOCK, &set, NULL); /* the process stops here */
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    (void)sigaction(number, &own, NULL);
    enter();
    is_stale = 1;
    errno = error;
}

static void on_size(int number)
{
    (void)number;
    is_stale = 1;
}

static void handle(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    struct sigaction old;
    (void)sigfillset(&action.sa_mask);
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        (void)sigaction(number, &action, NULL);
}

bool vfj_screen_take(void)
{
    static const int ends[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        errno = ENOTTY;
        return false;
    }
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    during = before;
    during.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    during.c_cc[VMIN] = 1;
    during.c_cc[VTIME] = 0;
    (void)atexit(vfj_screen_give_back);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        handle(ends[i], on_end);
    handle(SIGTSTP, on_stop);
    handle(SIGWINCH, on_size);
    enter();
    return true;
}

int vfj_screen_key(int ms)
{
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
    char key;
    if (is_stale) {
        is_stale = 0;
        return VFJ_KEY_REDRAW;
    }
    int ready = poll(&keys, 1, ms);
    if (ready == 0)
        return VFJ_KEY_NONE;
    if (ready < 0)
        return errno == EINTR ? VFJ_KEY_REDRAW : VFJ_KEY_END;
    ssize_t length = read(STDIN_FILENO, &key, 1);
    if (length < 0 && errno == EINTR)
        return VFJ_KEY_REDRAW;
    return length == 1 ? (unsigned char)key : VFJ_KEY_END;
}

void vfj_screen_size(int *rows, int *columns)
{
    struct winsize size = {0};
    int lines = 24;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
        lines = size.ws_row;
    *rows = lines < 3 ? 3 : lines;
    *columns = vfj_terminal_width(STDOUT_FILENO);
    if (*columns < 20)
        *columns = 20;
}
