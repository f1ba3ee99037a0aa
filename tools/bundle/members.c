/* Writes the members of a bundle. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/machine/step.h"
#include "store/import.h"
#include "store/journal.h"
#include "store/secret.h"
#include "tools/bundle/bundle.h"
#include "tools/bundle/tar.h"
#include "tools/export/lines.h"
#include "tools/verb.h"

#define PLACE "vfjournal-bundle/"

static const char *const said_names[VFJ_BUNDLE_SAID_COUNT] = {[VFJ_BUNDLE_STATUS] = "status.txt",
                                                              [VFJ_BUNDLE_DOCTOR] = "doctor.txt",
                                                              [VFJ_BUNDLE_CONFIG] = "config.txt"};

/* Adds a line to README.txt: the member `name` is missing from the archive, and why. */
static void note(struct vfj_bundle *bundle, const char *name, const char *why)
{
    vfj_text_format(&bundle->notes_text, "%s is not there: %s\n", name, why);
}

void vfj_bundle_capture(struct vfj_captured *captured, bool messages, const char *const *words)
{
    char *argv[12];
    int argc = 0;
    for (; words[argc] != NULL && argc < 11; argc++)
        /* the elements are copied, because getopt_long(3) may change their order */
        argv[argc] = (char *)(uintptr_t)words[argc];
    argv[argc] = NULL;
    vfj_capture(argc, argv, messages, captured);
}

static bool add_bytes(struct vfj_bundle *bundle, const char *name, const char *bytes, size_t length)
{
    char path[128];
    (void)snprintf(path, sizeof path, PLACE "%s", name);
    return vfj_tar_add(bundle->out, path, bundle->now, bytes, length);
}

static bool add_stream(struct vfj_bundle *bundle, const char *name, FILE *from)
{
    char path[128];
    (void)snprintf(path, sizeof path, PLACE "%s", name);
    return vfj_tar_add_stream(bundle->out, path, bundle->now, from);
}

/* Appends a line without its passwords and, if the user asked for this, without names. Leaves out a
 * line that does not fit. */
static void add_safe_line(struct vfj_bundle *bundle, FILE *to, struct vfj_span line)
{
    struct vfj_text safe = vfj_text_begin(bundle->text, VFJ_BUNDLE_LINE_ROOM / 2);
    struct vfj_text redacted = vfj_text_begin(bundle->text + VFJ_BUNDLE_LINE_ROOM / 2,
                                              VFJ_BUNDLE_LINE_ROOM - VFJ_BUNDLE_LINE_ROOM / 2);
    vfj_secret_add(&safe, line);
    struct vfj_span span = {safe.bytes, safe.length};
    if (bundle->redactor != NULL) {
        vfj_redact_add(bundle->redactor, &redacted, span);
        span = (struct vfj_span){redacted.bytes, redacted.length};
    }
    if (!safe.overflow && !redacted.overflow)
        (void)fwrite(span.text, 1, span.length, to);
}

/* Adds what a verb printed. */
static bool add_said(struct vfj_bundle *bundle, const char *name,
                     const struct vfj_captured *captured)
{
    char *bytes = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&bytes, &length);
    if (stream == NULL)
        return false;
    struct vfj_span rest = {captured->bytes != NULL ? captured->bytes : "", captured->length};
    while (rest.length > 0) {
        const char *end = memchr(rest.text, '\n', rest.length);
        size_t count = end != NULL ? (size_t)(end - rest.text) + 1 : rest.length;
        add_safe_line(bundle, stream, (struct vfj_span){rest.text, count});
        rest = (struct vfj_span){rest.text + count, rest.length - count};
    }
    (void)fprintf(stream, "(exit status %d)\n", captured->exit_status);
    bool is_written = fclose(stream) == 0 && add_bytes(bundle, name, bytes, length);
    free(bytes);
    return is_written;
}

/* Makes rows from exported lines. A journal made from these rows contains no passwords or names,
 * because the lines contain none. */
static enum vfj_status take_lines(struct vfj_import_rows *rows, FILE *lines)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    uint64_t number = 0;
    enum vfj_import_fault fault;
    bool is_late;
    enum vfj_status status = VFJ_OK;
    rewind(lines);
    while (status == VFJ_OK && (length = getline(&line, &room, lines)) > 0) {
        struct vfj_span span = {line, (size_t)length - 1};
        if (vfj_import_rows_take(rows, span, ++number, &fault, &is_late) != VFJ_IMPORT_TAKEN)
            status = VFJ_SYSTEM;
    }
    free(line);
    return status;
}

static void make_journal(struct vfj_bundle *bundle, FILE *lines)
{
    char source[VFJ_IMPORT_SOURCE_MAX], why[512];
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    struct vfj_import_journal journal = {.what = NULL};
    struct vfj_import_rows *rows = vfj_import_rows_open();
    enum vfj_status status = rows != NULL ? take_lines(rows, lines) : VFJ_SYSTEM;
    if (status == VFJ_OK && vfj_import_rows_next_source(rows, source))
        status = vfj_import_write(rows, bundle->scratch.path, &journal, &detail);
    bundle->has_journal = status == VFJ_OK && journal.last >= journal.first && journal.first > 0;
    if (!bundle->has_journal)
        note(bundle, "journal.db", journal.what != NULL ? journal.what : vfj_status_text(status));
    else if (journal.what != NULL)
        vfj_text_format(&bundle->notes_text, "journal.db ends before record %" PRIu64 ": %s\n",
                        journal.fault, journal.what);
    else if (journal.chain_is_new != 0)
        vfj_text_format(&bundle->notes_text,
                        "journal.db has a new chain from record %" PRIu64
                        " on: a password was replaced there\n",
                        journal.chain_is_new);
    vfj_import_rows_close(rows);
}

/* Adds the records as lines to the archive. Then makes the temporary journal from these lines. */
static bool add_lines(struct vfj_bundle *bundle)
{
    const struct vfj_lines_options options = {.since_us = INT64_MIN,
                                              .first = bundle->first,
                                              .last = bundle->last,
                                              .redactor = bundle->redactor};
    FILE *lines = tmpfile();
    if (lines == NULL)
        return false;
    bundle->exit_status = vfj_lines_write(&options, &bundle->input, lines);
    bool is_written = ferror(lines) == 0 && add_stream(bundle, "journal.ndjson", lines);
    if (is_written)
        make_journal(bundle, lines);
    (void)fclose(lines);
    return is_written;
}

static bool add_journal(struct vfj_bundle *bundle)
{
    FILE *journal = bundle->has_journal ? fopen(bundle->scratch.path, "rbe") : NULL;
    if (journal == NULL)
        return !bundle->has_journal;
    bool is_written = add_stream(bundle, "journal.db", journal);
    (void)fclose(journal);
    return is_written;
}

/* Adds the trace to the archive. It is made from the temporary journal. So it has no passwords and,
 * if names are redacted, no names. */
static bool add_trace(struct vfj_bundle *bundle)
{
    struct vfj_captured captured = {.exit_status = -1};
    if (bundle->has_journal)
        vfj_bundle_capture(
            &captured, false,
            (const char *const[]){"export", "--trace", "-J", bundle->scratch.path, NULL});
    bool has_trace = captured.exit_status == VFJ_EXIT_OK && captured.length > 0;
    if (!has_trace)
        note(bundle, "journal.trace",
             bundle->first > 1 ? "its records begin with a checkpoint, and a trace with the first"
                               : "a trace cannot express these records");
    bool is_written
        = !has_trace || add_bytes(bundle, "journal.trace", captured.bytes, captured.length);
    free(captured.bytes);
    return is_written;
}

/* Adds the output of a verb that reads the temporary journal. Names are therefore redacted in the
 * same way as in the other members of the archive. */
static bool add_view(struct vfj_bundle *bundle, const char *name, const char *const *words)
{
    struct vfj_captured captured;
    vfj_bundle_capture(&captured, false, words);
    bool is_there = captured.exit_status == VFJ_EXIT_OK && captured.length > 0;
    bool is_written = !is_there || add_bytes(bundle, name, captured.bytes, captured.length);
    if (!is_there)
        note(bundle, name, "the program has nothing to say of these records");
    free(captured.bytes);
    return is_written;
}

static bool add_views(struct vfj_bundle *bundle)
{
    const char *path = bundle->scratch.path;
    bool is_written = !bundle->has_journal
        || add_view(bundle, "migrations.txt",
                    (const char *const[]){"migrations", "-n", "all", "--utc", "-J", path, NULL});
    for (unsigned i = 0; i < bundle->id_count && bundle->has_journal && is_written; i++) {
        char id[24], name[64];
        (void)snprintf(id, sizeof id, "%" PRIu64, bundle->ids[i]);
        (void)snprintf(name, sizeof name, "migration-%s.txt", id);
        is_written = add_view(bundle, name,
                              (const char *const[]){"migration", "--utc", "-J", path, id, NULL});
        (void)snprintf(name, sizeof name, "timeline-%s.html", id);
        is_written = is_written
            && add_view(bundle, name,
                        (const char *const[]){"timeline", "-o", "html", "--utc", "-J", path, id,
                                              NULL});
    }
    return is_written;
}

static bool add_versions(struct vfj_bundle *bundle)
{
    char bytes[1024];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    struct utsname system;
    vfj_text_format(&text, "vfjournal " VFJ_VERSION "\nrules %d\nSQLite %s\n", VFJ_RULES,
                    vfj_journal_library_version());
    if (!bundle->options->no_guest && uname(&system) == 0)
        vfj_text_format(&text, "%s %s %s\n", system.sysname, system.release, system.machine);
    return add_bytes(bundle, "versions.txt", text.bytes, text.length);
}

static bool add_readme(struct vfj_bundle *bundle)
{
    char bytes[6144];
    char source[VFJ_EVENT_SOURCE_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_identity identity = bundle->identity;
    if (bundle->redactor != NULL)
        vfj_redact_identity(bundle->redactor, &identity);
    vfj_event_source_print(&identity, source);
    vfj_text_format(&text, "Records %" PRIu64 " to %" PRIu64 " of %s.\n", bundle->first,
                    bundle->last, source);
    if (bundle->id_count > 0)
        vfj_text_add(&text, "Migrations:");
    for (unsigned i = 0; i < bundle->id_count; i++)
        vfj_text_format(&text, " %" PRIu64, bundle->ids[i]);
    vfj_text_format(
        &text,
        "%s%s\n\n"
        "journal.db        the records: vfjournal show, explain, replay and verify read it\n"
        "journal.ndjson    the same records as lines of JSON, each a CloudEvents 1.0 event\n"
        "journal.trace     the same as a trace: vfjournal replay asks it again, with other settings\n"
        "timeline-ID.html  each migration as a picture, migration-ID.txt in words\n"
        "status.txt, doctor.txt, config.txt   what vfjournal said of the guest then\n\n%s",
        bundle->id_count > 0 ? ".\n" : "",
        bundle->redactor != NULL
            ? "Names and addresses are pseudonyms, the same ones in every file."
            : "Passwords are replaced by ********; names and addresses are not.",
        bundle->notes);
    return add_bytes(bundle, "README.txt", text.bytes, text.length);
}

bool vfj_bundle_write(struct vfj_bundle *bundle)
{
    bool is_written
        = add_lines(bundle) && add_journal(bundle) && add_trace(bundle) && add_views(bundle);
    for (size_t i = 0; i < VFJ_BUNDLE_SAID_COUNT && is_written && !bundle->options->no_guest; i++)
        is_written = add_said(bundle, said_names[i], &bundle->said[i]);
    return is_written && add_versions(bundle) && add_readme(bundle) && vfj_tar_end(bundle->out);
}
