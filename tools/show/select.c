/* Selects the records that `vfjournal show` prints. */
#include "tools/show/select.h"

#include <stdlib.h>
#include <string.h>

#include "store/progress.h"
#include "store/recover_rows.h"
#include "tools/output.h"

enum {
    /* Largest number of seqs in a set. In a sound journal, few seqs are in it at the same time. In
     * a damaged journal the set may become full, and the oldest seqs are then dropped. */
    SET_SIZE = 4096,
    /* after a damaged part, this many single records are tried before larger steps are made */
    LINEAR_PROBES = 8192,
    LARGE_STEP = 16, /* about the number of rows in a database page */
    /* when fewer rows than this are in the journal, reading all of them is faster than searching by
     * time */
    SCAN_ROWS = 4096,
};

/* Two link changes that are further apart than this are printed in separate lines. */
#define LINKS_APART_US (INT64_C(600) * 1000000)

struct set {
    size_t count;
    struct met {
        uint64_t key, value;
        /* the result of the command is within the period that options -S and -U give */
        bool within;
        struct vfj_match match;
    } members[SET_SIZE];
};

/* The state of a search. The search reads the journal backwards. It therefore finds the result of a
 * command (an outcome or an observation) before the command, and an effect before its cause. */
struct search {
    const struct vfj_criteria *criteria;
    struct vfj_selection *selection;
    struct set answers; /* for each seq of a command: the seq of its result */
    struct set causes;  /* seqs of the records that caused a selected record */
    /* seq of the record that was read before the present one; 0: none was read */
    uint64_t last;
    uint64_t floor; /* all records up to this seq are older than option -S allows */
    bool no_memory;
    bool is_full; /* the journal has more matching records than -n allows */
    struct vfj_source *source;
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

/* Removes a member from the set and returns it. When the set has no member with this key, returns
 * one with the value 0. */
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

/* Returns true when the record is about the daemon or the journal. Such a record concerns every
 * interface. */
static bool is_about_all(const struct vfj_record *record)
{
    return record->kind == VFJ_EVENT_STARTED || record->kind == VFJ_EVENT_STOPPING
        || record->kind == VFJ_EVENT_STOPPED || record->kind == VFJ_EVENT_GAP
        || (record->kind == VFJ_RECORD_JOURNAL
            && strcmp(vfj_output_word(record), VFJ_WORD_UNVERIFIED) != 0);
}

static bool concerns(struct search *search, const struct vfj_record *record)
{
    const struct vfj_names *about = &search->criteria->about;
    if (about->count == 0)
        return true;
    bool led_to_it = set_take(&search->causes, record->seq).value != 0;
    bool is_named = false;
    for (unsigned i = 0; i < about->count; i++) {
        bool found = vfj_match_names(record, &about->list[i]);
        search->selection->named[i] |= found;
        is_named |= found;
    }
    return led_to_it || is_named || is_about_all(record);
}

static bool has_enough(const struct search *search)
{
    return search->selection->count >= search->criteria->count || search->no_memory;
}

/* Returns true when a result is newer than the oldest selected record, and its command has not been
 * found. When results are printed in separate lines, such a result may be one of the newest
 * rows. */
static bool has_pending(const struct search *search)
{
    const struct vfj_selection *selection = search->selection;
    const struct vfj_match none = {.pattern = false};
    uint64_t least = UINT64_MAX;
    if (search->criteria->fold)
        return false;
    for (size_t i = 0; i < selection->count; i++)
        least = selection->picks[i].seq < least ? selection->picks[i].seq : least;
    for (size_t i = 0; i < search->answers.count; i++) {
        const struct met *answer = &search->answers.members[i];
        if (answer->within && answer->value > least
            && vfj_match_is_whole(search->criteria, answer->match, none))
            return true;
    }
    return false;
}

/* Returns the link changes of the line that was selected last, or NULL when this line is not about
 * link changes. */
static struct vfj_links *open_links(const struct search *search)
{
    const struct vfj_selection *selection = search->selection;
    size_t count = selection->count;
    if (count == 0 || selection->picks[count - 1].links == 0)
        return NULL;
    return &selection->links[selection->picks[count - 1].links - 1];
}

/* Returns true when the search can end. It must continue while no record of one of the wanted
 * interfaces was found, and while more link changes may belong to the oldest line. */
static bool is_done(const struct search *search)
{
    bool done = search->is_full
        || (has_enough(search) && open_links(search) == NULL && !has_pending(search));
    for (unsigned i = 0; i < search->criteria->about.count; i++)
        done &= search->selection->named[i];
    return done || search->no_memory;
}

/* Returns true when neither this record nor an older one can match. */
static bool is_past(const struct search *search, const struct vfj_record *record)
{
    const struct vfj_criteria *criteria = search->criteria;
    bool is_old = record->seq <= criteria->after || record->seq <= search->floor
        || record->boot < criteria->boot;
    for (unsigned i = 0; i < criteria->about.count; i++)
        is_old &= search->selection->named[i] || record->seq <= criteria->after;
    for (size_t i = 0; i < search->answers.count && is_old; i++) {
        const struct met *answer = &search->answers.members[i];
        if (answer->within && answer->key <= record->seq)
            return false;
    }
    return is_old;
}

/* Makes room for one more element in a list, by doubling the size of a full list. Returns false
 * when memory runs out. */
static bool make_room(struct search *search, void **list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return true;
    size_t more = *room > 0 ? 2 * *room : 64;
    void *larger = realloc(*list, more * size);
    search->no_memory |= larger == NULL;
    if (larger == NULL)
        return false;
    *list = larger;
    *room = more;
    return true;
}

static void pick(struct search *search, struct vfj_pick pick)
{
    struct vfj_selection *selection = search->selection;
    search->is_full |= has_enough(search) && search->criteria->fold;
    if (search->is_full
        || !make_room(search, (void **)&selection->picks, selection->count, &selection->room,
                      sizeof pick))
        return;
    selection->picks[selection->count++] = pick;
}

/* Adds a link change to a line of link changes. The search reads backwards, so that the first
 * change that it finds of an interface is the interface's newest. */
static void add_link(struct vfj_links *links, const struct vfj_name *name, bool is_up,
                     int64_t wall_us)
{
    unsigned i = 0;
    while (i < links->names && !vfj_name_equal(links->list[i].name, *name))
        i++;
    if (i < VFJ_LINKS_MAX && i == links->names) {
        links->list[i].name = *name;
        links->list[i].is_up = is_up;
        links->names++;
    }
    if (i < VFJ_LINKS_MAX)
        links->list[i].changes++;
    links->changes++;
    links->first_us = wall_us;
}

/* Adds a link change to the line that was selected last, if that line is about link changes which
 * happened shortly after this one. Otherwise begins a new line. */
static void choose_link(struct search *search, const struct vfj_record *record,
                        const struct vfj_name *name, bool is_up)
{
    struct vfj_selection *selection = search->selection;
    struct vfj_links *links = open_links(search);
    bool is_near = links != NULL && links->first_us >= record->wall_us
        && links->first_us - LINKS_APART_US <= record->wall_us;
    if (!is_near) {
        search->is_full |= has_enough(search);
        if (search->is_full
            || !make_room(search, (void **)&selection->links, selection->link_count,
                          &selection->link_room, sizeof *selection->links))
            return;
        links = &selection->links[selection->link_count++];
        memset(links, 0, sizeof *links);
        links->last_us = record->wall_us;
        pick(search,
             (struct vfj_pick){.seq = record->seq,
                               .links = (uint32_t)selection->link_count,
                               .boot = (uint32_t)record->boot});
    }
    add_link(links, name, is_up, record->wall_us);
}

static void note_width(struct search *search, const struct vfj_record *record)
{
    int width = (int)strlen(vfj_record_who(record).text);
    if (width > search->selection->who_width)
        search->selection->who_width = width;
}

static void choose(struct search *search, const struct vfj_record *record, struct met answer)
{
    const struct vfj_criteria *criteria = search->criteria;
    const struct vfj_match none = {.pattern = false};
    struct vfj_match match = vfj_match_of(criteria, record);
    bool within = vfj_match_time(criteria, record);
    struct vfj_name name;
    bool is_up;
    if (criteria->fold) {
        if (!(within || answer.within) || !vfj_match_is_whole(criteria, match, answer.match))
            return;
        note_width(search, record);
        if (vfj_match_link(criteria, record, &name, &is_up))
            choose_link(search, record, &name, is_up);
        else
            pick(search,
                 (struct vfj_pick){
                     .seq = record->seq, .outcome = answer.value, .boot = (uint32_t)record->boot});
        return;
    }
    if (within || answer.within)
        note_width(search, record);
    if (answer.within && vfj_match_is_whole(criteria, answer.match, none))
        pick(search, (struct vfj_pick){.seq = answer.value, .boot = (uint32_t)record->boot});
    if (within && vfj_match_is_whole(criteria, match, none) && vfj_match_kind(criteria, record))
        pick(search, (struct vfj_pick){.seq = record->seq, .boot = (uint32_t)record->boot});
}

/* Selects the record if it matches. A result has no interface of its own. It therefore waits until
 * its command is read, and both are selected together. When the user wants all records, a result
 * need not wait. */
static void consider(struct search *search, const struct vfj_record *record)
{
    const struct vfj_criteria *criteria = search->criteria;
    bool is_answer = record->kind == VFJ_EVENT_FINISHED || record->kind == VFJ_EVENT_OBSERVED;
    bool is_all = criteria->every_kind && criteria->about.count == 0 && !criteria->fold;
    if (is_answer && record->cause != 0 && !is_all) {
        /* A record that the result caused is also an effect of the command. */
        if (set_take(&search->causes, record->seq).value != 0)
            put_cause(search, record->cause);
        bool is_wanted = criteria->fold || vfj_match_kind(criteria, record);
        set_put(&search->answers,
                (struct met){.key = record->cause,
                             .value = record->seq,
                             .within = is_wanted && vfj_match_time(criteria, record),
                             .match = vfj_match_of(criteria, record)});
        return;
    }
    struct met answer = {0};
    if (record->kind == VFJ_RECORD_COMMAND)
        answer = set_take(&search->answers, record->seq);
    if (!concerns(search, record))
        return;
    if (criteria->about.count > 0)
        put_cause(search, record->cause);
    if (vfj_match_kind(criteria, record) || (!criteria->fold && answer.within))
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

/* Records that the records between this one and the newer one read before are missing, or that they
 * are unreadable. */
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
        selection->newest_boot = record->boot;
        selection->least_us = selection->most_us = record->wall_us;
    }
    if (record->wall_us < selection->least_us)
        selection->least_us = record->wall_us;
    if (record->wall_us > selection->most_us)
        selection->most_us = record->wall_us;
}

/* Returns the highest seq in the file, without SQLite. Used when SQLite cannot read the newest
 * record because the last pages are damaged. */
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
    vfj_source_walk(search->source, seq, VFJ_BACKWARD);
    return vfj_source_next(search->source, record);
}

/* Finds the newest readable record before a damaged part, by reading single records. If the damaged
 * part is long, the steps become larger, and the records in the last step are then tried one by
 * one. */
static enum vfj_status resume(struct search *search, struct vfj_record *record)
{
    struct vfj_selection *selection = search->selection;
    uint64_t step = 1;
    bool has_crossed = false;
    if (selection->damage[0] == '\0')
        (void)vfj_span_copy(selection->damage, sizeof selection->damage,
                            vfj_span_of(vfj_source_detail(search->source)));
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
    /* without SQLite, a missing record is one that is on a damaged page */
    bool has_holes = search->source->rows != NULL;
    enum vfj_status status = VFJ_OK;
    uint64_t last = search->criteria->last;
    vfj_progress_begin("searching records", "records", 0);
    vfj_source_walk(search->source, last != 0 ? last : UINT64_MAX, VFJ_BACKWARD);
    while (!is_done(search)) {
        status = vfj_source_next(search->source, &record);
        is_damaged = status == VFJ_JOURNAL_DAMAGED;
        if (is_damaged)
            status = resume(search, &record);
        if (status != VFJ_OK)
            break;
        note_record(search, &record);
        vfj_progress_set(search->selection->newest - record.seq);
        note_hole(search, record.seq, is_damaged || has_holes);
        if (is_past(search, &record))
            return VFJ_OK;
        consider(search, &record);
        is_begun = vfj_select_begins(&record);
    }
    search->selection->has_read_all = status == VFJ_END;
    if (status == VFJ_END && (!is_begun || is_damaged))
        note_hole(search, 0, is_damaged || has_holes);
    return status == VFJ_END ? VFJ_OK : status;
}

/* Finds a seq below which all records are older than option -S allows. Records after it may be
 * older, too, because the clock may have been set back. */
static enum vfj_status find_floor(struct search *search)
{
    const struct vfj_criteria *criteria = search->criteria;
    struct vfj_selection *selection = search->selection;
    struct vfj_record record;
    uint64_t first = 0;
    if (criteria->since_us == INT64_MIN || search->source->rows != NULL)
        return VFJ_OK;
    enum vfj_status status = read_at_most(search, UINT64_MAX, &record);
    if (status == VFJ_OK && record.seq - criteria->after > SCAN_ROWS)
        status = vfj_source_since(search->source, criteria->since_us, &first);
    else
        first = 1;
    if (status == VFJ_OK && first > 0)
        search->floor = first - 1;
    if (status == VFJ_OK && first == 0 && criteria->about.count == 0) {
        /* All records are too old. The newest one's time is enough for the message. */
        selection->newest = record.seq;
        selection->newest_boot = record.boot;
        selection->least_us = selection->most_us = record.wall_us;
        selection->has_read_all = true;
    }
    /* The search will find the damage again and report it. */
    return status == VFJ_JOURNAL_DAMAGED || status == VFJ_END ? VFJ_OK : status;
}

enum vfj_status vfj_select(struct vfj_source *source, const char *path,
                           const struct vfj_criteria *criteria, struct vfj_selection *selection)
{
    struct search *search = calloc(1, sizeof *search);
    memset(selection, 0, sizeof *selection);
    if (search == NULL)
        return VFJ_SYSTEM;
    search->criteria = criteria;
    search->selection = selection;
    search->source = source;
    search->path = path;
    selection->who_width = VFJ_WHO_WIDTH;
    (void)vfj_span_copy(selection->damage, sizeof selection->damage, vfj_span_of(source->damage));
    enum vfj_status status = find_floor(search);
    if (status == VFJ_OK && !selection->has_read_all)
        status = search_all(search);
    vfj_source_walk_end(source);
    if (search->no_memory)
        status = VFJ_SYSTEM;
    free(search);
    if (selection->count > 0)
        qsort(selection->picks, selection->count, sizeof selection->picks[0], by_seq);
    if (selection->count > criteria->count) {
        size_t older = selection->count - (size_t)criteria->count;
        selection->count -= older;
        memmove(selection->picks, selection->picks + older,
                selection->count * sizeof selection->picks[0]);
    }
    return status;
}

bool vfj_select_begins(const struct vfj_record *record)
{
    return record->kind == VFJ_RECORD_CHECKPOINT && record->cause == 0;
}

void vfj_selection_free(struct vfj_selection *selection)
{
    free(selection->picks);
    free(selection->links);
    memset(selection, 0, sizeof *selection);
}
