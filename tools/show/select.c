/* Which records `vfjournal show` shows. */
#include "tools/show/select.h"

#include <stdlib.h>
#include <string.h>

#include "core/text/kv.h"
#include "tools/output.h"

/* A set of what was met and not yet needed. A sound journal has few of them at a time; of another
 * the oldest are forgotten. */
enum { SET_SIZE = 4096 };

struct set {
    size_t count;
    struct met {
        uint64_t key, value;
        bool within; /* of the time and place that is asked for */
    } members[SET_SIZE];
};

/* The journal is read backwards: answers come before the command that asked, and effects before
 * their causes. */
struct search {
    const struct vfj_criteria *criteria;
    struct vfj_selection *selection;
    struct set answers; /* seq of a command → seq of its answer */
    struct set causes;  /* seqs that led to something chosen */
    uint64_t last;      /* seq read before; 0 none */
    bool no_memory;
};

static void set_put(struct set *set, struct met met)
{
    if (met.key == 0)
        return;
    if (set->count == SET_SIZE) {
        set->count--;
        memmove(&set->members[0], &set->members[1], set->count * sizeof set->members[0]);
    }
    set->members[set->count++] = met;
}

/* The member, which is taken out; its value is 0 when there is none. */
static struct met set_take(struct set *set, uint64_t key)
{
    struct met met = {0};
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (set->members[i].key == key)
            met = set->members[i];
        else
            set->members[kept++] = set->members[i];
    }
    set->count = kept;
    return met;
}

static void put_cause(struct search *search, uint64_t cause)
{
    set_put(&search->causes, (struct met){.key = cause, .value = 1});
}

static bool value_is(struct vfj_span body, const char *key, const struct vfj_name *name)
{
    struct vfj_kv pair;
    return vfj_kv_find(body, key, &pair) && vfj_span_is(pair.value, name->text);
}

/* Whether the record itself names the interface. */
static bool names(const struct vfj_record *record, const struct vfj_name *name)
{
    struct vfj_devd devd;
    if (record->kind == VFJ_EVENT_DEVD) {
        vfj_devd_parse(record->body, &devd);
        return vfj_name_equal(devd.name, *name) || vfj_name_equal(devd.new_name, *name);
    }
    if (vfj_record_is_event(record))
        return record->kind == VFJ_EVENT_STARTED || record->kind == VFJ_EVENT_STOPPING
            || record->kind == VFJ_EVENT_STOPPED || record->kind == VFJ_EVENT_GAP;
    if (record->kind == VFJ_RECORD_JOURNAL)
        return true;
    return value_is(record->body, "slot", name) || value_is(record->body, "vf", name);
}

static bool concerns(struct search *search, const struct vfj_record *record)
{
    const struct vfj_name *about = &search->criteria->about;
    if (vfj_name_is_empty(*about))
        return true;
    bool led_to_it = set_take(&search->causes, record->seq).value != 0;
    return led_to_it || names(record, about);
}

static bool is_probe(const struct vfj_record *record)
{
    struct vfj_kv pair;
    return record->kind == VFJ_RECORD_COMMAND && vfj_kv_find(record->body, "kind", &pair)
        && vfj_span_starts(pair.value, "probe-");
}

/* A devd line matters when it may be about a VF, or when something is wrong with it. */
static bool devd_matters(const struct vfj_record *record)
{
    struct vfj_devd devd;
    vfj_devd_parse(record->body, &devd);
    if (vfj_span_is(record->note, vfj_reason_name(VFJ_REASON_NOT_A_VF)))
        return false;
    if (devd.kind == VFJ_DEVD_OTHER || devd.kind == VFJ_DEVD_LINK || devd.kind == VFJ_DEVD_ADDRESS)
        return devd.note != VFJ_REASON_NONE;
    return true;
}

static bool matters(const struct vfj_record *record)
{
    switch (record->kind) {
    case VFJ_EVENT_STARTED:
    case VFJ_EVENT_STOPPING:
    case VFJ_EVENT_STOPPED:
    case VFJ_EVENT_GAP:
    case VFJ_EVENT_FINISHED:
    case VFJ_RECORD_TRANSITION:
    case VFJ_RECORD_JOURNAL:
        return true;
    case VFJ_EVENT_DEVD:
        return devd_matters(record);
    case VFJ_RECORD_COMMAND:
        return !is_probe(record);
    default:
        return false;
    }
}

static bool is_within(const struct vfj_criteria *criteria, const struct vfj_record *record)
{
    return record->seq > criteria->after && record->wall_us >= criteria->since_us
        && record->wall_us <= criteria->until_us;
}

static bool enough(const struct search *search)
{
    return search->selection->count >= search->criteria->count || search->no_memory;
}

/* Whether neither this record nor one before it can be chosen any more. */
static bool is_past(const struct search *search, uint64_t seq)
{
    if (seq > search->criteria->after)
        return false;
    for (size_t i = 0; i < search->answers.count; i++) {
        const struct met *answer = &search->answers.members[i];
        if (answer->within && answer->key <= seq)
            return false;
    }
    return true;
}

static void pick(struct search *search, uint64_t seq, uint64_t outcome)
{
    struct vfj_selection *selection = search->selection;
    if (enough(search))
        return;
    if (selection->count == selection->room) {
        size_t room = selection->room > 0 ? 2 * selection->room : 64;
        struct vfj_pick *picks = realloc(selection->picks, room * sizeof *picks);
        search->no_memory = picks == NULL;
        if (picks == NULL)
            return;
        selection->picks = picks;
        selection->room = room;
    }
    selection->picks[selection->count++] = (struct vfj_pick){.seq = seq, .outcome = outcome};
}

static void choose(struct search *search, const struct vfj_record *record, struct met answer)
{
    struct vfj_selection *selection = search->selection;
    bool within = is_within(search->criteria, record);
    if (!within && !answer.within)
        return;
    int width = (int)strlen(vfj_record_who(record).text);
    if (width > selection->who_width)
        selection->who_width = width;
    if (search->criteria->fold) {
        pick(search, record->seq, answer.value);
        return;
    }
    if (answer.within)
        pick(search, answer.value, 0);
    if (within)
        pick(search, record->seq, 0);
}

/* Answers are chosen with the command that asked for them, which tells what they are about; but
 * when all is chosen, at once. */
static void consider(struct search *search, const struct vfj_record *record)
{
    const struct vfj_criteria *criteria = search->criteria;
    bool is_answer = record->kind == VFJ_EVENT_FINISHED || record->kind == VFJ_EVENT_OBSERVED;
    bool everything = criteria->every_kind && vfj_name_is_empty(criteria->about) && !criteria->fold;
    if (is_answer && record->cause != 0 && !everything) {
        /* What followed from the answer leads to the command by way of it. */
        if (set_take(&search->causes, record->seq).value != 0)
            put_cause(search, record->cause);
        set_put(&search->answers,
                (struct met){record->cause, record->seq, is_within(criteria, record)});
        return;
    }
    struct met answer = {0};
    if (record->kind == VFJ_RECORD_COMMAND)
        answer = set_take(&search->answers, record->seq);
    if (!concerns(search, record))
        return;
    if (!vfj_name_is_empty(criteria->about))
        put_cause(search, record->cause);
    if (criteria->every_kind || matters(record))
        choose(search, record, answer);
}

static int by_seq(const void *a, const void *b)
{
    uint64_t left = ((const struct vfj_pick *)a)->seq;
    uint64_t right = ((const struct vfj_pick *)b)->seq;
    return (left > right) - (left < right);
}

static void look_for_gap(struct search *search, uint64_t seq)
{
    if (search->last != 0 && seq != search->last - 1)
        search->selection->missing = search->last - 1;
    search->last = seq;
}

/* A journal may begin with a checkpoint: what was before it was taken away, and is not missing. */
static bool begins(const struct vfj_record *record)
{
    return record->kind == VFJ_RECORD_CHECKPOINT && record->cause == 0;
}

enum vfj_status vfj_select(struct vfj_journal *journal, const struct vfj_criteria *criteria,
                           struct vfj_selection *selection)
{
    struct vfj_record record;
    bool is_begun = false;
    enum vfj_status status = VFJ_OK;
    struct search *search = calloc(1, sizeof *search);
    memset(selection, 0, sizeof *selection);
    if (search == NULL)
        return VFJ_SYSTEM;
    search->criteria = criteria;
    search->selection = selection;
    selection->who_width = VFJ_WHO_WIDTH;
    vfj_journal_walk(journal, UINT64_MAX, VFJ_BACKWARD);
    while (!enough(search) && (status = vfj_journal_next(journal, &record)) == VFJ_OK) {
        if (selection->newest == 0)
            selection->newest = record.seq;
        look_for_gap(search, record.seq);
        if (is_past(search, record.seq))
            break;
        consider(search, &record);
        is_begun = begins(&record);
    }
    if (status == VFJ_END) {
        if (!is_begun)
            look_for_gap(search, 0);
        status = VFJ_OK;
    }
    vfj_journal_walk_end(journal);
    if (search->no_memory)
        status = VFJ_SYSTEM;
    free(search);
    if (selection->count > 0)
        qsort(selection->picks, selection->count, sizeof selection->picks[0], by_seq);
    return status;
}

void vfj_selection_free(struct vfj_selection *selection)
{
    free(selection->picks);
    memset(selection, 0, sizeof *selection);
}
