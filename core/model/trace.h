/* Reads the trace format, version 1, line by line (vfjournal-trace(5)). */
#ifndef VFJ_CORE_MODEL_TRACE_H
#define VFJ_CORE_MODEL_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/observation.h"
#include "core/data/scheduled.h"
#include "core/limits.h"
#include "core/text/name.h"
#include "core/text/text.h"

/* The directives. X(symbol, word of the directive) */
#define VFJ_DIRECTIVES(X)     \
    X(VERSION, "vfjournal")   \
    X(AT, "at")               \
    X(SYSCTL, "sysctl")       \
    X(NOSYSCTL, "nosysctl")   \
    X(RC, "rc")               \
    X(NORC, "norc")           \
    X(IF, "if")               \
    X(NOIF, "noif")           \
    X(VF, "vf")               \
    X(FILE, "file")           \
    X(NOFILE, "nofile")       \
    X(FAIL, "fail")           \
    X(SLOW, "slow")           \
    X(LATE, "late")           \
    X(DEVD, "devd")           \
    X(MODE, "mode")           \
    X(POLICY, "policy")       \
    X(CRASH, "crash")         \
    X(STOP, "stop")           \
    X(END, "end")             \
    X(RESTART, "restart")     \
    X(BOOT, "boot")           \
    X(START, "start")         \
    X(CONFIGURE, "configure") \
    X(CONNECT, "connect")     \
    X(LOST, "lost")           \
    X(GAP, "gap")             \
    X(SCHEDULED, "scheduled")

enum vfj_trace_kind {
    VFJ_TRACE_BLANK, /* empty, or a comment */
    VFJ_TRACE_EVENT, /* a devd line */
#define X(symbol, word) VFJ_TRACE_##symbol,
    VFJ_DIRECTIVES(X)
#undef X
        VFJ_TRACE_COUNT
};

enum vfj_trace_time_form {
    VFJ_TIME_SAME,     /* the time of the line before */
    VFJ_TIME_RELATIVE, /* microseconds after the first event */
    VFJ_TIME_UNIX,     /* Unix time in microseconds */
    VFJ_TIME_AFTER,    /* microseconds after the previous event */
};

struct vfj_trace_time {
    uint8_t form; /* enum vfj_trace_time_form */
    int64_t us;
};

/* The facts about an interface that a %if line gives. */
struct vfj_trace_if {
    struct vfj_interface interface;
    uint64_t dhclient; /* pid of the interface's dhclient(8); 0: none */
    /* gateway of the IPv4 default route if it goes through the interface; else empty */
    struct vfj_address gateway;
    /* gateway of the IPv6 default route, without scope, if it goes through the interface; else
     * empty */
    struct vfj_address gateway6;
    /* routes through the interface, other than default routes */
    struct vfj_kept_routes routes;
    /* N of dev.hn.N, for a renamed hn interface; empty: N is in the interface's name */
    struct vfj_name unit;
    struct vfj_counters counters;
    bool nomedia;  /* the interface does not report a link state */
    bool has_link; /* the line has a word about the link */
};

/* One line of a trace. Spans point into the line's text. */
struct vfj_trace_line {
    uint8_t kind;               /* enum vfj_trace_kind */
    struct vfj_trace_time time; /* EVENT, AT: the time */
    /* EVENT: the devd line; DEVD: the devd line with escapes (core/text/trace_quote.h) */
    struct vfj_span event;
    struct vfj_name name, other; /* NOIF: name; VF: the VF and its hn */
    /* SYSCTL, NOSYSCTL, RC, NORC: the name; FILE, NOFILE: the path; FAIL, SLOW: the argv */
    struct vfj_span key;
    /* SYSCTL, RC: the value, unquoted; FILE: the text; FAIL: the command's output */
    char value[VFJ_VALUE_SIZE];
    /* FILE: reason why the daemon does not run the file; empty: the file's mode decides */
    char refused[VFJ_PATH_SIZE];
    bool has_text;          /* FILE: the line gives a text */
    uint32_t mode;          /* FILE; 0755 by default */
    uint64_t count;         /* FAIL: number of times that the command fails */
    uint8_t outcome;        /* FAIL: enum vfj_outcome_kind */
    int32_t status;         /* FAIL */
    int64_t us;             /* SLOW, LATE */
    uint8_t choice;         /* MODE: enum vfj_mode; POLICY: enum vfj_policy */
    bool stopped;           /* BOOT: no daemon starts */
    struct vfj_span reason; /* GAP, LOST, STOP, END */
    struct vfj_trace_if if_facts;
    struct vfj_scheduled scheduled; /* SCHEDULED */
};

struct vfj_trace_error {
    size_t column;    /* 1 for the first byte */
    const char *what; /* a sentence without a full stop */
};

/* Reads one line without its "\n". Drops a "\r" at its end. `number` is 1 for the first line of
 * the file. Returns false on an error. */
bool vfj_trace_read(struct vfj_span line, uint64_t number, struct vfj_trace_line *read,
                    struct vfj_trace_error *error);

#endif
