/* Answers probe commands. */
#include "adapters/freebsd/guest/probe.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "adapters/freebsd/guest/snapshot.h"
#include "adapters/freebsd/guest/view.h"
#include "core/check.h"
#include "core/data/hn_snapshot.h"

/* Indexes of a probe's programs, in the order of vfj_command_argv(). */
enum { PART_SYSCTL, PART_IFCONFIG, PART_ROUTE, PART_ROUTE6, PART_NETSTAT, PARTS_MAX };

/* One program of a probe. */
struct part {
    struct probe *probe;
    struct vfj_child *child; /* NULL: not started, or ended */
    void (*feed)(struct probe *probe, struct vfj_span bytes);
    bool exited; /* the program ended with an exit status, not by a signal or at its time limit */
    int32_t status;
};

struct probe {
    struct vfj_prober *prober;
    LIST_ENTRY(probe) link;
    struct part parts[PARTS_MAX];
    unsigned running; /* number of programs that run, plus one while files are read */
    bool forgotten;
    bool waits; /* this probe waits until another probe of its slot has ended */
    /* a newer probe came while this one waited, so this one never runs and its answer is not ok */
    bool superseded;
    struct vfj_command command;
    struct vfj_observation answer;
    size_t kept; /* number of bytes of output that are in answer.as.value */
    union {
        struct vfj_sysctl_parser sysctl;     /* PROBE_MAP */
        struct vfj_ifconfig_parser ifconfig; /* PROBE_IFCONFIG */
        struct vfj_view_reader view;         /* PROBE_SLOT */
        struct vfj_snapshot_reader snapshot; /* PROBE_SNAPSHOT */
    } reader;
    bool garbled; /* the parts that were received are longer than `body` */
    size_t body_length;
    char body[VFJ_BODY_MAX]; /* the received parts of an encoded observation, joined */
};

struct vfj_prober {
    struct vfj_children *children;
    struct vfj_dispatch *dispatch;
    enum vfj_probe_way way;
    vfj_observed_fn *observed;
    void *context;
    struct event deliver;      /* answers superseded probes */
    LIST_HEAD(, probe) probes; /* newest first */
};

static void drop(struct probe *probe)
{
    LIST_REMOVE(probe, link);
    free(probe);
}

static bool is_of_slot(const struct probe *probe, struct vfj_name hn)
{
    return probe->command.kind == VFJ_COMMAND_PROBE_SLOT && vfj_name_equal(probe->command.a, hn);
}

static struct probe *find_waiting(struct vfj_prober *prober, struct vfj_name hn)
{
    struct probe *probe;
    LIST_FOREACH(probe, &prober->probes, link)
    {
        if (probe->waits && !probe->superseded && is_of_slot(probe, hn))
            return probe;
    }
    return NULL;
}

static void go(struct probe *probe);

/* Reports the answer. Then starts a probe of the same slot that waited for the end of this one. */
static void answer(struct probe *probe)
{
    struct vfj_prober *prober = probe->prober;
    const struct vfj_name hn = probe->command.a;
    if (!probe->forgotten)
        prober->observed(prober->context, &probe->answer);
    bool frees_place = !probe->waits;
    drop(probe);
    struct probe *next = frees_place ? find_waiting(prober, hn) : NULL;
    if (next != NULL)
        go(next);
}

static bool succeeded(const struct probe *probe, unsigned part)
{
    return probe->parts[part].exited && probe->parts[part].status == 0;
}

/* Keeps the output of `sysctl -n`. Its first line is the value. */
static void feed_value(struct probe *probe, struct vfj_span bytes)
{
    char *value = probe->answer.as.value;
    for (size_t i = 0; i < bytes.length && probe->kept < VFJ_VALUE_SIZE - 1; i++)
        value[probe->kept++] = bytes.text[i];
}

static void end_value(struct probe *probe)
{
    char *value = probe->answer.as.value;
    size_t length = strcspn(value, "\r\n"); /* ends at a NUL at the latest */
    memset(value + length, 0, VFJ_VALUE_SIZE - length);
    probe->answer.ok = succeeded(probe, 0);
    if (!probe->answer.ok)
        memset(value, 0, VFJ_VALUE_SIZE);
}

static void take_interface(void *context, const struct vfj_interface *interface)
{
    struct probe *probe = context;
    if (vfj_name_equal(interface->name, probe->command.a))
        probe->answer.as.interface = *interface;
}

static void feed_interface(struct probe *probe, struct vfj_span bytes)
{
    vfj_ifconfig_feed(&probe->reader.ifconfig, bytes);
}

static void end_interface(struct probe *probe)
{
    vfj_ifconfig_end(&probe->reader.ifconfig);
    probe->answer.ok = succeeded(probe, 0);
    if (!probe->answer.ok)
        memset(&probe->answer.as.interface, 0, sizeof probe->answer.as.interface);
    probe->answer.as.interface.name = probe->command.a;
}

static void take_map(void *context, struct vfj_span name, struct vfj_span value, bool cut)
{
    struct probe *probe = context;
    vfj_sysctl_map_line(&probe->answer.as.map, name, value, cut);
}

static void feed_map(struct probe *probe, struct vfj_span bytes)
{
    vfj_sysctl_feed(&probe->reader.sysctl, bytes);
}

static void end_map(struct probe *probe)
{
    vfj_sysctl_end(&probe->reader.sysctl);
    probe->answer.ok = succeeded(probe, 0);
}

static void feed_slot_sysctl(struct probe *probe, struct vfj_span bytes)
{
    vfj_sysctl_feed(&probe->reader.view.sysctl, bytes);
}

static void feed_slot_ifconfig(struct probe *probe, struct vfj_span bytes)
{
    vfj_ifconfig_feed(&probe->reader.view.ifconfig, bytes);
}

static void feed_slot_route(struct probe *probe, struct vfj_span bytes)
{
    vfj_route_feed(&probe->reader.view.route, bytes);
}

static void feed_slot_route6(struct probe *probe, struct vfj_span bytes)
{
    vfj_route_feed(&probe->reader.view.route6, bytes);
}

static void feed_slot_netstat(struct probe *probe, struct vfj_span bytes)
{
    vfj_netstat_feed(&probe->reader.view.netstat, bytes);
}

/* Completes the view of a PROBE_SLOT. A routing table that netstat(1) did not print to its end
 * counts as one with too many routes. */
static void end_slot(struct probe *probe)
{
    if (!probe->parts[PART_NETSTAT].exited)
        probe->answer.as.view.routes.truncated = true;
    vfj_view_end(&probe->reader.view);
    probe->answer.ok = succeeded(probe, PART_SYSCTL) && succeeded(probe, PART_IFCONFIG)
        && probe->parts[PART_ROUTE].exited && probe->parts[PART_ROUTE6].exited;
}

static void feed_snapshot_sysctl(struct probe *probe, struct vfj_span bytes)
{
    vfj_sysctl_feed(&probe->reader.snapshot.sysctl, bytes);
}

static void feed_snapshot_ifconfig(struct probe *probe, struct vfj_span bytes)
{
    vfj_ifconfig_feed(&probe->reader.snapshot.ifconfig, bytes);
}

static void end_snapshot(struct probe *probe)
{
    vfj_snapshot_end(&probe->reader.snapshot);
    probe->answer.ok = succeeded(probe, PART_SYSCTL) && succeeded(probe, PART_IFCONFIG);
}

static void end_all(struct probe *probe)
{
    switch ((enum vfj_probe)probe->answer.probe) {
    case VFJ_PROBE_SYSCTL:
        end_value(probe);
        break;
    case VFJ_PROBE_IFCONFIG:
        end_interface(probe);
        break;
    case VFJ_PROBE_MAP:
        end_map(probe);
        break;
    case VFJ_PROBE_SLOT:
        end_slot(probe);
        break;
    case VFJ_PROBE_SNAPSHOT:
        end_snapshot(probe);
        break;
    case VFJ_PROBE_FILE:
        break;
    }
    answer(probe);
}

static void end_one(struct probe *probe)
{
    if (--probe->running == 0)
        end_all(probe);
}

static void on_output(void *context, struct vfj_span bytes)
{
    struct part *part = context;
    part->feed(part->probe, bytes);
}

/* Begins to parse ifconfig's output. sysctl's output, which names the VF, is complete. */
static void resume_ifconfig(struct probe *probe)
{
    vfj_sysctl_end(probe->answer.probe == VFJ_PROBE_SLOT ? &probe->reader.view.sysctl
                                                         : &probe->reader.snapshot.sysctl);
    if (probe->parts[PART_IFCONFIG].child != NULL)
        vfj_child_resume(probe->parts[PART_IFCONFIG].child);
}

static void on_ended(void *context, const struct vfj_program_end *end)
{
    struct part *part = context;
    struct probe *probe = part->probe;
    part->child = NULL;
    part->exited = end->kind == VFJ_OUTCOME_EXITED;
    part->status = end->status;
    bool has_ifconfig
        = probe->answer.probe == VFJ_PROBE_SLOT || probe->answer.probe == VFJ_PROBE_SNAPSHOT;
    if (has_ifconfig && part == &probe->parts[PART_SYSCTL])
        resume_ifconfig(probe);
    end_one(probe);
}

static void start(struct probe *probe, unsigned index,
                  void (*feed)(struct probe *probe, struct vfj_span bytes))
{
    struct part *part = &probe->parts[index];
    struct vfj_request request = vfj_request_of(VFJ_REQUEST_COMMAND, &probe->command, index);
    struct vfj_child_spec spec = {
        .request = &request,
        .limit_ms
        = probe->command.limit_ms > 0 ? probe->command.limit_ms : VFJ_PROBE_LIMIT_DEFAULT_MS,
        .output_max = VFJ_PROBE_OUTPUT_MAX,
        .output = on_output,
        .ended = on_ended,
        .context = part,
    };
    part->probe = probe;
    part->feed = feed;
    part->child = vfj_child_start(probe->prober->children, &spec);
    probe->running++;
}

static void start_map(struct probe *probe)
{
    probe->answer.as.map.transparent = VFJ_TRANSPARENT_ABSENT;
    vfj_sysctl_begin(&probe->reader.sysctl, take_map, probe);
    start(probe, 0, feed_map);
}

static void take_files(struct probe *probe, const struct vfj_files *files)
{
    if (probe->answer.probe == VFJ_PROBE_SLOT) {
        vfj_view_take_files(&probe->reader.view, &files->as.slot);
        return;
    }
    if (probe->answer.probe == VFJ_PROBE_SNAPSHOT) {
        vfj_snapshot_take_files(&probe->reader.snapshot, &files->as.slot);
        return;
    }
    probe->answer.ok = files->ok;
    if (files->ok)
        probe->answer.as.file = files->as.file;
}

static void on_files(void *context, const struct vfj_reply *reply, int descriptor)
{
    struct probe *probe = context;
    if (descriptor >= 0)
        close(descriptor);
    take_files(probe, &reply->as.files);
    end_one(probe);
}

static void read_files(struct probe *probe)
{
    const struct vfj_request request = vfj_request_of(VFJ_REQUEST_FILES, &probe->command, 0);
    probe->running++;
    vfj_dispatch_ask(probe->prober->dispatch, &request, on_files, probe);
}

static void start_slot(struct probe *probe)
{
    vfj_view_begin(&probe->reader.view, &probe->command, &probe->answer.as.view);
    start(probe, PART_SYSCTL, feed_slot_sysctl);
    start(probe, PART_IFCONFIG, feed_slot_ifconfig);
    vfj_child_pause(probe->parts[PART_IFCONFIG].child);
    start(probe, PART_ROUTE, feed_slot_route);
    start(probe, PART_ROUTE6, feed_slot_route6);
    start(probe, PART_NETSTAT, feed_slot_netstat);
    read_files(probe);
}

static void start_snapshot(struct probe *probe)
{
    vfj_snapshot_begin(&probe->reader.snapshot, &probe->command, &probe->answer.as.snapshot);
    start(probe, PART_SYSCTL, feed_snapshot_sysctl);
    start(probe, PART_IFCONFIG, feed_snapshot_ifconfig);
    vfj_child_pause(probe->parts[PART_IFCONFIG].child);
    read_files(probe);
}

static enum vfj_probe probe_of(enum vfj_command_kind kind)
{
    VFJ_CHECK(kind <= VFJ_COMMAND_PROBE_SLOT || kind == VFJ_COMMAND_PROBE_SNAPSHOT);
    if (kind == VFJ_COMMAND_PROBE_SYSCTL)
        return VFJ_PROBE_SYSCTL;
    if (kind == VFJ_COMMAND_PROBE_IFCONFIG)
        return VFJ_PROBE_IFCONFIG;
    if (kind == VFJ_COMMAND_PROBE_FILE)
        return VFJ_PROBE_FILE;
    if (kind == VFJ_COMMAND_PROBE_MAP)
        return VFJ_PROBE_MAP;
    return kind == VFJ_COMMAND_PROBE_SLOT ? VFJ_PROBE_SLOT : VFJ_PROBE_SNAPSHOT;
}

static void begin(struct probe *probe)
{
    switch ((enum vfj_probe)probe->answer.probe) {
    case VFJ_PROBE_SYSCTL:
        start(probe, 0, feed_value);
        break;
    case VFJ_PROBE_IFCONFIG:
        vfj_ifconfig_begin(&probe->reader.ifconfig, take_interface, probe);
        start(probe, 0, feed_interface);
        break;
    case VFJ_PROBE_FILE:
        read_files(probe);
        break;
    case VFJ_PROBE_MAP:
        start_map(probe);
        break;
    case VFJ_PROBE_SLOT:
        start_slot(probe);
        break;
    case VFJ_PROBE_SNAPSHOT:
        start_snapshot(probe);
        break;
    }
}

static void keep_part(struct probe *probe, const struct vfj_reply_part *part)
{
    if (part->length > sizeof part->bytes
        || part->length > sizeof probe->body - probe->body_length) {
        probe->garbled = true;
        return;
    }
    memcpy(probe->body + probe->body_length, part->bytes, part->length);
    probe->body_length += part->length;
}

/* Reports that the probe failed, by an observation that is not ok. */
static void answer_nothing(struct probe *probe)
{
    if (probe->answer.probe == VFJ_PROBE_MAP)
        probe->answer.as.map.transparent = VFJ_TRANSPARENT_ABSENT;
    if (probe->answer.probe == VFJ_PROBE_SLOT)
        vfj_view_begin(&probe->reader.view, &probe->command, &probe->answer.as.view);
    if (probe->answer.probe == VFJ_PROBE_SNAPSHOT)
        vfj_hn_snapshot_init(&probe->answer.as.snapshot);
    answer(probe);
}

/* Decodes and checks the received body. The observation must be of the command's kind. */
static void answer_body(struct probe *probe)
{
    struct vfj_observation decoded;
    const struct vfj_span body = {probe->body, probe->body_length};
    if (probe->garbled || vfj_observation_decode(body, &decoded) != VFJ_OK
        || decoded.probe != probe->answer.probe) {
        answer_nothing(probe);
        return;
    }
    decoded.command = probe->command.id;
    probe->answer = decoded;
    answer(probe);
}

static void on_read(void *context, const struct vfj_reply *reply, int descriptor)
{
    struct probe *probe = context;
    if (descriptor >= 0)
        close(descriptor);
    if (reply->status != 0) {
        begin(probe);
        return;
    }
    keep_part(probe, &reply->as.part);
    if (reply->as.part.more == 0)
        answer_body(probe);
}

/* Asks the serving process to read the guest from the kernel. When that fails, programs read the
 * guest. */
static void ask_kernel(struct probe *probe)
{
    const struct vfj_request request = vfj_request_of(VFJ_REQUEST_READ, &probe->command, 0);
    vfj_dispatch_ask(probe->prober->dispatch, &request, on_read, probe);
}

static void go(struct probe *probe)
{
    probe->waits = false;
    if (probe->prober->way == VFJ_PROBE_WAY_KERNEL && probe->command.kind != VFJ_COMMAND_PROBE_FILE)
        ask_kernel(probe);
    else
        begin(probe);
}

/* Counts the probes of the slot that do not wait. */
static unsigned count_of_slot(const struct vfj_prober *prober, struct vfj_name hn)
{
    unsigned count = 0;
    const struct probe *probe;
    LIST_FOREACH(probe, &prober->probes, link)
    count += !probe->waits && is_of_slot(probe, hn);
    return count;
}

static void wait_turn(struct probe *probe)
{
    struct probe *before = find_waiting(probe->prober, probe->command.a);
    probe->waits = true;
    if (before == NULL)
        return;
    before->superseded = true;
    event_active(&probe->prober->deliver, EV_TIMEOUT, 0);
}

/* Returns the oldest probe that was superseded. */
static struct probe *find_superseded(const struct vfj_prober *prober)
{
    struct probe *probe, *found = NULL;
    LIST_FOREACH(probe, &prober->probes, link)
    {
        if (probe->superseded)
            found = probe;
    }
    return found;
}

/* Answers one superseded probe. Each further one waits for another turn of the event loop, since
 * the callback may end the loop. */
static void on_deliver(evutil_socket_t fd, short what, void *context)
{
    struct vfj_prober *prober = context;
    struct probe *probe = find_superseded(prober);
    (void)fd;
    (void)what;
    if (probe == NULL)
        return;
    event_active(&prober->deliver, EV_TIMEOUT, 0);
    answer_nothing(probe);
}

struct vfj_prober *vfj_prober_open(struct vfj_children *children, struct vfj_dispatch *dispatch,
                                   enum vfj_probe_way way, vfj_observed_fn *observed, void *context)
{
    struct vfj_prober *prober = calloc(1, sizeof *prober);
    if (prober == NULL)
        return NULL;
    LIST_INIT(&prober->probes);
    prober->children = children;
    prober->dispatch = dispatch;
    prober->way = way;
    prober->observed = observed;
    prober->context = context;
    event_assign(&prober->deliver, vfj_children_base(children), -1, 0, on_deliver, prober);
    return prober;
}

void vfj_prober_close(struct vfj_prober *prober)
{
    if (prober == NULL)
        return;
    while (!LIST_EMPTY(&prober->probes))
        drop(LIST_FIRST(&prober->probes));
    event_del(&prober->deliver);
    free(prober);
}

void vfj_prober_forget(struct vfj_prober *prober)
{
    struct probe *probe, *next;
    for (probe = LIST_FIRST(&prober->probes); probe != NULL; probe = next) {
        next = LIST_NEXT(probe, link);
        probe->forgotten = true;
        if (probe->waits)
            drop(probe);
    }
}

void vfj_prober_run(struct vfj_prober *prober, const struct vfj_command *command)
{
    struct probe *probe = calloc(1, sizeof *probe);
    VFJ_CHECK(probe != NULL);
    probe->prober = prober;
    LIST_INSERT_HEAD(&prober->probes, probe, link);
    probe->command = *command;
    probe->answer.command = command->id;
    probe->answer.probe = (uint8_t)probe_of((enum vfj_command_kind)command->kind);
    if (command->kind == VFJ_COMMAND_PROBE_SLOT
        && count_of_slot(prober, command->a) > VFJ_PROBES_OF_SLOT_MAX)
        wait_turn(probe);
    else
        go(probe);
}
