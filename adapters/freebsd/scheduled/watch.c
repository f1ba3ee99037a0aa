/* Reads the list of Azure Scheduled Events periodically. */
#include "adapters/freebsd/scheduled/watch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/run/alarm.h"
#include "adapters/freebsd/run/clock.h"
#include "adapters/freebsd/scheduled/fetch.h"

struct vfj_watch {
    struct vfj_watch_settings settings;
    struct vfj_alarm pause;
    struct vfj_fetch *fetch;
    int64_t started_us;
    char vm[sizeof((struct vfj_scheduled *)NULL)->resources]; /* this VM's name; empty: unknown */
    bool asks_name;   /* the current request is for the VM's name, not for the list */
    bool has_name;    /* no further request for the name follows; `vm` can still be empty */
    bool has_answer;  /* a valid list has been received since the start */
    bool is_watching; /* the last row about the service was WATCHING */
    bool has_sent;    /* a list was sent to the daemon; `sent` is the newest one */
    unsigned failures;
    struct vfj_scheduled_list sent;
};

static void send_row(const struct vfj_watch *watch, const struct vfj_scheduled *row)
{
    char body[VFJ_SCHEDULED_BODY_SIZE];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    vfj_scheduled_encode(row, &text);
    watch->settings.line(watch->settings.context, body);
}

static void send_list(struct vfj_watch *watch, const struct vfj_scheduled_list *list)
{
    bool is_same = watch->has_sent && watch->sent.count == list->count
        && memcmp(watch->sent.events, list->events, list->count * sizeof list->events[0]) == 0;
    if (is_same)
        return;
    watch->has_sent = true;
    watch->sent = *list;
    watch->settings.line(watch->settings.context, "list");
    for (unsigned i = 0; i < list->count; i++)
        send_row(watch, &list->events[i]);
    watch->settings.line(watch->settings.context, "end");
}

static void send_silent(struct vfj_watch *watch, const char *why, const char *more)
{
    struct vfj_scheduled row = vfj_scheduled_of(VFJ_SCHEDULED_SILENT);
    struct vfj_text text = vfj_text_begin(row.text, sizeof row.text);
    vfj_text_format(&text, "%s: %s%s", watch->settings.url.host, why, more);
    vfj_scheduled_set_text(row.text, sizeof row.text, (struct vfj_span){row.text, text.length});
    watch->is_watching = false;
    send_row(watch, &row);
}

static void send_watching(struct vfj_watch *watch)
{
    struct vfj_scheduled row = vfj_scheduled_of(VFJ_SCHEDULED_WATCHING);
    if (watch->is_watching)
        return;
    watch->is_watching = true;
    memcpy(row.resources, watch->vm, sizeof row.resources);
    send_row(watch, &row);
}

static void sleep_units(struct vfj_watch *watch, int64_t units)
{
    vfj_alarm_set(&watch->pause, vfj_clock_mono_us() + units * watch->settings.unit_ms * 1000);
}

static bool is_busy(const struct vfj_scheduled_list *list)
{
    for (unsigned i = 0; i < list->count; i++) {
        if (list->events[i].here != VFJ_SCHEDULED_HERE_NO)
            return true;
    }
    return false;
}

static void fail(struct vfj_watch *watch, const char *why)
{
    int64_t waited_us = vfj_clock_mono_us() - watch->started_us;
    int64_t patience_us
        = VFJ_WATCH_GIVE_UP_UNITS * (int64_t)watch->settings.unit_ms * INT64_C(1000);
    if (!watch->has_answer && waited_us >= patience_us) {
        send_silent(watch, why, "; Scheduled Events are not here, and asked for no more");
        watch->settings.given_up(watch->settings.context);
        return;
    }
    unsigned doublings = watch->failures < 6 ? watch->failures : 6;
    watch->failures++;
    if (watch->is_watching && watch->failures == VFJ_WATCH_FAILURES)
        send_silent(watch, why, "");
    int64_t units = INT64_C(1) << doublings;
    sleep_units(watch, units < VFJ_WATCH_BACKOFF_UNITS ? units : VFJ_WATCH_BACKOFF_UNITS);
}

static void use_hostname(struct vfj_watch *watch)
{
    char name[256] = "";
    if (gethostname(name, sizeof name - 1) != 0)
        name[0] = '\0';
    name[strcspn(name, ".")] = '\0';
    vfj_scheduled_set_word(watch->vm, sizeof watch->vm, vfj_span_of(name));
}

static void take_document(struct vfj_watch *watch, struct vfj_span body, const char *why)
{
    struct vfj_scheduled_list list;
    if (!watch->has_name)
        use_hostname(watch);
    if (why == NULL)
        why = watch->settings.read(body, watch->vm, &list);
    if (why != NULL) {
        fail(watch, why);
        return;
    }
    watch->has_name = true;
    watch->has_answer = true;
    watch->failures = 0;
    send_watching(watch);
    send_list(watch, &list);
    sleep_units(watch, is_busy(&list) ? VFJ_WATCH_BUSY_UNITS : VFJ_WATCH_IDLE_UNITS);
}

static void ask(struct vfj_watch *watch, const char *path, int64_t units)
{
    int64_t deadline_ms = units * watch->settings.unit_ms;
    vfj_fetch_get(watch->fetch, path,
                  deadline_ms > VFJ_WATCH_DEADLINE_LEAST_MS ? deadline_ms
                                                            : VFJ_WATCH_DEADLINE_LEAST_MS);
}

static void ask_document(struct vfj_watch *watch)
{
    watch->asks_name = false;
    ask(watch, watch->settings.url.path,
        watch->has_answer ? VFJ_WATCH_DEADLINE_UNITS : VFJ_WATCH_FIRST_DEADLINE_UNITS);
}

/* Sets the VM's name from an answer. The name ends at the first blank, or at another byte that a
 * word cannot have. */
static void take_name(struct vfj_watch *watch, struct vfj_span body)
{
    size_t length = 0;
    while (length < body.length && body.text[length] > ' ' && body.text[length] <= '~')
        length++;
    if (length == 0 || length >= sizeof watch->vm)
        return;
    vfj_scheduled_set_word(watch->vm, sizeof watch->vm, (struct vfj_span){body.text, length});
    watch->has_name = true;
}

static void on_answer(void *context, struct vfj_span body, const char *why)
{
    struct vfj_watch *watch = context;
    if (!watch->asks_name) {
        take_document(watch, body, why);
        return;
    }
    if (why == NULL)
        take_name(watch, body);
    ask_document(watch);
}

static void on_pause(void *context)
{
    struct vfj_watch *watch = context;
    if (watch->has_name) {
        ask_document(watch);
        return;
    }
    watch->asks_name = true;
    ask(watch, VFJ_SCHEDULED_NAME_PATH, VFJ_WATCH_DEADLINE_UNITS);
}

struct vfj_watch *vfj_watch_open(struct event_base *base, const struct vfj_watch_settings *settings)
{
    struct vfj_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return NULL;
    watch->settings = *settings;
    watch->started_us = vfj_clock_mono_us();
    vfj_alarm_open(&watch->pause, base, on_pause, watch);
    watch->fetch = vfj_fetch_open(base, &watch->settings.url, on_answer, watch);
    if (watch->fetch == NULL) {
        vfj_watch_close(watch);
        return NULL;
    }
    vfj_alarm_set(&watch->pause, watch->started_us);
    return watch;
}

void vfj_watch_close(struct vfj_watch *watch)
{
    if (watch == NULL)
        return;
    vfj_fetch_close(watch->fetch);
    vfj_alarm_close(&watch->pause);
    free(watch);
}
