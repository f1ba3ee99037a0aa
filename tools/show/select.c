/* Selects the records that `vfjournal show` prints. */
#include "tools/show/select.h"

#include <stdlib.h>
#include <string.h>

#include "core/text/kv.h"
#include "store/recover_rows.h"
#include "tools/output.h"

enum {
    /* A set of seqs that are not needed yet. A sound journal has few of them at a time. In another
     * one the oldest are forgotten. */
    SET_SIZE = 4096,
    LINEAR_PROBES = 8192, /* reads of single records behind a damage, before larger steps */
    LARGE_STEP = 16,      /* rows of one page, in general */
};

struct set {
    size_t count;
    struct met {
        uint64_t key, value;
        bool within;  /* of the wanted time */
        bool matches; /* the wanted pattern */
    } members[SET_SIZE];
};

/* The search reads backwards: it meets answers before their command, and effects before their
 * causes. */
struct search {
    const struct vfj_criteria *criteria;
    struct vfj_selection *selection;
    struct set answers; /* seq of a command → seq of its answer */
    struct set causes;  /* seqs that led to something chosen */
    uint64_t last;      /* seq of the record read before; 0 for none */
    bool no_memory;
    struct vfj_journal *journal;
    const char *path;
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

/* Returns whether the record itself names the interface. */
static bool names(const struct vfj_record *record, const struct vfj_name *name)
{
    struct vfj_devd devd;
    if (record->kind == VFJ_EVENT_DEVD) {
        vfj_devd_parse(record->body, &devd);
        return vfj_name_equal(devd.name, *name) || vfj_name_equal(devd.new_name, *name);
    }
    if (!vfj_record_is_decided(record))
        return false;
    return value_is(record->body, "slot", name) || value_is(record->body, "vf", name);
}

/* Rows about the daemon and the journal are of interest for every interface. */
static bool is_about_all(const struct vfj_record *record)
{
    return record->kind == VFJ_EVENT_STARTED || record->kind == VFJ_EVENT_STOPPING
        || record->kind == VFJ_EVENT_STOPPED || record->kind == VFJ_EVENT_GAP
        || record->kind == VFJ_RECORD_JOURNAL;
}

static bool concerns(struct search *search, const struct vfj_record *record)
{
    const struct vfj_names *about = &search->criteria->about;
    if (about->count == 0)
        return true;
    bool led_to_it = set_take(&search->causes, record->seq).value != 0;
    bool is_named = false;
    for (unsigned i = 0; i < about->count; i++) {
        bool found = names(record, &about->list[i]);
        search->selection->named[i] |= found;
        is_named |= found;
    }
    return led_to_it || is_named || is_about_all(record);
}

static bool is_probe(const struct vfj_record *record)
{
    struct vfj_kv pair;
    return record->kind == VFJ_RECORD_COMMAND && vfj_kv_find(record->body, "kind", &pair)
        && vfj_span_starts(pair.value, "probe-");
}

/* A devd line matters when it may be about a VF, or has a note. */
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

static bool words_choose(const struct vfj_words *words, const char *a, const char *b)
{
    bool chosen = words->count == 0;
    for (unsigned i = 0; i < words->count; i++)
        chosen |= strcmp(words->list[i], a) == 0 || strcmp(words->list[i], b) == 0;
    return chosen;
}

static bool has_state(const struct vfj_criteria *criteria, const struct vfj_record *record)
{
    struct vfj_kv to, from;
    if (criteria->states.count == 0)
        return true;
    if (record->kind != VFJ_RECORD_TRANSITION || !vfj_kv_find(record->body, "to", &to)
        || !vfj_kv_find(record->body, "from", &from))
        return false;
    bool is_change = to.value.length != from.value.length
        || memcmp(to.value.text, from.value.text, to.value.length) != 0;
    for (unsigned i = 0; i < criteria->states.count && is_change; i++) {
        if (vfj_span_is(to.value, criteria->states.list[i]))
            return true;
    }
    return false;
}

static bool is_of_kind(const struct vfj_criteria *criteria, const struct vfj_record *record)
{
    if (criteria->kinds.count > 0)
        return words_choose(&criteria->kinds, vfj_record_kind_name(record->kind),
                            vfj_output_word(record));
    return criteria->every_kind || matters(record);
}

static bool matches(const struct vfj_criteria *criteria, const struct vfj_record *record)
{
    return criteria->pattern == NULL
        || regexec(criteria->pattern, vfj_output_text(record, VFJ_LAYOUT_CAT, !criteria->fold), 0,
                   NULL, 0)
        == 0;
}

static bool is_within(const struct vfj_criteria *criteria, const struct vfj_record *record)
{
    return record->seq > criteria->after && record->wall_us >= criteria->since_us
        && record->wall_us <= criteria->until_us
        && (criteria->boot == 0 || record->boot == criteria->boot);
}

static bool has_enough(const struct search *search)
{
    return search->selection->count >= search->criteria->count || search->no_memory;
}

/* An interface that no record names yet keeps the search going. */
static bool is_done(const struct search *search)
{
    bool done = has_enough(search);
    for (unsigned i = 0; i < search->criteria->about.count; i++)
        done &= search->selection->named[i];
    return done || search->no_memory;
}

/* Returns whether neither this record nor an older one can be chosen. */
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
    if (has_enough(search))
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
    const struct vfj_criteria *criteria = search->criteria;
    bool is_right = matches(criteria, record);
    bool within = is_within(criteria, record);
    if (criteria->fold && !(within || answer.within))
        return;
    if (criteria->fold && !(is_right || answer.matches))
        return;
    int width = (int)strlen(vfj_record_who(record).text);
    if (width > selection->who_width && (criteria->fold || within || answer.within))
        selection->who_width = width;
    if (criteria->fold) {
        pick(search, record->seq, answer.value);
        return;
    }
    if (answer.within && answer.matches)
        pick(search, answer.value, 0);
    if (within && is_right && is_of_kind(criteria, record) && has_state(criteria, record))
        pick(search, record->seq, 0);
}

/* Answers are chosen with their command, which names their interface. When everything is chosen,
 * they are chosen at once. */
static void consider(struct search *search, const struct vfj_record *record)
{
    const struct vfj_criteria *criteria = search->criteria;
    bool is_answer = record->kind == VFJ_EVENT_FINISHED || record->kind == VFJ_EVENT_OBSERVED;
    bool is_all = criteria->every_kind && criteria->about.count == 0 && !criteria->fold;
    if (is_answer && record->cause != 0 && !is_all) {
        /* A consequence of the answer leads to the command by way of it. */
        if (set_take(&search->causes, record->seq).value != 0)
            put_cause(search, record->cause);
        bool is_wanted
            = criteria->fold || (is_of_kind(criteria, record) && has_state(criteria, record));
        set_put(&search->answers,
                (struct met){.key = record->cause,
                             .value = record->seq,
                             .within = is_wanted && is_within(criteria, record),
                             .matches = matches(criteria, record)});
        return;
    }
    struct met answer = {0};
    if (record->kind == VFJ_RECORD_COMMAND)
        answer = set_take(&search->answers, record->seq);
    if (!concerns(search, record))
        return;
    if (criteria->about.count > 0)
        put_cause(search, record->cause);
    bool is_chosen = is_of_kind(criteria, record) && has_state(criteria, record);
    if (is_chosen || (!criteria->fold && answer.within))
        choose(search, record, answer);
}

static int by_seq(const void *a, const void *b)
{
    uint64_t left = ((const struct vfj_pick *)a)->seq;
    uint64_t right = ((const struct vfj_pick *)b)->seq;
    return (left > right) - (left < right);
}

static void add_range(struct vfj_ranges *ranges, uint64_t first, uint64_t last)
{
    if (ranges->count < VFJ_RANGES_MAX) {
        ranges->list[ranges->count].first = first;
        ranges->list[ranges->count].last = last;
    }
    ranges->count++;
}

/* Notes the records between this one and the newer one that was read before. */
static void note_hole(struct search *search, uint64_t seq, bool is_damage)
{
    struct vfj_selection *selection = search->selection;
    if (search->last > seq + 1)
        add_range(is_damage ? &selection->unreadable : &selection->missing, seq + 1,
                  search->last - 1);
    search->last = seq;
}

static void note_record(struct search *search, const struct vfj_record *record)
{
    struct vfj_selection *selection = search->selection;
    if (selection->newest == 0) {
        selection->newest = record->seq;
        selection->least_us = selection->most_us = record->wall_us;
    }
    if (record->wall_us < selection->least_us)
        selection->least_us = record->wall_us;
    if (record->wall_us > selection->most_us)
        selection->most_us = record->wall_us;
}

/* A pruned journal begins with a checkpoint: no record before it is missing. */
static bool begins(const struct vfj_record *record)
{
    return record->kind == VFJ_RECORD_CHECKPOINT && record->cause == 0;
}

/* Returns the highest seq in the file when SQLite cannot: the last pages are damaged. */
static uint64_t find_newest(const char *path)
{
    char bytes[128];
    struct vfj_recover_rows *rows = NULL;
    struct vfj_text detail = vfj_text_begin(bytes, sizeof bytes);
    uint64_t newest = 0;
    if (vfj_recover_rows_open(&rows, path, &detail) == VFJ_OK && vfj_recover_rows_count(rows) > 0)
        newest = vfj_recover_rows_seq(rows, vfj_recover_rows_count(rows) - 1);
    vfj_recover_rows_close(rows);
    return newest;
}

static enum vfj_status read_at_most(struct search *search, uint64_t seq, struct vfj_record *record)
{
    vfj_journal_walk(search->journal, seq, VFJ_BACKWARD);
    return vfj_journal_next(search->journal, record);
}

/* Finds the newest readable record before the damage: reads one record after the other. A long
 * damage is crossed in larger steps, and the last of them is searched again. */
static enum vfj_status resume(struct search *search, struct vfj_record *record)
{
    struct vfj_selection *selection = search->selection;
    uint64_t step = 1;
    bool has_crossed = false;
    if (selection->damage[0] == '\0')
        (void)vfj_span_copy(selection->damage, sizeof selection->damage,
                            vfj_span_of(vfj_journal_detail(search->journal)));
    selection->end_is_unreadable |= search->last == 0;
    if (search->last == 0)
        search->last = find_newest(search->path) + 1;
    uint64_t seq = search->last - 1;
    enum vfj_status status = VFJ_JOURNAL_DAMAGED;
    for (uint64_t probes = 0; seq > 0 && status == VFJ_JOURNAL_DAMAGED; probes++) {
        status = read_at_most(search, seq, record);
        if (status != VFJ_JOURNAL_DAMAGED && step > 1) {
            seq += step - 1;
            step = 1;
            has_crossed = true;
            status = VFJ_JOURNAL_DAMAGED;
            continue;
        }
        if (probes >= LINEAR_PROBES && !has_crossed && seq > LARGE_STEP)
            step = LARGE_STEP;
        seq -= seq > step ? step : seq;
    }
    return status == VFJ_JOURNAL_DAMAGED ? VFJ_END : status;
}

static enum vfj_status search_all(struct search *search)
{
    struct vfj_record record;
    bool is_begun = false, is_damaged = false;
    enum vfj_status status = VFJ_OK;
    vfj_journal_walk(search->journal, UINT64_MAX, VFJ_BACKWARD);
    while (!is_done(search)) {
        status = vfj_journal_next(search->journal, &record);
        is_damaged = status == VFJ_JOURNAL_DAMAGED;
        if (is_damaged)
            status = resume(search, &record);
        if (status != VFJ_OK)
            break;
        note_record(search, &record);
        note_hole(search, record.seq, is_damaged);
        if (is_past(search, record.seq))
            return VFJ_OK;
        consider(search, &record);
        is_begun = begins(&record);
    }
    search->selection->has_read_all = status == VFJ_END;
    if (status == VFJ_END && (!is_begun || is_damaged))
        note_hole(search, 0, is_damaged);
    return status == VFJ_END ? VFJ_OK : status;
}

enum vfj_status vfj_select(struct vfj_journal *journal, const char *path,
                           const struct vfj_criteria *criteria, struct vfj_selection *selection)
{
    struct search *search = calloc(1, sizeof *search);
    memset(selection, 0, sizeof *selection);
    if (search == NULL)
        return VFJ_SYSTEM;
    search->criteria = criteria;
    search->selection = selection;
    search->journal = journal;
    search->path = path;
    selection->who_width = VFJ_WHO_WIDTH;
    enum vfj_status status = search_all(search);
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
