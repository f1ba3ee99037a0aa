/* Opens, commits and closes the state that the programs of the stand-in guest share. */
#include "tests/guest/state.h"

#include "tests/guest/devctl.h"
#include "tests/guest/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { STATE_SIZE = 512 * 1024 };

static struct guest_state the_state;

static void take_lock(struct guest_state *state, int flags)
{
    state->lock = open("state/lock", O_RDWR | O_CLOEXEC | flags, 0644);
    if (state->lock < 0) {
        guest_die("no guest here: state/lock: %s", strerror(errno));
    }
    while (flock(state->lock, LOCK_EX) != 0) {
        if (errno != EINTR) {
            guest_die("state/lock: %s", strerror(errno));
        }
    }
}

static void read_file(struct guest_state *state)
{
    char line[GUEST_LINE_SIZE];
    FILE *file = fopen("state/guest", "re");

    if (file == NULL) {
        guest_die("state/guest: %s", strerror(errno));
    }
    while (fgets(line, sizeof line, file) != NULL) {
        guest_state_read(state, line);
    }
    fclose(file);
}

struct guest_state *guest_state_create(void)
{
    memset(&the_state, 0, sizeof the_state);
    take_lock(&the_state, O_CREAT);
    return &the_state;
}

struct guest_state *guest_state_open(void)
{
    memset(&the_state, 0, sizeof the_state);
    take_lock(&the_state, 0);
    read_file(&the_state);
    return &the_state;
}

static void write_file(const struct guest_state *state)
{
    char *text = malloc(STATE_SIZE);
    if (text == NULL) {
        guest_die("out of memory");
    }
    guest_state_write(state, text, STATE_SIZE);
    FILE *file = fopen("state/guest.new", "we");
    if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0) {
        guest_die("state/guest.new: %s", strerror(errno));
    }
    free(text);
    if (rename("state/guest.new", "state/guest") != 0) {
        guest_die("state/guest: %s", strerror(errno));
    }
}

void guest_state_commit(struct guest_state *state)
{
    write_file(state);
    if (state->events_used > 0) {
        guest_devctl_append(state->events);
    }
    guest_state_close(state);
    guest_devctl_wake();
}

void guest_state_close(struct guest_state *state)
{
    close(state->lock);
    state->lock = -1;
}

void guest_event(struct guest_state *state, const char *format, ...)
{
    va_list args;
    char *to = state->events + state->events_used;
    size_t room = sizeof state->events - state->events_used;

    va_start(args, format);
    int length = vsnprintf(to, room - 1, format, args);
    va_end(args);
    if (length < 0 || (size_t)length + 2 > room) {
        guest_die("too many events at once");
    }
    to[length] = '\n';
    to[length + 1] = '\0';
    state->events_used += (size_t)length + 1;
}

struct guest_setting *guest_setting_find(struct guest_settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->count; i++) {
        if (strcmp(settings->at[i].name, name) == 0) {
            return &settings->at[i];
        }
    }
    return NULL;
}

void guest_setting_set(struct guest_settings *settings, const char *name, const char *value)
{
    struct guest_setting *setting = guest_setting_find(settings, name);

    if (setting == NULL) {
        if (settings->count == GUEST_SETTINGS_MAX) {
            guest_die("too many settings");
        }
        setting = &settings->at[settings->count++];
        guest_copy(setting->name, sizeof setting->name, name);
    }
    guest_copy(setting->value, sizeof setting->value, value);
    setting->absent = false;
}

unsigned long guest_tune(struct guest_state *state, const char *name, unsigned long otherwise)
{
    const struct guest_setting *setting = guest_setting_find(&state->tunes, name);
    unsigned long value;

    return setting != NULL && guest_number(setting->value, UINT32_MAX, &value) ? value : otherwise;
}
