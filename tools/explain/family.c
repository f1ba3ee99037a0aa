/* Finds the records that caused a given record, and the records that it caused. */
#include <stdlib.h>
#include <string.h>

#include "core/data/command.h"
#include "core/text/kv.h"
#include "tools/explain/explain.h"

/* A delay that has not ended: the transition that began the delay, and the time at which it will
 * end. */
struct delay {
    uint64_t seq, boot;
    int64_t due_us;
    struct vfj_name slot;
};

struct search {
    struct vfj_family *family;
    unsigned delay_count;
    struct delay delays[VFJ_SLOTS_MAX];
    size_t open; /* number of commands whose outcome was not found yet */
};

enum vfj_status vfj_kept_get(struct vfj_journal *journal, uint64_t seq, struct vfj_kept *kept)
{
    enum vfj_status status = vfj_journal_get(journal, seq, &kept->record);
    struct vfj_record *record = &kept->record;
    if (status != VFJ_OK)
        return status;
    memcpy(kept->body, record->body.text, record->body.length);
    memcpy(kept->note, record->note.text, record->note.length);
    record->body.text = kept->body;
    record->note.text = kept->note;
    kept->is_read = vfj_record_is_event(record)
        && vfj_event_decode((enum vfj_event_kind)record->kind, record->body, &kept->event)
            == VFJ_OK;
    return VFJ_OK;
}

bool vfj_kept_value(const struct vfj_record *record, const char *key, char *value, size_t size)
{
    struct vfj_kv pair;
    value[0] = '\0';
    if (vfj_kv_find(record->body, key, &pair) && vfj_kv_value(&pair, value, size))
        return true;
    value[0] = '\0';
    return false;
}

unsigned vfj_kept_command_kind(const struct vfj_record *record)
{
    char name[32];
    unsigned kind = 0;
    (void)vfj_kept_value(record, "kind", name, sizeof name);
    while (kind < VFJ_COMMAND_COUNT
           && strcmp(name, vfj_command_kind_name((enum vfj_command_kind)kind)) != 0)
        kind++;
    return kind;
}

bool vfj_kept_is_probe(unsigned kind)
{
    struct vfj_command command = {.kind = (uint8_t)kind};
    return kind < VFJ_COMMAND_COUNT && vfj_command_reads(&command);
}

static unsigned reason_of(struct vfj_span name)
{
    unsigned reason = 0;
    while (reason < VFJ_REASON_COUNT
           && !vfj_span_is(name, vfj_reason_name((enum vfj_reason)reason)))
        reason++;
    return reason;
}

unsigned vfj_kept_reason(const struct vfj_record *record)
{
    char name[VFJ_RECORD_NAME + 1];
    if (vfj_record_is_event(record))
        return reason_of(record->note);
    (void)vfj_kept_value(record, "reason", name, sizeof name);
    return reason_of(vfj_span_of(name));
}

bool vfj_record_moves(const struct vfj_record *record)
{
    char from[16], to[16];
    return record->kind == VFJ_RECORD_TRANSITION
        && vfj_kept_value(record, "from", from, sizeof from)
        && vfj_kept_value(record, "to", to, sizeof to) && strcmp(from, to) != 0;
}

static bool add(struct vfj_family *family, struct vfj_relative relative)
{
    if (family->count == VFJ_FAMILY_MAX) {
        family->is_cut = true;
        return true;
    }
    if (family->count == family->room) {
        size_t room = family->room > 0 ? 2 * family->room : 64;
        struct vfj_relative *rows = realloc(family->rows, room * sizeof *rows);
        if (rows == NULL)
            return false;
        family->rows = rows;
        family->room = room;
    }
    family->rows[family->count++] = relative;
    return true;
}

void vfj_family_free(struct vfj_family *family)
{
    free(family->rows);
    memset(family, 0, sizeof *family);
}

/* Reads the delay that this transition begins. Returns false when the record begins no delay. */
static bool read_delay(const struct vfj_record *record, struct delay *delay)
{
    char value[32];
    int64_t us = 0;
    if (record->kind != VFJ_RECORD_TRANSITION
        || !vfj_kept_value(record, "delay_us", value, sizeof value)
        || !vfj_span_to_i64(vfj_span_of(value), &us) || us <= 0 || record->mono_us > INT64_MAX - us
        || record->mono_us < 0)
        return false;
    *delay
        = (struct delay){.seq = record->seq, .boot = record->boot, .due_us = record->mono_us + us};
    if (vfj_kept_value(record, "slot", value, sizeof value))
        (void)vfj_name_parse(vfj_span_of(value), &delay->slot);
    return true;
}

/* Finds the delay whose end made the timer fire: the newest delay of the same boot that ended after
 * the previous timer. */
static enum vfj_status find_delay(struct vfj_journal *journal, const struct vfj_record *timer,
                                  uint64_t *seq)
{
    struct vfj_record record;
    struct delay delay;
    uint64_t boot = timer->boot, own = timer->seq;
    int64_t due_us = timer->mono_us, before_us = INT64_MIN;
    enum vfj_status status;
    *seq = 0;
    vfj_journal_walk(journal, own, VFJ_BACKWARD);
    while ((status = vfj_journal_next(journal, &record)) == VFJ_OK && record.boot == boot) {
        if (record.kind == VFJ_EVENT_TIMER && record.seq != own && before_us == INT64_MIN)
            before_us = record.mono_us;
        if (read_delay(&record, &delay) && delay.due_us <= due_us && delay.due_us > before_us) {
            *seq = record.seq;
            break;
        }
    }
    vfj_journal_walk_end(journal);
    return status == VFJ_END ? VFJ_OK : status;
}

enum vfj_status vfj_family_causes(struct vfj_journal *journal, uint64_t seq,
                                  struct vfj_family *family)
{
    struct vfj_record record;
    memset(family, 0, sizeof *family);
    for (unsigned depth = 1;; depth++) {
        enum vfj_status status = vfj_journal_get(journal, seq, &record);
        uint64_t cause = record.cause;
        bool is_timer = status == VFJ_OK && record.kind == VFJ_EVENT_TIMER && cause == 0;
        if (status == VFJ_OK && is_timer)
            status = find_delay(journal, &record, &cause);
        if (status != VFJ_OK)
            return status == VFJ_END && depth > 1 ? VFJ_OK : status; /* the cause was pruned */
        if (cause == 0 || cause >= seq)
            return VFJ_OK;
        struct vfj_relative relative
            = {.seq = cause, .parent = seq, .depth = depth, .by_delay = is_timer};
        if (!add(family, relative))
            return VFJ_SYSTEM;
        if (family->is_cut)
            return VFJ_OK;
        seq = cause;
    }
}

static const struct vfj_relative *find(const struct vfj_family *family, uint64_t seq)
{
    size_t low = 0, high = family->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (family->rows[middle].seq < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low < family->count && family->rows[low].seq == seq ? &family->rows[low] : NULL;
}

static void drop_delay(struct search *search, unsigned i)
{
    search->delays[i] = search->delays[--search->delay_count];
}

/* Removes the delay whose end made the timer fire. Returns the seq of the transition that began the
 * delay, or 0 when there is none. */
static uint64_t take_due(struct search *search, const struct vfj_record *timer)
{
    for (unsigned i = 0; i < search->delay_count; i++) {
        uint64_t seq = search->delays[i].seq;
        if (search->delays[i].due_us > timer->mono_us)
            continue;
        drop_delay(search, i);
        return seq;
    }
    return 0;
}

/* Removes the delay of a slot when the record changes the slot's state. */
static void end_delays(struct search *search, const struct vfj_record *record)
{
    char slot[VFJ_NAME_SIZE];
    if (!vfj_record_moves(record) || !vfj_kept_value(record, "slot", slot, sizeof slot))
        return;
    for (unsigned i = search->delay_count; i-- > 0;) {
        if (strcmp(search->delays[i].slot.text, slot) == 0)
            drop_delay(search, i);
    }
}

/* Handles the start of a daemon. Commands of the previous daemon will have no outcome. If the guest
 * has booted, the delays have ended, too. */
static void note_start(struct search *search, const struct vfj_record *record)
{
    search->open = 0;
    for (unsigned i = search->delay_count; i-- > 0;) {
        if (search->delays[i].boot != record->boot)
            drop_delay(search, i);
    }
}

static enum vfj_status take(struct search *search, const struct vfj_record *record, bool is_first)
{
    struct vfj_family *family = search->family;
    struct delay delay;
    uint64_t cause = record->cause;
    bool by_delay = false;
    if (record->kind == VFJ_EVENT_STARTED && !is_first)
        note_start(search, record);
    if (record->kind == VFJ_EVENT_TIMER && !is_first) {
        cause = take_due(search, record);
        by_delay = cause != 0;
    }
    end_delays(search, record);
    const struct vfj_relative *parent = find(family, cause);
    if (parent == NULL && !is_first)
        return vfj_record_is_event(record) && search->open == 0 && search->delay_count == 0
            ? VFJ_END
            : VFJ_OK;
    struct vfj_relative relative = {.seq = record->seq,
                                    .parent = cause,
                                    .depth = is_first ? 0 : parent->depth + 1,
                                    .by_delay = by_delay};
    bool answers = record->kind == VFJ_EVENT_OBSERVED || record->kind == VFJ_EVENT_FINISHED;
    if (record->kind == VFJ_RECORD_COMMAND)
        search->open++;
    else if (answers && !is_first && search->open > 0)
        search->open--;
    if (read_delay(record, &delay) && search->delay_count < VFJ_SLOTS_MAX)
        search->delays[search->delay_count++] = delay;
    return add(family, relative) ? VFJ_OK : VFJ_SYSTEM;
}

enum vfj_status vfj_family_effects(struct vfj_journal *journal, uint64_t seq,
                                   struct vfj_family *family)
{
    struct search search = {.family = family};
    struct vfj_record record;
    enum vfj_status status = VFJ_OK;
    memset(family, 0, sizeof *family);
    vfj_journal_walk(journal, seq, VFJ_FORWARD);
    while (status == VFJ_OK && !family->is_cut) {
        status = vfj_journal_next(journal, &record);
        if (status == VFJ_OK)
            status = take(&search, &record, family->count == 0);
    }
    vfj_journal_walk_end(journal);
    family->is_open = search.open > 0 || search.delay_count > 0;
    return status == VFJ_END ? VFJ_OK : status;
}
