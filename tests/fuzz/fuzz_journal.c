/* Fuzzes a journal file. Opening, reading, replaying, verifying and recovering it must end and stay
 * within their limits. None of them may change the file or its directory. */
#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/check.h"
#include "core/limits.h"
#include "store/recover.h"
#include "store/recover_rows.h"
#include "store/replay.h"
#include "store/verify.h"
#include "tools/audit/read.h"
#include "tools/record_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char directory[128];
static char path[160];
static char to[160];

static void remove_directory(void)
{
    (void)unlink(path);
    (void)rmdir(directory);
}

static void make_directory(void)
{
    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    if (directory[0] != '\0')
        return;
    (void)snprintf(directory, sizeof directory, "%s/vfjournal-fuzz.XXXXXX", parent);
    VFJ_CHECK(mkdtemp(directory) != NULL);
    (void)snprintf(path, sizeof path, "%s/journal.db", directory);
    (void)snprintf(to, sizeof to, "%s/new.db", directory);
    (void)atexit(remove_directory);
}

static void write_file(const uint8_t *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    VFJ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size && close(fd) == 0);
}

static void check_unchanged(const uint8_t *data, size_t size)
{
    uint8_t *now = malloc(size + 1);
    int fd = open(path, O_RDONLY);
    VFJ_CHECK(now != NULL && fd >= 0 && read(fd, now, size + 1) == (ssize_t)size
              && memcmp(now, data, size) == 0);
    (void)close(fd);
    free(now);
    DIR *entries = opendir(directory);
    unsigned count = 0;
    VFJ_CHECK(entries != NULL);
    while (readdir(entries) != NULL)
        count++;
    (void)closedir(entries);
    VFJ_CHECK(count == 3); /* the only entries are ".", ".." and the journal */
}

static void check_record(const struct vfj_record *record)
{
    VFJ_CHECK(record->seq > 0 && record->body.length <= VFJ_BODY_MAX
              && record->note.length <= VFJ_RECORD_NAME);
    VFJ_CHECK(record->kind < VFJ_RECORD_KIND_COUNT && record->cause < record->seq);
}

static void walk(struct vfj_journal *journal, enum vfj_direction direction)
{
    struct vfj_record record;
    FILE *null = fopen("/dev/null", "we");
    VFJ_CHECK(null != NULL);
    vfj_journal_walk(journal, direction == VFJ_FORWARD ? 0 : UINT64_MAX, direction);
    while (vfj_journal_next(journal, &record) == VFJ_OK) {
        check_record(&record);
        if (direction == VFJ_BACKWARD)
            vfj_record_print_json(null, &record, NULL);
    }
    vfj_journal_walk_end(journal);
    (void)fclose(null);
}

/* Checks the list of episodes that the journal contains: their ids increase, and their durations
 * and verdicts are valid. */
static void audit(struct vfj_journal *journal)
{
    struct vfj_audit audit;
    enum vfj_status status = vfj_audit_read(journal, INT64_MAX, NULL, NULL, &audit);
    for (size_t i = 0; i < audit.count; i++) {
        struct vfj_episode *episode = &audit.episodes[i];
        VFJ_CHECK(episode->id > 0 && (i == 0 || episode->id > audit.episodes[i - 1].id));
        VFJ_CHECK(episode->event <= episode->id && vfj_episode_us(episode) >= 0);
        VFJ_CHECK(vfj_audit_find(&audit, episode->id) == episode);
        if (i < 8)
            (void)vfj_audit_count_commands(journal, episode);
        VFJ_CHECK(vfj_episode_verdict(episode, VFJ_SLOW_US) < VFJ_EPISODE_VERDICT_COUNT);
    }
    VFJ_CHECK(status != VFJ_END);
    vfj_audit_free(&audit);
}

static void look(struct vfj_journal *journal)
{
    static struct vfj_machine machine;
    struct vfj_replay_result result;
    walk(journal, VFJ_FORWARD);
    walk(journal, VFJ_BACKWARD);
    audit(journal);
    vfj_machine_init(&machine);
    vfj_replay_run(journal, &machine, NULL, &result);
    VFJ_CHECK(result.verdict < VFJ_VERDICT_COUNT);
}

static void read_rows(void)
{
    struct vfj_recover_rows *rows = NULL;
    struct vfj_record record;
    char detail[256];
    struct vfj_text text = vfj_text_begin(detail, sizeof detail);
    VFJ_CHECK(vfj_recover_rows_open(&rows, path, &text) == VFJ_OK);
    for (size_t i = 0; i < vfj_recover_rows_count(rows); i++) {
        if (vfj_recover_rows_get(rows, i, false, &record))
            check_record(&record);
    }
    vfj_recover_rows_close(rows);
}

static void see(void *arg, const struct vfj_record *record)
{
    (void)arg;
    check_record(record);
}

/* Checks that a journal recovered from this one is sound. Does so in some of the runs only, because
 * recovery waits for the disk (fsync). */
static void recover_journal(void)
{
    static unsigned turn;
    struct vfj_recovered recovered;
    struct vfj_verified verified;
    if (turn++ % 16 != 0 || vfj_recover(path, to, 1, see, NULL, &recovered) != VFJ_OK)
        return;
    vfj_verify(to, &recovered.saved, &verified);
    VFJ_CHECK(verified.finding == VFJ_FINDING_SOUND
              || verified.finding == VFJ_FINDING_RULES_CHANGED);
    (void)unlink(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vfj_journal *journal = NULL;
    struct vfj_verified verified;
    if (size > 1 << 20)
        return -1;
    make_directory();
    write_file(data, size);
    if (vfj_journal_open(&journal, path, VFJ_JOURNAL_READ) == VFJ_OK)
        look(journal);
    vfj_journal_close(journal);
    vfj_verify(path, NULL, &verified);
    read_rows();
    recover_journal();
    check_unchanged(data, size);
    return 0;
}
