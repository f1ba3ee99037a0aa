/* Opens and reads a journal for a verb that shows migrations. */
#include "tools/audit/source.h"

#include <string.h>

#include "adapters/freebsd/run/clock.h"
#include "store/lock.h"
#include "tools/act_as_owner.h"
#include "tools/finding.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum { LINE_SIZE = 512 };

int vfj_audit_source_fail(const struct vfj_audit_source *source, enum vfj_status status)
{
    return vfj_complain_status(source->input.name, status, vfj_journal_detail(source->journal));
}

/* Reports why the journal cannot be read. Returns the exit status. */
static int fail(struct vfj_audit_source *source, enum vfj_status status)
{
    struct vfj_text text = vfj_text_begin(source->problem, sizeof source->problem);
    const char *detail = vfj_journal_detail(source->journal);
    if (!source->quiet)
        return vfj_audit_source_fail(source, status);
    vfj_text_format(&text, "%s: %s", source->input.name, vfj_status_text(status));
    if (detail[0] != '\0')
        vfj_text_format(&text, ": %s", detail);
    return vfj_exit_status_of(status);
}

static void report_waiting(const struct vfj_audit_source *source)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    if (source->waiting == 0)
        return;
    vfj_text_format(&text,
                    "the journal cannot be written: %llu event%s in the daemon's memory, and the"
                    " answer lacks them",
                    (unsigned long long)source->waiting,
                    source->waiting == 1 ? " waits" : "s wait");
    vfj_complain(source->input.name, line);
}

/* Reads the daemon's lock first and then the journal. When the daemon ends in between, episodes
 * without an end last to the present, and never to a time before the newest record. */
static int read_journal(struct vfj_audit_source *source)
{
    char bytes[128];
    struct vfj_text detail = vfj_text_begin(bytes, sizeof bytes);
    source->daemon = vfj_lock_holder(source->input.path, &detail);
    source->waiting = vfj_lock_waiting(source->input.path);
    if (!source->quiet)
        report_waiting(source);
    enum vfj_status status
        = vfj_journal_open(&source->journal, source->input.path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        status = vfj_audit_read(source->journal, source->daemon > 0 ? vfj_clock_wall_us() : 0,
                                source->put_span, source->arg, &source->audit);
    if (status != VFJ_OK)
        return fail(source, status);
    if (source->audit.newest.seq == 0 && source->audit.damage[0] == '\0') {
        struct vfj_text text = vfj_text_begin(source->problem, sizeof source->problem);
        vfj_text_format(&text, "%s: %s", source->input.name, VFJ_NO_RECORDS);
        if (!source->quiet)
            vfj_complain(source->input.name, VFJ_NO_RECORDS);
        return VFJ_EXIT_DIFFERENT;
    }
    return VFJ_EXIT_OK;
}

int vfj_audit_source_open(struct vfj_audit_source *source, const char *path)
{
    memset(&source->input, 0, sizeof source->input);
    memset(&source->audit, 0, sizeof source->audit);
    source->journal = NULL;
    source->problem[0] = '\0';
    int exit_status = vfj_act_as_owner_and_replace(path, source->replaced_file, 0644);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    if (source->verb != NULL)
        vfj_progress_report(source->verb, false);
    exit_status = vfj_input_open_journal(&source->input, path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = read_journal(source);
    if (source->verb != NULL)
        vfj_progress_end();
    return exit_status;
}

int vfj_audit_source_report(const struct vfj_audit_source *source)
{
    const struct vfj_audit *audit = &source->audit;
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    if (audit->damage[0] == '\0')
        return VFJ_EXIT_OK;
    vfj_text_format(&text, "damaged: %s", audit->damage);
    if (audit->unreadable > 0)
        vfj_text_format(&text, ": at most %llu records from %llu to %llu are unreadable",
                        (unsigned long long)audit->unreadable,
                        (unsigned long long)audit->unreadable_first,
                        (unsigned long long)audit->unreadable_last);
    vfj_complain(source->input.name, line);
    return VFJ_EXIT_DAMAGED;
}

static const struct vfj_episode *find_nearest(const struct vfj_audit *audit, uint64_t id)
{
    const struct vfj_episode *nearest = NULL;
    uint64_t distance = UINT64_MAX;
    for (size_t i = 0; i < audit->count; i++) {
        uint64_t other = audit->episodes[i].id;
        uint64_t apart = other > id ? other - id : id - other;
        if (apart < distance) {
            distance = apart;
            nearest = &audit->episodes[i];
        }
    }
    return nearest;
}

int vfj_audit_find_word(const struct vfj_audit *audit, const char *name, const char *verb,
                        const char *word, struct vfj_episode **episode)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    uint64_t id = 0;
    if (!vfj_span_to_u64(vfj_span_of(word), &id) || id == 0)
        return vfj_usage_error(verb, VFJ_NOT_AN_ID, word);
    *episode = vfj_audit_find(audit, id);
    if (*episode != NULL)
        return VFJ_EXIT_OK;
    const struct vfj_episode *nearest = find_nearest(audit, id);
    vfj_text_format(&text, "no migration has the ID %llu", (unsigned long long)id);
    if (id < audit->oldest.seq)
        vfj_text_format(&text, ": the journal begins with record %llu",
                        (unsigned long long)audit->oldest.seq);
    else if (nearest != NULL)
        vfj_text_format(&text, "; the nearest is %llu", (unsigned long long)nearest->id);
    else
        vfj_text_add(&text, ": the journal has none");
    vfj_complain(name, line);
    return VFJ_EXIT_DIFFERENT;
}

int vfj_audit_source_find(const struct vfj_audit_source *source, const char *verb, const char *word,
                          struct vfj_episode **episode)
{
    return vfj_audit_find_word(&source->audit, source->input.name, verb, word, episode);
}

void vfj_audit_source_close(struct vfj_audit_source *source)
{
    vfj_audit_free(&source->audit);
    vfj_journal_close(source->journal);
    vfj_input_close(&source->input);
}
