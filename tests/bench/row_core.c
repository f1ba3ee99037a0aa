/* Benchmarks of the machine, which decides after each event: a single step, and steps of many slots
 * at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/machine/step.h"
#include "core/model/play.h"
#include "store/machine.h"
#include "tests/bench/bench.h"
#include "tools/replay/trace_file.h"

enum { STEPS = 200000, COPIES = 2000 };

/* A machine with `slots` hn interfaces, each with a VF, and events for this machine. */
struct step {
    uint64_t slots;
    struct vfj_machine machine;
    struct vfj_state copy;
    struct vfj_event lines[8];
    struct vfj_event flaps[2 * VFJ_SLOTS_MAX];
    char texts[2 * VFJ_SLOTS_MAX][64];
};

static void feed(struct step *step, struct vfj_event event)
{
    struct vfj_record row;
    static uint64_t seq;
    vfj_machine_step(&step->machine, &event, ++seq, &row);
}

static struct vfj_event devd_event(const char *line)
{
    struct vfj_event event = {.kind = VFJ_EVENT_DEVD};
    vfj_devd_parse(vfj_span_of(line), &event.as.devd);
    return event;
}

static void make_map(struct vfj_map *map, unsigned slots)
{
    for (unsigned i = 0; i < slots; i++) {
        (void)snprintf(map->pairs[i].hn.text, VFJ_NAME_SIZE, "hn%u", i);
        (void)snprintf(map->pairs[i].vf.text, VFJ_NAME_SIZE, "mce%u", i);
    }
    map->pair_count = (uint8_t)slots;
    map->has_list = true;
}

static void *step_open(struct bench *bench, uint64_t size)
{
    struct step *step = bench_allocate(sizeof *step);
    struct vfj_event observed
        = {.kind = VFJ_EVENT_OBSERVED, .as.observed = {.probe = VFJ_PROBE_MAP, .ok = true}};
    (void)bench;
    step->slots = size;
    vfj_machine_init(&step->machine);
    feed(step,
         (struct vfj_event){
             .kind = VFJ_EVENT_STARTED,
             .as.started
             = {.boot_id = "bench", .mode = VFJ_MODE_ACT, .policy = VFJ_POLICY_VFJOURNAL}});
    feed(step, (struct vfj_event){.kind = VFJ_EVENT_CONNECTED, .as.text = vfj_span_of("/socket")});
    observed.as.observed.command = step->machine.decision.commands[0].id;
    make_map(&observed.as.observed.as.map, (unsigned)size);
    feed(step, observed);
    BENCH_CHECK(step->machine.state.head.slot_count == size);
    for (unsigned i = 0; i < 8; i++)
        step->lines[i] = devd_event(bench_line(i));
    for (unsigned i = 0; i < 2 * size; i++) {
        (void)snprintf(step->texts[i], sizeof step->texts[i],
                       "!system=HYPERV_NIC_VF subsystem=hn%u type=%s", i / 2,
                       i % 2 == 0 ? "VF_UP" : "VF_DOWN");
        step->flaps[i] = devd_event(step->texts[i]);
    }
    return step;
}

/* Returns the mean time in ns of a vfj_step() and the vfj_state_adopt() after it, which copies the
 * changed parts of the state. */
static double time_steps(struct step *step, const struct vfj_event *events, uint64_t count)
{
    struct vfj_machine *machine = &step->machine;
    int64_t start = bench_now_ns();
    uint64_t next = 0;
    for (unsigned i = 0; i < STEPS; i++) {
        vfj_step(&machine->state, &events[next], &machine->scratch, &machine->decision);
        vfj_state_adopt(&machine->state, &machine->scratch, &machine->decision.touched);
        next = next + 1 == count ? 0 : next + 1;
    }
    return (double)(bench_now_ns() - start) / STEPS;
}

static double time_copies(struct step *step)
{
    int64_t start = bench_now_ns();
    for (unsigned i = 0; i < COPIES; i++) {
        memcpy(&step->copy, &step->machine.state, sizeof step->copy);
        __asm__ volatile("" : : "r"(&step->copy) : "memory");
    }
    return (double)(bench_now_ns() - start) / COPIES;
}

static struct bench_sample step_turn(struct bench *bench, void *context)
{
    struct step *step = context;
    bench->extra[0] = time_steps(step, step->flaps, 2 * step->slots);
    bench->extra[1] = sizeof(struct vfj_state);
    return (struct bench_sample){time_steps(step, step->lines, 8), time_copies(step)};
}

static void step_close(struct bench *bench, void *context)
{
    (void)bench;
    free(context);
}

const struct bench_row bench_step = {
    .name = "step",
    .what
    = "vfj_step of a line that concerns no VF; flap_ns: of VF_UP and VF_DOWN, which write a slot",
    .baseline = "memcpy of the whole state",
    .size = "slots",
    .unit = "ns",
    .figure = BENCH_MILLIONS,
    .goal = 5,
    .repeats = 15,
    .sizes = {1, 8, 64},
    .full_sizes = {1, 8, 64},
    .extra = {"flap_ns", "state_bytes"},
    .open = step_open,
    .turn = step_turn,
    .close = step_close,
};

/* A guest whose VFs all attach and detach at the same time. This benchmark measures how long the
 * journal's writer (the ledger) takes for their events, without the writing to the disk. */
struct flap {
    char *trace[2]; /* traces of one slot and of `slots` slots */
    struct vfj_play *play;
    struct vfj_machine *machine;
    uint64_t seq, events;
    int64_t spent_ns;
    char body[VFJ_BODY_MAX + 1];
};

static enum vfj_status submit(void *context, const struct vfj_event *event,
                              const struct vfj_decision **decision)
{
    struct flap *flap = context;
    struct vfj_record row = {.note = {"", 0}}, made;
    int64_t start = bench_now_ns();
    struct vfj_text body = vfj_text_begin(flap->body, sizeof flap->body);
    vfj_event_encode(event, &body);
    vfj_machine_step(flap->machine, event, ++flap->seq, &row);
    for (unsigned i = 0; i < vfj_machine_rows(flap->machine); i++) {
        body = vfj_text_begin(flap->body, sizeof flap->body);
        vfj_machine_row(flap->machine, &row, i, &made, &body);
        flap->seq++;
    }
    flap->spent_ns += bench_now_ns() - start;
    flap->events++;
    *decision = &flap->machine->decision;
    return VFJ_OK;
}

enum { ROUNDS = 20, TRACE_LINE = 128 };

static char *make_trace(unsigned slots)
{
    size_t size = (size_t)TRACE_LINE * slots * (2 + 4 * ROUNDS);
    char *trace = bench_allocate(size);
    size_t at = 0;
    for (unsigned i = 0; i < slots; i++)
        at += (size_t)snprintf(trace + at, size - at,
                               "%%if hn%u up inet 10.0.%u.4/24\n%%vf mce%u hn%u\n", i, i, i, i);
    for (unsigned round = 0; round < ROUNDS; round++) {
        static const char *const kinds[]
            = {"ETHERNET subsystem=mce%u type=IFATTACH", "HYPERV_NIC_VF subsystem=hn%u type=VF_UP",
               "HYPERV_NIC_VF subsystem=hn%u type=VF_DOWN", "IFNET subsystem=mce%u type=DETACH"};
        static const unsigned seconds[] = {0, 4, 10, 11};
        for (unsigned line = 0; line < 4 * slots; line++) {
            unsigned kind = line / slots, slot = line % slots;
            at += (size_t)snprintf(trace + at, size - at,
                                   "@%u !system=", round * 20 + seconds[kind]);
            at += (size_t)snprintf(trace + at, size - at, kinds[kind], slot);
            at += (size_t)snprintf(trace + at, size - at, "\n");
        }
    }
    BENCH_CHECK(at < size);
    return trace;
}

static void *flap_open(struct bench *bench, uint64_t size)
{
    struct flap *flap = bench_allocate(sizeof *flap);
    (void)bench;
    flap->trace[0] = make_trace(1);
    flap->trace[1] = make_trace((unsigned)size);
    flap->play = bench_allocate(sizeof *flap->play);
    flap->machine = bench_allocate(sizeof *flap->machine);
    return flap;
}

static double time_flaps(struct flap *flap, const char *trace)
{
    struct vfj_trace_place place;
    flap->spent_ns = 0;
    flap->seq = flap->events = 0;
    vfj_machine_init(flap->machine);
    vfj_play_init(flap->play, (struct vfj_play_sink){flap, submit}, VFJ_MODE_ACT,
                  VFJ_POLICY_VFJOURNAL);
    BENCH_CHECK(vfj_trace_play(vfj_span_of(trace), flap->play, &place) == VFJ_OK);
    return (double)flap->spent_ns / (double)flap->events;
}

static struct bench_sample flap_turn(struct bench *bench, void *context)
{
    struct flap *flap = context;
    double one = time_flaps(flap, flap->trace[0]);
    double all = time_flaps(flap, flap->trace[1]);
    bench->extra[0] = (double)flap->events;
    return (struct bench_sample){all, one};
}

static void flap_close(struct bench *bench, void *context)
{
    struct flap *flap = context;
    (void)bench;
    free(flap->trace[0]);
    free(flap->trace[1]);
    free(flap->play);
    free(flap->machine);
    free(flap);
}

const struct bench_row bench_flap = {
    .name = "flap",
    .what
    = "one event of slots whose VFs come, join and leave all at once: step, digest, rows encoded",
    .baseline = "the same with one slot",
    .size = "slots",
    .unit = "ns an event",
    .figure = BENCH_TIMES,
    .goal = 1.5,
    .repeats = 7,
    .sizes = {1, 8, 64},
    .full_sizes = {1, 8, 64},
    .extra = {"events", NULL},
    .open = flap_open,
    .turn = flap_turn,
    .close = flap_close,
};
