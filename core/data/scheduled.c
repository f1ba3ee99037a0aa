/* Azure Scheduled Events as rows. */
#include "core/data/scheduled.h"

#include <string.h>

#include "core/check.h"
#include "core/text/kv.h"

static const char *const phase_names[] = {
#define X(symbol, name) [VFJ_SCHEDULED_##symbol] = (name),
    VFJ_SCHEDULED_PHASES(X)
#undef X
};

static const char *const here_names[] = {
#define X(symbol, name) [VFJ_SCHEDULED_HERE_##symbol] = (name),
    VFJ_SCHEDULED_HERES(X)
#undef X
};

const char *vfj_scheduled_phase_name(enum vfj_scheduled_phase phase)
{
    VFJ_CHECK(phase < VFJ_SCHEDULED_PHASE_COUNT);
    return phase_names[phase];
}

const char *vfj_scheduled_here_name(enum vfj_scheduled_here here)
{
    VFJ_CHECK(here < VFJ_SCHEDULED_HERE_COUNT);
    return here_names[here];
}

struct vfj_scheduled vfj_scheduled_of(enum vfj_scheduled_phase phase)
{
    struct vfj_scheduled row;
    memset(&row, 0, sizeof row);
    row.phase = (uint8_t)phase;
    row.duration_s = -1;
    return row;
}

bool vfj_scheduled_is_event(const struct vfj_scheduled *row)
{
    return row->phase != VFJ_SCHEDULED_WATCHING && row->phase != VFJ_SCHEDULED_SILENT;
}

/* The set of bytes that a member of struct vfj_scheduled may have: those of a word, or those of
 * a text. */
enum alphabet { WORD, TEXT };

static bool has_byte(enum alphabet alphabet, char c)
{
    if (alphabet == TEXT)
        return c >= ' ' && c <= '~' && c != '"' && c != '\\';
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || (c != '\0' && strchr("._:,-", c) != NULL);
}

static void set(char *to, size_t size, struct vfj_span from, enum alphabet alphabet)
{
    char instead = alphabet == TEXT ? '?' : '_';
    size_t length = from.length < size - 1 ? from.length : size - 1;
    for (size_t i = 0; i < length; i++)
        to[i] = has_byte(alphabet, from.text[i]) ? from.text[i] : instead;
    memset(to + length, 0, size - length);
}

void vfj_scheduled_set_word(char *to, size_t size, struct vfj_span from)
{
    set(to, size, from, WORD);
}

void vfj_scheduled_set_text(char *to, size_t size, struct vfj_span from)
{
    set(to, size, from, TEXT);
}

/* Reads `length` digits at the beginning of *rest, and removes them. The number lies from
 * `least` to `most`. */
static bool take_number(struct vfj_span *rest, size_t length, int64_t least, int64_t most,
                        int64_t *number)
{
    uint64_t value = 0;
    if (rest->length < length || !vfj_span_to_u64((struct vfj_span){rest->text, length}, &value))
        return false;
    *rest = (struct vfj_span){rest->text + length, rest->length - length};
    *number = (int64_t)value;
    return *number >= least && *number <= most;
}

static bool take_literal(struct vfj_span *rest, const char *literal)
{
    if (!vfj_span_starts(*rest, literal))
        return false;
    *rest = (struct vfj_span){rest->text + strlen(literal), rest->length - strlen(literal)};
    return true;
}

/* Reads one of the names, which have three letters each, at the beginning of *rest. *index is
 * its position in `names`, from 0. */
static bool take_name(struct vfj_span *rest, const char *names, int64_t *index)
{
    for (*index = 0; names[3 * *index] != '\0'; (*index)++) {
        if (rest->length >= 3 && memcmp(rest->text, &names[3 * *index], 3) == 0) {
            *rest = (struct vfj_span){rest->text + 3, rest->length - 3};
            return true;
        }
    }
    return false;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Returns the days since 1970-01-01 in the Gregorian calendar. `month` is 0 for January. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    static const int64_t before_month[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int64_t whole = year - 1;
    int64_t days = 365 * whole + whole / 4 - whole / 100 + whole / 400 - 719162;
    return days + before_month[month] + (month > 1 && is_leap(year) ? 1 : 0) + day - 1;
}

bool vfj_scheduled_parse_time(struct vfj_span text, int64_t *unix_s)
{
    int64_t weekday, day, month, year, hour, minute, second;
    if (!take_name(&text, "MonTueWedThuFriSatSun", &weekday) || !take_literal(&text, ", ")
        || !take_number(&text, 2, 1, 31, &day) || !take_literal(&text, " ")
        || !take_name(&text, "JanFebMarAprMayJunJulAugSepOctNovDec", &month)
        || !take_literal(&text, " ") || !take_number(&text, 4, 1970, 9999, &year)
        || !take_literal(&text, " ") || !take_number(&text, 2, 0, 23, &hour)
        || !take_literal(&text, ":") || !take_number(&text, 2, 0, 59, &minute)
        || !take_literal(&text, ":") || !take_number(&text, 2, 0, 60, &second)
        || !vfj_span_is(text, " GMT"))
        return false;
    *unix_s = ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    return true;
}

static void add_string(struct vfj_text *body, const char *key, const char *value)
{
    if (value[0] != '\0')
        vfj_kv_add_string(body, key, value);
}

void vfj_scheduled_encode(const struct vfj_scheduled *row, struct vfj_text *body)
{
    vfj_kv_add_string(body, "phase", phase_names[row->phase]);
    if (vfj_scheduled_is_event(row)) {
        vfj_kv_add_string(body, "id", row->id);
        vfj_kv_add_string(body, "type", row->type);
        vfj_kv_add_string(body, "here", here_names[row->here]);
    }
    if (row->not_before_s > 0)
        vfj_kv_add_i64(body, "not_before", row->not_before_s);
    if (row->duration_s >= 0)
        vfj_kv_add_i64(body, "duration", row->duration_s);
    add_string(body, "source", row->source);
    add_string(body, "resources", row->resources);
    add_string(body, "text", row->text);
}

/* Reads the next pair if it has that key. Otherwise changes nothing. */
static bool take_pair(struct vfj_span *rest, const char *key, struct vfj_kv *pair)
{
    struct vfj_span before = *rest;
    if (vfj_kv_next(rest, pair) == VFJ_KV_PAIR && vfj_span_is(pair->key, key))
        return true;
    *rest = before;
    return false;
}

static bool take_index(struct vfj_span *rest, const char *key, const char *const *names,
                       unsigned count, uint8_t *index)
{
    struct vfj_kv pair;
    if (!take_pair(rest, key, &pair))
        return false;
    for (*index = 0; *index < count; (*index)++) {
        if (vfj_span_is(pair.value, names[*index]))
            return true;
    }
    return false;
}

static bool is_all(struct vfj_span span, enum alphabet alphabet)
{
    for (size_t i = 0; i < span.length; i++) {
        if (!has_byte(alphabet, span.text[i]))
            return false;
    }
    return span.length > 0;
}

/* Copies the value of the next pair if it has that key. The pair may be absent. Returns false
 * when its value is wrong. */
static bool take_string(struct vfj_span *rest, const char *key, enum alphabet alphabet, char *to,
                        size_t size)
{
    struct vfj_kv pair;
    return !take_pair(rest, key, &pair)
        || (is_all(pair.value, alphabet) && vfj_span_copy(to, size, pair.value));
}

static bool take_integer(struct vfj_span *rest, const char *key, int64_t least, int64_t most,
                         int64_t *number)
{
    struct vfj_kv pair;
    return !take_pair(rest, key, &pair)
        || (vfj_span_to_i64(pair.value, number) && *number >= least && *number <= most);
}

bool vfj_scheduled_decode(struct vfj_span body, struct vfj_scheduled *row)
{
    struct vfj_kv pair;
    int64_t duration_s = -1;
    *row = vfj_scheduled_of(VFJ_SCHEDULED_SILENT);
    if (!take_index(&body, "phase", phase_names, VFJ_SCHEDULED_PHASE_COUNT, &row->phase))
        return false;
    if (vfj_scheduled_is_event(row)
        && (!take_string(&body, "id", WORD, row->id, sizeof row->id) || row->id[0] == '\0'
            || !take_string(&body, "type", WORD, row->type, sizeof row->type)
            || row->type[0] == '\0'
            || !take_index(&body, "here", here_names, VFJ_SCHEDULED_HERE_COUNT, &row->here)))
        return false;
    if (!take_integer(&body, "not_before", 1, INT64_C(253402300800), &row->not_before_s)
        || !take_integer(&body, "duration", 0, INT32_MAX, &duration_s)
        || !take_string(&body, "source", WORD, row->source, sizeof row->source)
        || !take_string(&body, "resources", WORD, row->resources, sizeof row->resources)
        || !take_string(&body, "text", TEXT, row->text, sizeof row->text))
        return false;
    row->duration_s = (int32_t)duration_s;
    return vfj_kv_next(&body, &pair) == VFJ_KV_END;
}

bool vfj_scheduled_equal(const struct vfj_scheduled *a, const struct vfj_scheduled *b)
{
    char bodies[2][VFJ_SCHEDULED_BODY_SIZE];
    struct vfj_text one = vfj_text_begin(bodies[0], sizeof bodies[0]);
    struct vfj_text other = vfj_text_begin(bodies[1], sizeof bodies[1]);
    vfj_scheduled_encode(a, &one);
    vfj_scheduled_encode(b, &other);
    return strcmp(bodies[0], bodies[1]) == 0;
}

struct vfj_scheduled *vfj_scheduled_find(struct vfj_scheduled_list *list, const char *id)
{
    for (unsigned i = 0; i < list->count; i++) {
        if (strcmp(list->events[i].id, id) == 0)
            return &list->events[i];
    }
    return NULL;
}

static void drop(struct vfj_scheduled_list *list, unsigned index)
{
    list->count--;
    memmove(&list->events[index], &list->events[index + 1],
            (list->count - index) * sizeof list->events[0]);
}

void vfj_scheduled_take(struct vfj_scheduled_list *open, const struct vfj_scheduled *row)
{
    if (!vfj_scheduled_is_event(row))
        return;
    struct vfj_scheduled *known = vfj_scheduled_find(open, row->id);
    if (known != NULL)
        drop(open, (unsigned)(known - open->events));
    if (row->phase == VFJ_SCHEDULED_OVER)
        return;
    if (open->count == VFJ_SCHEDULED_MAX)
        drop(open, 0);
    open->events[open->count++] = *row;
}

/* Returns true when the event needs a new row. A started event has no NotBefore, so its absence
 * is no change. */
static bool has_changed(const struct vfj_scheduled *before, const struct vfj_scheduled *now)
{
    return before == NULL || before->phase != now->phase
        || (now->phase == VFJ_SCHEDULED_ANNOUNCED && before->not_before_s != now->not_before_s);
}

unsigned vfj_scheduled_compare(struct vfj_scheduled_list *open,
                               const struct vfj_scheduled_list *document,
                               struct vfj_scheduled rows[2 * VFJ_SCHEDULED_MAX])
{
    struct vfj_scheduled_list now = *document;
    unsigned count = 0;
    for (unsigned i = 0; i < open->count; i++) {
        if (vfj_scheduled_find(&now, open->events[i].id) != NULL)
            continue;
        rows[count] = open->events[i];
        rows[count++].phase = VFJ_SCHEDULED_OVER;
    }
    for (unsigned i = 0; i < now.count; i++) {
        const struct vfj_scheduled *before = vfj_scheduled_find(open, now.events[i].id);
        if (before != NULL && before->phase == VFJ_SCHEDULED_STARTED)
            now.events[i].phase = VFJ_SCHEDULED_STARTED;
        if (has_changed(before, &now.events[i]))
            rows[count++] = now.events[i];
    }
    *open = now;
    return count;
}
