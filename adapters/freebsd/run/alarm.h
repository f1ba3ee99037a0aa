/* One timer for the next deadline. */
#ifndef VFJ_FREEBSD_RUN_ALARM_H
#define VFJ_FREEBSD_RUN_ALARM_H

#include <event2/event_struct.h>
#include <stdint.h>

struct event_base;

struct vfj_alarm {
    struct event event;
    int64_t due_us; /* INT64_MAX: none */
    void (*due)(void *context);
    void *context;
};

/* Makes an alarm, which calls `due`. The object must not move while it is in use. */
void vfj_alarm_open(struct vfj_alarm *alarm, struct event_base *base, void (*due)(void *context),
                    void *context);
void vfj_alarm_close(struct vfj_alarm *alarm);

/* Calls `due` once, from the loop, when vfj_clock_mono_us() has reached `due_us`, never earlier.
 * INT64_MAX means never. A new call replaces the last one. */
void vfj_alarm_set(struct vfj_alarm *alarm, int64_t due_us);

#endif
