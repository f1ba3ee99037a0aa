/* Finds out which lines of a trace are effects of the commands in a pass over the trace. */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text/trace_quote.h"
#include "tools/whatif/pass.h"

/* a longer duration is that of a command that has no outcome */
static const int64_t never_us = INT64_C(10000000000000);
/* devd may report the attachment of a VF up to this time later than an effect of taking it up */
static const int64_t jitter_us = 100000;

static struct vfj_pass_vf *find_vf(struct vfj_pass *pass, struct vfj_name name)
{
    for (unsigned i = 0; i < pass->vf_count; i++) {
        if (vfj_name_equal(pass->vfs[i].vf, name))
            return &pass->vfs[i];
    }
    return NULL;
}

/* Returns what is known about this VF, and adds the VF if it is new. Returns NULL when the
 * interface is not a VF of the guest. */
static struct vfj_pass_vf *open_vf(struct vfj_pass *pass, struct vfj_name name)
{
    struct vfj_pass_vf *known = find_vf(pass, name);
    if (known != NULL || vfj_guest_find_vf(&pass->play->guest, name) == NULL
        || pass->vf_count == VFJ_GUEST_VFS_MAX)
        return known;
    known = &pass->vfs[pass->vf_count++];
    *known = (struct vfj_pass_vf){.vf = name};
    return known;
}

static struct vfj_pass_vf *vf_of_hn(struct vfj_pass *pass, struct vfj_name hn)
{
    const struct vfj_guest_vf *mapped = vfj_guest_mapped_vf(&pass->play->guest, hn);
    return mapped != NULL ? find_vf(pass, mapped->vf) : NULL;
}

/* Schedules the lines that are effects of taking the VF up. The effects of a VF are in the order in
 * which the VF attached. */
static void schedule(struct vfj_pass *pass, struct vfj_pass_vf *vf)
{
    const struct vfj_effects *effects = pass->effects;
    for (size_t i = vf->effect; i < effects->count; i++) {
        const struct vfj_effect *effect = &effects->list[i];
        bool is_of_vf = vfj_name_equal(effect->vf, vf->vf);
        if (is_of_vf && effect->attachment > vf->attachment)
            return;
        if (!is_of_vf || effect->attachment < vf->attachment) {
            vf->effect += i == vf->effect;
            continue;
        }
        if (effect->up != vf->ups || (vf->is_by_hn && !effect->is_of_link))
            continue;
        VFJ_CHECK(pass->due_count < VFJ_PASS_DUE_MAX);
        pass->due[pass->due_count].effect = effect;
        pass->due[pass->due_count++].us = vf->up_us + effect->after_us;
    }
}

static void drop_due(struct vfj_pass *pass, struct vfj_name vf)
{
    for (unsigned i = pass->due_count; i-- > 0;) {
        if (vfj_name_equal(pass->due[i].effect->vf, vf))
            pass->due[i] = pass->due[--pass->due_count];
    }
}

/* Handles that the VF is taken up at `begun_us'. The effects of a command may come before it
 * ends. */
static void begin_up(struct vfj_pass *pass, struct vfj_pass_vf *vf, int64_t begun_us)
{
    vf->is_up = true;
    vf->is_up_since = pass->has_differed;
    vf->has_up = vf->has_link = vf->has_hn_link = false;
    vf->up_us = begun_us;
    vf->ups++;
    drop_due(pass, vf->vf);
    if (vf->is_up_since)
        schedule(pass, vf);
}

/* In transparent mode, determines when hn(4) takes up the VF that attached last at
 * vf->attached_us. */
static void await_hn(struct vfj_pass *pass, struct vfj_pass_vf *vf)
{
    int64_t after_us;
    vf->is_by_hn = vfj_guest_hn_takes_up(&pass->play->guest, &after_us);
    if (vf->is_by_hn)
        begin_up(pass, vf, vf->attached_us + after_us);
}

/* Returns the VF whose newest command has this id, or NULL. */
static struct vfj_pass_vf *find_command(struct vfj_pass *pass, uint64_t command)
{
    for (unsigned i = 0; i < pass->vf_count; i++) {
        if (pass->vfs[i].command == command)
            return &pass->vfs[i];
    }
    return NULL;
}

void vfj_pass_note_begun(struct vfj_pass *pass)
{
    for (unsigned i = 0; i < pass->play->pending_count; i++) {
        const struct vfj_play_pending *pending = &pass->play->pending[i];
        bool has_begun = pending->command.kind == VFJ_COMMAND_UP && pending->due_us != INT64_MAX
            && pass->play->mode == VFJ_MODE_ACT && !pending->is_dropped;
        struct vfj_pass_vf *vf = has_begun ? find_command(pass, pending->command.id) : NULL;
        if (vf != NULL && !vf->is_up) {
            vf->is_by_hn = false;
            begin_up(pass, vf, pending->due_us - pending->duration_us);
        }
    }
}

static void end_command(struct vfj_pass *pass, const struct vfj_outcome *outcome)
{
    struct vfj_pass_vf *vf = find_command(pass, outcome->command);
    /* A command that was not run, as in observe mode, did not take the VF up. */
    if (vf == NULL || !vfj_outcome_ran(outcome))
        return;
    if (vfj_outcome_ok(outcome) && !vf->is_up) {
        vf->is_by_hn = false;
        begin_up(pass, vf, pass->play->now_us - outcome->duration_us);
    } else if (!vfj_outcome_ok(outcome)) {
        vf->is_up = vf->is_up_since = false;
        drop_due(pass, vf->vf);
    }
}

static void forget(struct vfj_pass *pass, struct vfj_name name, bool attached)
{
    struct vfj_pass_vf *vf = open_vf(pass, name);
    if (vf == NULL)
        return;
    vf->attachment += attached;
    vf->ups = 0;
    vf->is_up = vf->is_up_since = false;
    vf->command = 0;
    drop_due(pass, name);
    vf->attached_us = pass->play->now_us;
    if (attached)
        await_hn(pass, vf);
}

void vfj_pass_watch(void *arg, const struct vfj_event *event, const struct vfj_decision *decision)
{
    struct vfj_pass *pass = arg;
    pass->events++;
    if (event->kind == VFJ_EVENT_FINISHED)
        end_command(pass, &event->as.finished);
    for (unsigned i = 0; i < decision->command_count; i++) {
        const struct vfj_command *command = &decision->commands[i];
        struct vfj_pass_vf *vf = command->kind == VFJ_COMMAND_UP ? open_vf(pass, command->a) : NULL;
        if (vf == NULL)
            continue;
        vf->command = command->id;
        vf->is_up = false;
    }
}

static void parse(const struct vfj_pass *pass, char bytes[VFJ_LINE_MAX + 1], struct vfj_devd *devd)
{
    struct vfj_span raw = pass->read.event;
    struct vfj_text text = vfj_text_begin(bytes, VFJ_LINE_MAX + 1);
    if (pass->read.kind == VFJ_TRACE_DEVD) {
        (void)vfj_bytes_unescape(raw, &text);
        raw = (struct vfj_span){bytes, text.length};
    }
    vfj_devd_parse(raw, devd);
}

/* Returns the VF whose `ifconfig VF up' may have caused the line, and records that a line of this
 * kind came. Returns NULL when no such command can have caused the line. */
static struct vfj_pass_vf *cause_of(struct vfj_pass *pass, const struct vfj_devd *devd)
{
    bool is_up = devd->kind == VFJ_DEVD_VF_UP;
    bool is_link = devd->kind == VFJ_DEVD_LINK;
    struct vfj_pass_vf *own = is_link && devd->link_up ? find_vf(pass, devd->name) : NULL;
    struct vfj_pass_vf *of_hn
        = is_up || (is_link && !devd->link_up) ? vf_of_hn(pass, devd->name) : NULL;
    struct vfj_pass_vf *vf = own != NULL ? own : of_hn;
    if (vf == NULL)
        return NULL;
    bool *came = is_up ? &vf->has_up : (own != NULL ? &vf->has_link : &vf->has_hn_link);
    bool is_first = !*came;
    *came = true;
    return is_first ? vf : NULL;
}

static void add_effect(struct vfj_pass *pass, uint64_t line, const struct vfj_pass_vf *vf,
                       bool is_of_link)
{
    struct vfj_effects *effects = pass->effects;
    if (effects->count == effects->room) {
        size_t room = 2 * effects->room + 64;
        struct vfj_effect *more = realloc(effects->list, room * sizeof *more);
        effects->no_memory |= more == NULL;
        if (more == NULL)
            return;
        effects->list = more;
        effects->room = room;
    }
    effects->list[effects->count++] = (struct vfj_effect){
        .line = line,
        .vf = vf->vf,
        .attachment = vf->attachment,
        .up = vf->ups,
        .after_us = pass->play->now_us - vf->up_us,
        .is_of_link = is_of_link,
        .is_escaped = pass->read.kind == VFJ_TRACE_DEVD,
        .event = pass->read.event,
    };
}

static const struct vfj_effect *find_effect(const struct vfj_pass *pass, uint64_t line)
{
    size_t low = 0, high = pass->effects->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pass->effects->list[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low < pass->effects->count && pass->effects->list[low].line == line
        ? &pass->effects->list[low]
        : NULL;
}

/* Returns true when the line reports an effect that a command of the program had on hn(4) or the
 * kernel. */
static bool is_of_program(struct vfj_pass *pass, const struct vfj_devd *devd)
{
    const struct vfj_guest_if *interface = vfj_guest_find(&pass->play->guest, devd->name);
    if (pass->is_exported && vfj_name_has_driver(devd->name, "lagg"))
        return devd->kind != VFJ_DEVD_VF_DETACHED;
    return devd->kind == VFJ_DEVD_VF_DOWN && interface != NULL
        && vfj_name_is_empty(interface->rxvf);
}

static bool follows(struct vfj_pass *pass, uint64_t line, const struct vfj_devd *devd)
{
    const struct vfj_effect *effect = find_effect(pass, line);
    const struct vfj_pass_vf *vf = effect != NULL ? find_vf(pass, effect->vf) : NULL;
    if (effect == NULL)
        return !is_of_program(pass, devd);
    return vf != NULL && vf->is_up && !vf->is_up_since && vf->attachment == effect->attachment;
}

bool vfj_pass_takes(struct vfj_pass *pass, uint64_t line)
{
    char bytes[VFJ_LINE_MAX + 1];
    struct vfj_devd devd;
    parse(pass, bytes, &devd);
    bool takes = true;
    if (pass->has_differed) {
        takes = follows(pass, line, &devd);
    } else if (!pass->follows) {
        const struct vfj_pass_vf *vf = cause_of(pass, &devd);
        if (vf != NULL && vf->is_up && pass->play->now_us >= vf->up_us - jitter_us)
            add_effect(pass, line, vf, vfj_name_equal(devd.name, vf->vf));
    }
    if (devd.kind == VFJ_DEVD_VF_ATTACHED || devd.kind == VFJ_DEVD_VF_DETACHED)
        forget(pass, devd.name, devd.kind == VFJ_DEVD_VF_ATTACHED);
    return takes;
}

/* Returns true when the sysctl is dev.hn.N.vf or dev.hn.N.rxvf, whose values the guest model
 * computes. */
static bool is_computed(struct vfj_span name)
{
    static const char *const ends[] = {".vf", ".rxvf"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t length = strlen(ends[i]);
        if (vfj_span_starts(name, "dev.hn.") && name.length > length
            && memcmp(name.text + name.length - length, ends[i], length) == 0)
            return true;
    }
    return false;
}

bool vfj_pass_keeps(const struct vfj_pass *pass, const struct vfj_trace_line *line)
{
    if (!pass->is_exported)
        return true;
    switch ((int)line->kind) {
    case VFJ_TRACE_IF:
    case VFJ_TRACE_NOIF:
    case VFJ_TRACE_FAIL:
    case VFJ_TRACE_LATE:
        return false;
    case VFJ_TRACE_SYSCTL:
    case VFJ_TRACE_NOSYSCTL:
        return !is_computed(line->key);
    case VFJ_TRACE_SLOW:
        return line->us < never_us;
    default:
        return true;
    }
}

static bool has_duration(const struct vfj_guest *guest, struct vfj_span argv)
{
    for (unsigned i = 0; i < guest->slow_count; i++) {
        if (vfj_span_is(argv, guest->slows[i].argv))
            return true;
    }
    return false;
}

static void drop_computed(struct vfj_guest *guest)
{
    for (unsigned i = guest->sysctl_count; i-- > 0;) {
        if (is_computed(vfj_span_of(guest->sysctls[i].name)))
            guest->sysctls[i] = guest->sysctls[--guest->sysctl_count];
    }
}

/* Sets the durations of commands in the guest model. For a command that has not run yet, this is
 * the first duration that the rest of the trace has for it. */
static void tell_durations(struct vfj_pass *pass, struct vfj_span rest)
{
    struct vfj_guest *guest = &pass->play->guest;
    struct vfj_trace_line *read = &pass->read;
    struct vfj_trace_line kept = *read;
    struct vfj_trace_error error;
    struct vfj_span line;
    while (guest->slow_count < VFJ_GUEST_RULES_MAX && vfj_trace_next_line(&rest, &line)) {
        if (vfj_span_starts(line, "%slow ") && vfj_trace_read(line, 2, read, &error)
            && read->us < never_us && !has_duration(guest, read->key))
            (void)vfj_guest_direct(guest, read);
    }
    *read = kept;
}

void vfj_pass_differ(struct vfj_pass *pass)
{
    if (!pass->follows || !pass->differs || pass->has_differed || pass->events < pass->common)
        return;
    pass->has_differed = true;
    for (unsigned i = 0; i < pass->vf_count; i++) {
        struct vfj_pass_vf *vf = &pass->vfs[i];
        if (!vf->is_up || !vf->is_by_hn || vf->up_us <= pass->play->now_us)
            continue;
        vf->ups--; /* hn(4) has not taken the VF up yet */
        await_hn(pass, vf);
    }
    if (!pass->is_exported)
        return;
    pass->play->late_us = 0;
    pass->play->guest.fail_count = 0;
    drop_computed(&pass->play->guest);
    tell_durations(pass, pass->rest);
}
