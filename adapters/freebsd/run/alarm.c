/* One timer for the next deadline. */
#include "adapters/freebsd/run/alarm.h"

#include <event2/event.h>

#include "adapters/freebsd/run/clock.h"

enum { ONE_DAY_S = 86400 };

/* Arms libevent's timer for a day at most, since some systems do not accept longer times. When
 * the timer expires, vfj_clock_mono_us() decides whether the deadline is reached, since
 * libevent's clock may be coarse. */
static void arm(struct vfj_alarm *alarm)
{
    int64_t left_us = alarm->due_us - vfj_clock_mono_us();
    if (left_us < 0)
        left_us = 0;
    if (left_us > ONE_DAY_S * (int64_t)1000000)
        left_us = ONE_DAY_S * (int64_t)1000000;
    struct timeval after = {(time_t)(left_us / 1000000), (suseconds_t)(left_us % 1000000)};
    event_add(&alarm->event, &after);
}

static void on_time(evutil_socket_t fd, short what, void *context)
{
    struct vfj_alarm *alarm = context;
    (void)fd;
    (void)what;
    if (vfj_clock_mono_us() < alarm->due_us) {
        arm(alarm);
        return;
    }
    alarm->due_us = INT64_MAX;
    alarm->due(alarm->context);
}

void vfj_alarm_open(struct vfj_alarm *alarm, struct event_base *base, void (*due)(void *context),
                    void *context)
{
    alarm->due_us = INT64_MAX;
    alarm->due = due;
    alarm->context = context;
    event_assign(&alarm->event, base, -1, 0, on_time, alarm);
}

void vfj_alarm_close(struct vfj_alarm *alarm)
{
    event_del(&alarm->event);
}

void vfj_alarm_set(struct vfj_alarm *alarm, int64_t due_us)
{
    if (due_us == alarm->due_us)
        return;
    alarm->due_us = due_us;
    if (due_us == INT64_MAX)
        event_del(&alarm->event);
    else
        arm(alarm);
}
