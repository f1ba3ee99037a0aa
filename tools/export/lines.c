/* vfjournal export: writes the rows of a journal as lines of JSON. The format is documented in
 * docs/export.md. */
#include "tools/export/lines.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/check.h"
#include "store/progress.h"
#include "tools/cursor.h"
#include "tools/export/otlp.h"
#include "tools/options.h"
#include "tools/redact.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum {
    POLL_NS = 250000000,
    CURSOR_ROWS = 1 << 16, /* number of rows after which a long export updates its cursor file */
    STEP_MAX = 64,         /* after damage, the largest distance between two rows that are tried */
    TEXT_SIZE = 4 * VFJ_EVENT_LINE_MAX,
    BODY_SIZE = VFJ_BODY_MAX + 1,
};

struct lines {
    const struct vfj_lines_options *options;
    const struct vfj_input *input;
    FILE *out;
    struct vfj_journal *journal;
    struct vfj_stream *stream;
    struct vfj_event_source source;
    bool has_begun;
    /* seq of the newest row that was read; before the first row, the seq of the given cursor */
    uint64_t after;
    /* the newest row that was read, without its texts; seq 0: no row was read */
    struct vfj_record newest;
    uint64_t written; /* number of rows printed since the cursor file was last written */
    unsigned batch;   /* for OTLP: number of rows in the unfinished request */
    bool is_damaged, is_missing, has_chosen;
    int failed; /* exit status of a failed write of the cursor file; VFJ_EXIT_OK: no write failed */
    char damage[256];
    char text[TEXT_SIZE];
    char body[BODY_SIZE];
};

bool vfj_lines_kinds(const char *value, uint32_t *kinds)
{
    *kinds = 0;
    while (*value != '\0') {
        size_t length = strcspn(value, ",");
        unsigned kind = vfj_record_kind_parse((struct vfj_span){value, length});
        if (kind == VFJ_RECORD_KIND_COUNT)
            return false;
        *kinds |= UINT32_C(1) << kind;
        value += length + (value[length] == ',');
    }
    return *kinds != 0;
}

static void print_text(struct lines *lines, const struct vfj_text *text)
{
    VFJ_CHECK(!text->overflow);
    vfj_terminal_print_json(lines->out, (struct vfj_span){text->bytes, text->length});
}

static void end_batch(struct lines *lines)
{
    struct vfj_text text = vfj_text_begin(lines->text, sizeof lines->text);
    if (lines->batch == 0)
        return;
    vfj_otlp_end(&text);
    print_text(lines, &text);
    (void)fputc('\n', lines->out);
    lines->batch = 0;
}

static void print_otlp(struct lines *lines, const struct vfj_stream_row *row)
{
    struct vfj_text text = vfj_text_begin(lines->text, sizeof lines->text);
    if (lines->batch == VFJ_OTLP_BATCH)
        end_batch(lines);
    if (lines->batch++ == 0)
        vfj_otlp_begin(&text, &lines->source);
    else
        vfj_text_add_char(&text, ',');
    vfj_otlp_add(&text, &lines->source, row);
    print_text(lines, &text);
}

static void print_event(struct lines *lines, const struct vfj_stream_row *row)
{
    struct vfj_text text = vfj_text_begin(lines->text, sizeof lines->text);
    vfj_event_add(&text, &lines->source, row);
    print_text(lines, &text);
    (void)fputc('\n', lines->out);
}

/* Returns the text, or an empty text when it is too long for a record's body. */
static struct vfj_span whole(const struct vfj_text *text)
{
    return (struct vfj_span){text->bytes, text->overflow ? 0 : text->length};
}

static void redact(struct lines *lines, struct vfj_stream_row *row)
{
    struct vfj_redactor *redactor = lines->options->redactor;
    struct vfj_text text = vfj_text_begin(lines->body, BODY_SIZE);
    char boot_id[sizeof row->boot_id];
    vfj_redact_add(redactor, &text, row->record.body);
    row->record.body = whole(&text);
    row->slot = vfj_redact_name(redactor, row->slot);
    row->vf = vfj_redact_name(redactor, row->vf);
    row->other = vfj_redact_name(redactor, row->other);
    text = vfj_text_begin(boot_id, sizeof boot_id);
    vfj_redact_add(redactor, &text, vfj_span_of(row->boot_id));
    memcpy(row->boot_id, boot_id, sizeof row->boot_id);
}

static bool is_chosen(const struct vfj_lines_options *options, const struct vfj_record *record)
{
    bool has_kind = options->kinds == 0 || (options->kinds >> record->kind & 1) != 0;
    return has_kind && record->wall_us >= options->since_us && record->seq >= options->first
        && (options->last == 0 || record->seq <= options->last);
}

/* Flushes the printed lines. Then writes the cursor that names the place after them. */
static void put_cursor(struct lines *lines)
{
    char cursor[VFJ_CURSOR_SIZE];
    end_batch(lines);
    bool is_out = fflush(lines->out) == 0 && ferror(lines->out) == 0;
    bool has_cursor = is_out && lines->written > 0 && lines->options->cursor_file != NULL;
    lines->written = 0;
    if (!has_cursor)
        return;
    vfj_cursor_print(&lines->newest, cursor);
    lines->failed = vfj_cursor_write_file(lines->options->cursor_file, cursor);
}

static void put(void *arg, const struct vfj_stream_row *row)
{
    struct lines *lines = arg;
    struct vfj_stream_row shown = *row;
    if (row->record.seq <= lines->after)
        return;
    lines->after = row->record.seq;
    lines->newest = row->record;
    lines->written++;
    if (is_chosen(lines->options, &row->record)) {
        lines->has_chosen = true;
        if (lines->options->redactor != NULL)
            redact(lines, &shown);
        if (lines->options->format == VFJ_LINES_OTLP)
            print_otlp(lines, &shown);
        else
            print_event(lines, &shown);
    }
    if (lines->written == CURSOR_ROWS)
        put_cursor(lines);
}

static int fail(const struct lines *lines, enum vfj_status status)
{
    return vfj_complain_status(lines->input->name, status, vfj_journal_detail(lines->journal));
}

static void note_damage(struct lines *lines)
{
    if (!lines->is_damaged)
        (void)vfj_span_copy(lines->damage, sizeof lines->damage,
                            vfj_span_of(vfj_journal_detail(lines->journal)));
    lines->is_damaged = true;
}

/* Finds the next readable record after a damaged part. Returns VFJ_OK and sets `record` when there
 * is one. */
static enum vfj_status read_behind(struct lines *lines, uint64_t seq, struct vfj_record *record)
{
    uint64_t last = 0, step = 1;
    note_damage(lines);
    enum vfj_status status = vfj_journal_last(lines->journal, &last);
    if (status != VFJ_OK)
        return status == VFJ_JOURNAL_DAMAGED ? VFJ_END : status;
    for (status = VFJ_JOURNAL_DAMAGED; status == VFJ_JOURNAL_DAMAGED && seq <= last; seq += step) {
        vfj_journal_walk(lines->journal, seq, VFJ_FORWARD);
        status = vfj_journal_next(lines->journal, record);
        step = step < STEP_MAX ? 2 * step : step;
    }
    return status == VFJ_JOURNAL_DAMAGED ? VFJ_END : status;
}

/* Reads the rows from `seq` on. */
static enum vfj_status walk(struct lines *lines, uint64_t seq)
{
    struct vfj_record record;
    enum vfj_status status;
    const uint64_t end = lines->options->last;
    vfj_journal_walk(lines->journal, seq, VFJ_FORWARD);
    do {
        status = vfj_journal_next(lines->journal, &record);
        bool is_damaged = status == VFJ_JOURNAL_DAMAGED;
        if (is_damaged)
            status = read_behind(lines, seq + 1, &record);
        if (status != VFJ_OK)
            break;
        lines->is_missing |= record.seq != seq && !is_damaged;
        seq = record.seq + 1;
        vfj_progress_set(record.seq);
        vfj_stream_take(lines->stream, &record);
    } while (lines->failed == VFJ_EXIT_OK && ferror(lines->out) == 0
             && (end == 0 || record.seq <= end));
    vfj_journal_walk_end(lines->journal);
    vfj_stream_flush(lines->stream);
    return status == VFJ_END ? VFJ_OK : status;
}

/* Passes rows before `seq` to the stream, without printing them: those that the stream needs to
 * complete later rows. */
static enum vfj_status skip(struct lines *lines, uint64_t seq)
{
    struct vfj_record record;
    enum vfj_status status = VFJ_OK;
    if (seq <= 1)
        return VFJ_OK;
    vfj_journal_walk_milestones(lines->journal, 1, false);
    while ((status = vfj_journal_next(lines->journal, &record)) == VFJ_OK && record.seq < seq)
        vfj_stream_skip(lines->stream, &record);
    vfj_journal_walk_end(lines->journal);
    if (status == VFJ_JOURNAL_DAMAGED)
        note_damage(lines);
    return status == VFJ_END || status == VFJ_JOURNAL_DAMAGED ? VFJ_OK : status;
}

/* Returns the seq of the event to which the row `seq` belongs. The rows of an event and its
 * decisions are printed together. */
static uint64_t event_of(struct lines *lines, uint64_t seq)
{
    struct vfj_record record;
    bool is_decided = vfj_journal_get(lines->journal, seq, &record) == VFJ_OK
        && vfj_record_is_decided(&record) && record.cause != 0;
    return is_decided ? record.cause : seq;
}

/* Checks that the given cursor names a record of this journal, and sets lines->after. */
static int take_cursor(struct lines *lines)
{
    char bytes[VFJ_CURSOR_SIZE + 1], found[VFJ_CURSOR_SIZE];
    const char *cursor = lines->options->after_cursor;
    struct vfj_record record;
    if (lines->options->cursor_file != NULL) {
        int exit_status = vfj_cursor_read_file(lines->options->cursor_file, bytes);
        if (exit_status != VFJ_EXIT_OK)
            return exit_status;
        cursor = bytes[0] != '\0' ? bytes : NULL;
    }
    if (cursor == NULL)
        return VFJ_EXIT_OK;
    if (!vfj_cursor_parse(cursor, &lines->after))
        return vfj_usage_error("export", "not a cursor, SEQ:CHAIN", cursor);
    enum vfj_status status = vfj_journal_get(lines->journal, lines->after, &record);
    if (status == VFJ_OK)
        vfj_cursor_print(&record, found);
    else if (status != VFJ_END)
        return fail(lines, status);
    if (status == VFJ_OK && strcmp(found, cursor) == 0)
        return VFJ_EXIT_OK;
    vfj_complain(lines->input->name, "the journal does not hold the record of the cursor");
    return VFJ_EXIT_NOT_ANCHORED;
}

/* Finds the first row to print. It comes after the cursor, is not older than --since, and not
 * before the option's `first`. */
static enum vfj_status find_start(struct lines *lines, uint64_t *seq)
{
    const struct vfj_lines_options *options = lines->options;
    uint64_t since = 0, first = 0;
    enum vfj_status status = vfj_journal_first(lines->journal, &first);
    if (status == VFJ_OK && options->since_us != INT64_MIN)
        status = vfj_journal_since(lines->journal, options->since_us, &since);
    *seq = lines->after + 1;
    if (options->first > *seq)
        *seq = options->first;
    if (since > *seq)
        *seq = since;
    if (first > *seq)
        *seq = first;
    if (*seq > first)
        *seq = event_of(lines, *seq);
    vfj_stream_set_journal(lines->stream, lines->journal, first);
    return status;
}

static int begin(struct lines *lines, uint64_t *seq)
{
    uint64_t last = 0;
    struct vfj_record record;
    enum vfj_status status = vfj_journal_last(lines->journal, &last);
    *seq = 0;
    if (status == VFJ_OK && last == 0 && lines->options->follow)
        return VFJ_EXIT_OK;
    if (status == VFJ_OK && last == 0) {
        vfj_complain(lines->input->name, VFJ_NO_RECORDS);
        return VFJ_EXIT_DIFFERENT;
    }
    int exit_status = status == VFJ_OK ? take_cursor(lines) : fail(lines, status);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_progress_begin("reading records", "records", last);
    status = vfj_identity_read(lines->journal, &lines->source.identity);
    if (status == VFJ_OK)
        status = find_start(lines, seq);
    if (status == VFJ_OK)
        status = skip(lines, *seq);
    if (status != VFJ_OK)
        return fail(lines, status);
    lines->is_missing = *seq > 1 && lines->after == 0 && lines->options->first == 0
        && vfj_journal_get(lines->journal, *seq, &record) == VFJ_OK
        && lines->options->since_us == INT64_MIN && record.kind != VFJ_RECORD_CHECKPOINT;
    if (lines->options->redactor != NULL)
        vfj_redact_identity(lines->options->redactor, &lines->source.identity);
    lines->source.is_redacted = lines->options->redactor != NULL;
    return VFJ_EXIT_OK;
}

static int report(const struct lines *lines)
{
    if (lines->failed != VFJ_EXIT_OK)
        return lines->failed;
    if (lines->is_damaged)
        return vfj_complain_status(lines->input->name, VFJ_JOURNAL_DAMAGED, lines->damage);
    if (lines->is_missing) {
        vfj_complain(lines->input->name, "records are missing");
        return VFJ_EXIT_EDITED;
    }
    /* With a cursor, it is no fault when no row matches: no row was written after the cursor. */
    const struct vfj_lines_options *options = lines->options;
    if (lines->has_chosen || options->follow || options->after_cursor != NULL
        || options->cursor_file != NULL)
        return VFJ_EXIT_OK;
    vfj_complain(lines->input->name, "no record matches");
    return VFJ_EXIT_DIFFERENT;
}

/* Returns true when the journal was replaced by another file: it does not contain the newest row
 * that was read. */
static bool is_replaced(struct lines *lines)
{
    uint64_t last = 0;
    return vfj_journal_last(lines->journal, &last) == VFJ_OK && last < lines->after;
}

/* Prints the rows of the open journal that were not printed yet. Returns the exit status. */
static int write_new(struct lines *lines)
{
    uint64_t seq = lines->after + 1, first = 0;
    int exit_status = lines->has_begun ? VFJ_EXIT_OK : begin(lines, &seq);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    if (lines->has_begun) {
        if (is_replaced(lines)) {
            vfj_complain(lines->input->name, "another journal replaced the followed one");
            return VFJ_EXIT_DIFFERENT;
        }
        (void)vfj_journal_first(lines->journal, &first);
        vfj_stream_set_journal(lines->stream, lines->journal, first);
    }
    if (seq == 0)
        return VFJ_EXIT_OK; /* the journal has no records yet; the program waits for them */
    enum vfj_status status = walk(lines, seq);
    put_cursor(lines);
    /* While the program waits for further rows, a daemon may start or end, during which the journal
     * is busy. */
    bool comes_later = lines->has_begun && status == VFJ_JOURNAL_BUSY;
    lines->has_begun = true;
    if (status != VFJ_OK && !comes_later)
        return fail(lines, status);
    return report(lines);
}

static int write_once(struct lines *lines)
{
    int exit_status;
    enum vfj_status status
        = vfj_journal_open(&lines->journal, lines->input->path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        exit_status = write_new(lines);
    else
        exit_status
            = lines->has_begun && status == VFJ_JOURNAL_BUSY ? VFJ_EXIT_OK : fail(lines, status);
    vfj_journal_close(lines->journal);
    lines->journal = NULL;
    return exit_status;
}

static struct lines *open_lines(const struct vfj_lines_options *options,
                                const struct vfj_input *input, FILE *out)
{
    struct lines *lines = calloc(1, sizeof *lines);
    if (lines == NULL)
        return NULL;
    lines->options = options;
    lines->input = input;
    lines->out = out;
    lines->stream = vfj_stream_open(put, lines);
    if (lines->stream != NULL)
        return lines;
    free(lines);
    return NULL;
}

static void close_lines(struct lines *lines)
{
    vfj_stream_close(lines->stream);
    free(lines);
}

int vfj_lines_write(const struct vfj_lines_options *options, const struct vfj_input *input,
                    FILE *out)
{
    struct lines *lines = open_lines(options, input, out);
    if (lines == NULL)
        return vfj_complain_status(input->name, VFJ_SYSTEM, "out of memory");
    int exit_status = write_once(lines);
    close_lines(lines);
    return exit_status;
}

int vfj_lines_run(const struct vfj_lines_options *options, const struct vfj_input *input)
{
    static const struct timespec pause = {.tv_nsec = POLL_NS};
    struct lines *lines = open_lines(options, input, stdout);
    if (lines == NULL)
        return vfj_complain_status(input->name, VFJ_SYSTEM, "out of memory");
    int exit_status = vfj_finish_output(write_once(lines));
    while (options->follow && exit_status == VFJ_EXIT_OK) {
        (void)nanosleep(&pause, NULL);
        exit_status = vfj_finish_output(write_once(lines));
    }
    close_lines(lines);
    return exit_status;
}
