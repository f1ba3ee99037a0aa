/* What follows from the commands of a play. */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/text/trace_quote.h"
#include "tools/whatif/course.h"

/* A command without an answer has a duration beyond this. */
static const int64_t never_us = INT64_C(10000000000000);

static struct vfj_course_vf *find_vf(struct vfj_course *course, struct vfj_name name)
{
    for (unsigned i = 0; i < course->vf_count; i++) {
        if (vfj_name_equal(course->vfs[i].vf, name))
            return &course->vfs[i];
    }
    return NULL;
}

/* Returns NULL for an interface that is no VF of the guest. */
static struct vfj_course_vf *open_vf(struct vfj_course *course, struct vfj_name name)
{
    struct vfj_course_vf *known = find_vf(course, name);
    if (known != NULL || vfj_guest_find_vf(&course->play->guest, name) == NULL
        || course->vf_count == VFJ_GUEST_VFS_MAX)
        return known;
    known = &course->vfs[course->vf_count++];
    *known = (struct vfj_course_vf){.vf = name};
    return known;
}

static struct vfj_course_vf *vf_of_hn(struct vfj_course *course, struct vfj_name hn)
{
    const struct vfj_guest_vf *mapped = vfj_guest_mapped_vf(&course->play->guest, hn);
    return mapped != NULL ? find_vf(course, mapped->vf) : NULL;
}

/* The ties of one VF are in the order of its attachments. */
static void schedule(struct vfj_course *course, struct vfj_course_vf *vf)
{
    const struct vfj_ties *ties = course->ties;
    for (size_t i = vf->tie; i < ties->count; i++) {
        const struct vfj_tie *tie = &ties->list[i];
        bool is_of_vf = vfj_name_equal(tie->vf, vf->vf);
        if (is_of_vf && tie->attachment > vf->attachment)
            return;
        if (!is_of_vf || tie->attachment < vf->attachment) {
            vf->tie += i == vf->tie;
            continue;
        }
        if (tie->up != vf->ups)
            continue;
        VFJ_CHECK(course->due_count < VFJ_COURSE_DUE_MAX);
        course->due[course->due_count].tie = tie;
        course->due[course->due_count++].us = vf->up_us + tie->after_us;
    }
}

static void drop_due(struct vfj_course *course, struct vfj_name vf)
{
    for (unsigned i = course->due_count; i-- > 0;) {
        if (vfj_name_equal(course->due[i].tie->vf, vf))
            course->due[i] = course->due[--course->due_count];
    }
}

/* The command began: what follows from it may come before its end. */
static void begin_command(struct vfj_course *course, struct vfj_course_vf *vf, int64_t begun_us)
{
    vf->is_up = true;
    vf->is_up_parted = course->has_parted;
    vf->has_up = vf->has_link = vf->has_hn_link = false;
    vf->up_us = begun_us;
    vf->ups++;
    drop_due(course, vf->vf);
    if (vf->is_up_parted)
        schedule(course, vf);
}

/* Returns the VF whose newest command has that id, or NULL. */
static struct vfj_course_vf *find_command(struct vfj_course *course, uint64_t command)
{
    for (unsigned i = 0; i < course->vf_count; i++) {
        if (course->vfs[i].command == command)
            return &course->vfs[i];
    }
    return NULL;
}

void vfj_course_note_begun(struct vfj_course *course)
{
    for (unsigned i = 0; i < course->play->pending_count; i++) {
        const struct vfj_play_pending *pending = &course->play->pending[i];
        bool has_begun = pending->command.kind == VFJ_COMMAND_UP && pending->due_us != INT64_MAX;
        struct vfj_course_vf *vf = has_begun ? find_command(course, pending->command.id) : NULL;
        if (vf != NULL && !vf->is_up)
            begin_command(course, vf, pending->due_us - pending->duration_us);
    }
}

static void end_command(struct vfj_course *course, const struct vfj_outcome *outcome)
{
    struct vfj_course_vf *vf = find_command(course, outcome->command);
    if (vf == NULL)
        return;
    if (vfj_outcome_ok(outcome) && !vf->is_up) {
        begin_command(course, vf, course->play->now_us - outcome->duration_us);
    } else if (!vfj_outcome_ok(outcome)) {
        vf->is_up = vf->is_up_parted = false;
        drop_due(course, vf->vf);
    }
}

static void forget(struct vfj_course *course, struct vfj_name name, bool attached)
{
    struct vfj_course_vf *vf = open_vf(course, name);
    if (vf == NULL)
        return;
    vf->attachment += attached;
    vf->ups = 0;
    vf->is_up = vf->is_up_parted = false;
    vf->command = 0;
    drop_due(course, name);
}

void vfj_course_watch(void *arg, const struct vfj_event *event, const struct vfj_decision *decision)
{
    struct vfj_course *course = arg;
    course->events++;
    if (event->kind == VFJ_EVENT_FINISHED)
        end_command(course, &event->as.finished);
    for (unsigned i = 0; i < decision->command_count; i++) {
        const struct vfj_command *command = &decision->commands[i];
        struct vfj_course_vf *vf
            = command->kind == VFJ_COMMAND_UP ? open_vf(course, command->a) : NULL;
        if (vf == NULL)
            continue;
        vf->command = command->id;
        vf->is_up = false;
    }
}

static void parse(const struct vfj_course *course, char bytes[VFJ_LINE_MAX + 1],
                  struct vfj_devd *devd)
{
    struct vfj_span raw = course->read.event;
    struct vfj_text text = vfj_text_begin(bytes, VFJ_LINE_MAX + 1);
    if (course->read.kind == VFJ_TRACE_DEVD) {
        (void)vfj_bytes_unescape(raw, &text);
        raw = (struct vfj_span){bytes, text.length};
    }
    vfj_devd_parse(raw, devd);
}

/* Returns the VF whose `ifconfig VF up' the line may follow from, and notes that it came. */
static struct vfj_course_vf *cause_of(struct vfj_course *course, const struct vfj_devd *devd)
{
    bool is_up = devd->kind == VFJ_DEVD_VF_UP;
    bool is_link = devd->kind == VFJ_DEVD_LINK;
    struct vfj_course_vf *own = is_link && devd->link_up ? find_vf(course, devd->name) : NULL;
    struct vfj_course_vf *of_hn
        = is_up || (is_link && !devd->link_up) ? vf_of_hn(course, devd->name) : NULL;
    struct vfj_course_vf *vf = own != NULL ? own : of_hn;
    if (vf == NULL)
        return NULL;
    bool *came = is_up ? &vf->has_up : (own != NULL ? &vf->has_link : &vf->has_hn_link);
    bool is_first = !*came;
    *came = true;
    return is_first ? vf : NULL;
}

static void add_tie(struct vfj_course *course, uint64_t line, const struct vfj_course_vf *vf)
{
    struct vfj_ties *ties = course->ties;
    if (ties->count == ties->room) {
        size_t room = 2 * ties->room + 64;
        struct vfj_tie *more = realloc(ties->list, room * sizeof *more);
        ties->no_memory |= more == NULL;
        if (more == NULL)
            return;
        ties->list = more;
        ties->room = room;
    }
    ties->list[ties->count++] = (struct vfj_tie){
        .line = line,
        .vf = vf->vf,
        .attachment = vf->attachment,
        .up = vf->ups,
        .after_us = course->play->now_us - vf->up_us,
        .is_escaped = course->read.kind == VFJ_TRACE_DEVD,
        .event = course->read.event,
    };
}

static const struct vfj_tie *find_tie(const struct vfj_course *course, uint64_t line)
{
    size_t low = 0, high = course->ties->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (course->ties->list[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low < course->ties->count && course->ties->list[low].line == line
        ? &course->ties->list[low]
        : NULL;
}

/* Returns whether the line tells what hn(4) or the kernel do on the program's commands. */
static bool is_of_program(struct vfj_course *course, const struct vfj_devd *devd)
{
    const struct vfj_guest_if *interface = vfj_guest_find(&course->play->guest, devd->name);
    if (course->is_exported && vfj_name_has_driver(devd->name, "lagg"))
        return devd->kind != VFJ_DEVD_VF_DETACHED;
    return devd->kind == VFJ_DEVD_VF_DOWN && interface != NULL
        && vfj_name_is_empty(interface->rxvf);
}

static bool follows(struct vfj_course *course, uint64_t line, const struct vfj_devd *devd)
{
    const struct vfj_tie *tie = find_tie(course, line);
    const struct vfj_course_vf *vf = tie != NULL ? find_vf(course, tie->vf) : NULL;
    if (tie == NULL)
        return !is_of_program(course, devd);
    return vf != NULL && vf->is_up && !vf->is_up_parted && vf->attachment == tie->attachment;
}

bool vfj_course_takes(struct vfj_course *course, uint64_t line)
{
    char bytes[VFJ_LINE_MAX + 1];
    struct vfj_devd devd;
    parse(course, bytes, &devd);
    bool takes = true;
    if (course->has_parted) {
        takes = follows(course, line, &devd);
    } else if (!course->follows) {
        const struct vfj_course_vf *vf = cause_of(course, &devd);
        if (vf != NULL && vf->is_up)
            add_tie(course, line, vf);
    }
    if (devd.kind == VFJ_DEVD_VF_ATTACHED || devd.kind == VFJ_DEVD_VF_DETACHED)
        forget(course, devd.name, devd.kind == VFJ_DEVD_VF_ATTACHED);
    return takes;
}

/* dev.hn.N.vf and dev.hn.N.rxvf, as observed. The model computes them. */
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

bool vfj_course_keeps(const struct vfj_course *course, const struct vfj_trace_line *line)
{
    if (!course->is_exported)
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

/* Commands that the program has not run yet take as long as they will the first time. */
static void tell_durations(struct vfj_course *course, struct vfj_span rest)
{
    struct vfj_guest *guest = &course->play->guest;
    struct vfj_trace_line *read = &course->read;
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

void vfj_course_part(struct vfj_course *course)
{
    if (!course->follows || !course->parts || course->has_parted || course->events < course->common)
        return;
    course->has_parted = true;
    if (!course->is_exported)
        return;
    course->play->late_us = 0;
    course->play->guest.fail_count = 0;
    drop_computed(&course->play->guest);
    tell_durations(course, course->rest);
}
