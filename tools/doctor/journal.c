/* The checks of `vfjournal doctor` about the daemon and its journal. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "adapters/freebsd/privsep/user.h"
#include "adapters/freebsd/run/clock.h"
#include "core/data/finding.h"
#include "store/lock.h"
#include "tools/act_as_owner.h"
#include "tools/doctor/doctor.h"
#include "tools/terminal.h"
#include "tools/time_format.h"

enum {
    /* a warning is given when less space is free; a journal grows by some kilobytes for each
     * event, so that this space is sufficient for years */
    DISK_LOW_MB = 256,
    DISK_OUT_MB = 16,
    CLOCK_SLACK_US = 2 * 1000 * 1000,
};

/* Returns true when the daemon can run as the user `uid`. */
static bool is_daemons(uid_t uid)
{
    struct vfj_user user;
    return uid == 0 || uid == geteuid()
        || (vfj_user_find(VFJ_USER_DEFAULT, &user) && uid == user.uid);
}

static void check_mode(struct vfj_doctor *doctor, const char *path, mode_t forbidden,
                       const char *advice)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        if (errno != ENOENT)
            vfj_doctor_find2(doctor, VFJ_LEVEL_FAIL, "files", path, ": can't be read",
                             "run me as root");
        return;
    }
    if (S_ISLNK(status.st_mode))
        vfj_doctor_find2(doctor, VFJ_LEVEL_WARN, "files", path, " is a symbolic link",
                         "name the file itself");
    else if ((status.st_mode & forbidden) != 0)
        vfj_doctor_find2(doctor, VFJ_LEVEL_WARN, "files", path, " is open to others than its owner",
                         advice);
    else if (!is_daemons(status.st_uid))
        vfj_doctor_find2(doctor, VFJ_LEVEL_WARN, "files", path,
                         " belongs to none of root, " VFJ_USER_DEFAULT " and you", "chown it");
    else
        vfj_doctor_find2(doctor, VFJ_LEVEL_OK, "files", path, ": for its owner alone", "");
}

static void check_files(struct vfj_doctor *doctor, const char *directory)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    check_mode(doctor, directory, S_IRWXG | S_IRWXO, "chmod 0700 it");
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char path[VFJ_PATHNAME_SIZE + 8];
        struct vfj_text text = vfj_text_begin(path, sizeof path);
        vfj_text_add(&text, doctor->journal);
        vfj_text_add(&text, suffixes[i]);
        check_mode(doctor, path, S_IRWXG | S_IRWXO, "chmod 0600 it");
    }
}

static void check_disk(struct vfj_doctor *doctor, const char *directory)
{
    struct statvfs disk;
    char what[64];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    if (statvfs(directory, &disk) != 0)
        return;
    uint64_t free_mb = (uint64_t)disk.f_bavail * disk.f_frsize >> 20;
    vfj_text_add_u64(&text, free_mb);
    vfj_text_add(&text, " MiB free for the journal");
    if (free_mb < DISK_LOW_MB)
        vfj_doctor_find(doctor, free_mb < DISK_OUT_MB ? VFJ_LEVEL_FAIL : VFJ_LEVEL_WARN, "disk",
                        what,
                        "make room, or move the journal with --journal: when it can't be written, "
                        "rows wait in memory");
    else
        vfj_doctor_find(doctor, VFJ_LEVEL_OK, "disk", what, "");
}

static void check_clock(struct vfj_doctor *doctor, const struct vfj_status_facts *facts)
{
    char what[128];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    int64_t now_us = vfj_clock_wall_us();
    if (facts->result.records == 0)
        return;
    vfj_text_add(&text, "the newest record is of ");
    vfj_time_add(&text, facts->newest_wall_us, doctor->zone);
    if (facts->newest_wall_us > now_us + CLOCK_SLACK_US) {
        vfj_text_add(&text, ", which is yet to come");
        vfj_doctor_find(doctor, VFJ_LEVEL_WARN, "clock", what,
                        "the clock was set back: see that ntpd(8) runs; delays and the order of "
                        "records do not suffer");
        return;
    }
    vfj_text_add(&text, ", ");
    vfj_time_add_duration(&text, now_us - facts->newest_wall_us);
    vfj_text_add(&text, " ago");
    vfj_doctor_find(doctor, VFJ_LEVEL_OK, "clock", what, "");
}

static void check_findings(struct vfj_doctor *doctor, const struct vfj_slot *slot)
{
    for (unsigned kind = 0; kind < VFJ_FOUND_COUNT; kind++) {
        if ((slot->transparent.findings >> kind & 1) != 0)
            vfj_doctor_find(
                doctor,
                vfj_found_is_fault((enum vfj_finding_kind)kind) ? VFJ_LEVEL_WARN : VFJ_LEVEL_OK,
                slot->hn.text, vfj_reason_text(vfj_found_reason((enum vfj_finding_kind)kind)),
                vfj_found_advice((enum vfj_finding_kind)kind));
    }
}

static void check_faults(struct vfj_doctor *doctor, const struct vfj_state *state)
{
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        const struct vfj_slot *slot = &state->slots[i];
        check_findings(doctor, slot);
        char user[768];
        struct vfj_text text = vfj_text_begin(user, sizeof user);
        vfj_status_add_user(&text, slot);
        if (slot->fault != VFJ_REASON_NONE && slot->transparent.findings == 0)
            vfj_doctor_find2(doctor, VFJ_LEVEL_WARN, slot->hn.text,
                             vfj_reason_text((enum vfj_reason)slot->fault), user,
                             "see vfjournal status, and vfjournal show -i of it");
    }
}

static void check_verdict(struct vfj_doctor *doctor, const struct vfj_status_facts *facts,
                          const char *detail)
{
    enum vfj_verdict verdict = (enum vfj_verdict)facts->result.verdict;
    bool is_usable = verdict == VFJ_VERDICT_SAME || verdict == VFJ_VERDICT_RULES_CHANGED;
    if (is_usable && facts->result.records == 0) {
        vfj_doctor_find(doctor, VFJ_LEVEL_WARN, "journal", VFJ_NO_RECORDS,
                        "service vfjournal start; to copy a journal, use vfjournal backup");
        return;
    }
    switch (verdict) {
    case VFJ_VERDICT_SAME:
    case VFJ_VERDICT_RULES_CHANGED:
        vfj_doctor_find2(doctor, VFJ_LEVEL_OK, "journal", vfj_verdict_text(verdict), "", "");
        break;
    case VFJ_VERDICT_DIVERGED:
    case VFJ_VERDICT_EDITED:
    case VFJ_VERDICT_INCOMPLETE:
        vfj_doctor_find2(
            doctor, VFJ_LEVEL_FAIL, "journal", vfj_verdict_text(verdict), "",
            "vfjournal replay says where; keep the file, and let the daemon begin a new one");
        break;
    case VFJ_VERDICT_UNUSABLE:
    case VFJ_VERDICT_COUNT:
        vfj_doctor_find2(doctor, VFJ_LEVEL_FAIL, "journal",
                         vfj_status_text((enum vfj_status)facts->result.status), detail,
                         "keep the file, and move it away");
        break;
    }
}

/* Checks that the owner of the lock file is a user as which the daemon can run. */
static void check_user(struct vfj_doctor *doctor)
{
    char path[VFJ_PATHNAME_SIZE + 8];
    struct stat status;
    struct vfj_user user;
    struct vfj_text text = vfj_text_begin(path, sizeof path);
    vfj_text_add(&text, doctor->journal);
    vfj_text_add(&text, ".lock");
    if (lstat(path, &status) != 0 || status.st_uid != 0)
        return;
    bool found = vfj_user_find(VFJ_USER_DEFAULT, &user);
    vfj_doctor_find(doctor, VFJ_LEVEL_WARN, "daemon",
                    found ? "is root, in one process: the reader of devd's lines has all rights"
                          : "is root, in one process, for there is no user " VFJ_USER_DEFAULT
                            ": the reader of devd's lines has all rights",
                    found ? "its first line in the log says why; without --one-process it is two"
                          : "pw useradd " VFJ_USER_DEFAULT " -d /nonexistent -s /usr/sbin/nologin,"
                            " then service vfjournal restart");
}

static void check_daemon(struct vfj_doctor *doctor, const struct vfj_status_facts *facts)
{
    const struct vfj_head *head = &facts->machine.state.head;
    char what[96];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    if (doctor->daemon == 0) {
        vfj_doctor_find(doctor, VFJ_LEVEL_WARN, "daemon", "does not run: nothing is journalled",
                        "service vfjournal start");
        return;
    }
    if (doctor->daemon < 0) {
        vfj_doctor_find(doctor, VFJ_LEVEL_WARN, "daemon", "whether it runs is unknown",
                        "run me as root");
        return;
    }
    doctor->acts = facts->result.records > 0 && head->running && head->mode == VFJ_MODE_ACT;
    vfj_text_add(&text, "runs, pid ");
    vfj_text_add_i64(&text, doctor->daemon);
    vfj_text_add(&text, ", mode ");
    vfj_text_add(&text, vfj_mode_name((enum vfj_mode)head->mode));
    vfj_text_add(&text, ", policy ");
    vfj_text_add(&text, vfj_policy_name((enum vfj_policy)head->policy));
    vfj_doctor_find(doctor, VFJ_LEVEL_OK, "daemon", what, "");
    check_user(doctor);
    if (vfj_lock_is_of_other_file(doctor->journal))
        vfj_doctor_find(doctor, VFJ_LEVEL_FAIL, "daemon",
                        "writes another file: the journal was moved, removed or replaced",
                        "put it back, or service vfjournal restart");
    if (!facts->listening)
        vfj_doctor_find2(doctor, VFJ_LEVEL_FAIL, "daemon",
                         "is not connected to devd: ", facts->gap.text,
                         "see that devd(8) runs and has a free place for a client");
}

static struct vfj_doctor_slot slot_of(const struct vfj_status_facts *facts, unsigned i)
{
    const struct vfj_slot *slot = &facts->machine.state.slots[i];
    return (struct vfj_doctor_slot){
        .hn = slot->hn,
        .busy = vfj_slot_has_plan(slot),
        .last_command = facts->slots[i].last.id,
    };
}

static void note_slots(struct vfj_doctor *doctor, const struct vfj_status_facts *facts)
{
    doctor->slot_count = facts->machine.state.head.slot_count;
    for (unsigned i = 0; i < doctor->slot_count; i++)
        doctor->slots[i] = slot_of(facts, i);
}

/* Returns true when the daemon worked on the hn at the first reading of the journal, does so now,
 * or did so in between. */
static bool has_worked(const struct vfj_doctor *doctor, const struct vfj_status_facts *facts,
                       struct vfj_name hn)
{
    struct vfj_doctor_slot then = {.busy = false};
    for (unsigned i = 0; i < doctor->slot_count; i++) {
        if (vfj_name_equal(doctor->slots[i].hn, hn))
            then = doctor->slots[i];
    }
    for (unsigned i = 0; i < facts->machine.state.head.slot_count; i++) {
        struct vfj_doctor_slot now = slot_of(facts, i);
        if (vfj_name_equal(now.hn, hn))
            return then.busy || now.busy || now.last_command != then.last_command;
    }
    return then.busy;
}

static bool is_at_work(struct vfj_doctor *doctor, struct vfj_name hn)
{
    struct vfj_journal *journal = NULL;
    struct vfj_status_facts *facts = calloc(1, sizeof *facts);
    bool at_work = false;
    if (facts != NULL && vfj_journal_open(&journal, doctor->journal, VFJ_JOURNAL_READ) == VFJ_OK) {
        vfj_status_facts_gather(journal, facts);
        at_work = has_worked(doctor, facts, hn);
    }
    vfj_journal_close(journal);
    free(facts);
    return at_work;
}

static void check_waiting(struct vfj_doctor *doctor)
{
    char what[96];
    uint64_t events = vfj_lock_waiting(doctor->journal);
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    if (events == 0)
        return;
    vfj_text_add_u64(&text, events);
    vfj_text_add(&text, " events wait in memory: the daemon can't write the journal");
    vfj_doctor_find(doctor, VFJ_LEVEL_FAIL, "journal", what,
                    "make room on the disk; the daemon tries again every 5 s");
}

static void check_content(struct vfj_doctor *doctor, struct vfj_status_facts *facts)
{
    struct vfj_journal *journal = NULL;
    enum vfj_status status = vfj_journal_open(&journal, doctor->journal, VFJ_JOURNAL_READ);
    if (status == VFJ_OK) {
        vfj_status_facts_gather(journal, facts);
        note_slots(doctor, facts);
        check_daemon(doctor, facts);
        check_verdict(doctor, facts, vfj_journal_detail(journal));
        check_faults(doctor, &facts->machine.state);
        check_clock(doctor, facts);
    } else {
        memset(facts, 0, sizeof *facts);
        check_daemon(doctor, facts);
        bool absent = status == VFJ_JOURNAL_ABSENT;
        vfj_doctor_find2(doctor, absent ? VFJ_LEVEL_WARN : VFJ_LEVEL_FAIL, "journal",
                         doctor->journal, absent ? ": not there yet" : ": can't be used",
                         absent ? "it is made when the daemon starts" : vfj_status_text(status));
    }
    vfj_journal_close(journal);
}

static void check_journal(struct vfj_doctor *doctor)
{
    char bytes[128], directory[VFJ_PATHNAME_SIZE];
    struct vfj_text detail = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_status_facts *facts = calloc(1, sizeof *facts);
    doctor->daemon = vfj_lock_holder(doctor->journal, &detail);
    vfj_span_copy(directory, sizeof directory, vfj_span_of(doctor->journal));
    char *slash = strrchr(directory, '/');
    if (slash != NULL && slash != directory)
        *slash = '\0';
    else
        vfj_span_copy(directory, sizeof directory, vfj_span_of(slash != NULL ? "/" : "."));
    check_waiting(doctor);
    if (facts != NULL)
        check_content(doctor, facts);
    free(facts);
    check_files(doctor, directory);
    check_disk(doctor, directory);
}

/* When doctor is root, a child process reads the journal. The child becomes the journal's user,
 * while doctor stays root. The structs below are the child's task and its result. The result has
 * only numbers and names, and doctor checks it, because the child reads bytes that must not be
 * trusted. */

struct question {
    struct vfj_doctor *doctor;
    struct vfj_name hn;
};

struct answer {
    uint32_t counts[VFJ_LEVEL_FAIL + 1];
    uint32_t acts;
    int64_t daemon;
    uint32_t slot_count;
    struct {
        struct vfj_name hn;
        uint32_t busy;
        uint64_t last_command;
    } slots[VFJ_SLOTS_MAX];
};

static bool check_as_owner(void *context, void *result)
{
    struct question *question = context;
    struct vfj_doctor *doctor = question->doctor;
    struct answer *answer = result;
    check_journal(doctor);
    for (unsigned i = 0; i <= VFJ_LEVEL_FAIL; i++)
        answer->counts[i] = doctor->counts[i];
    answer->acts = doctor->acts;
    answer->daemon = doctor->daemon;
    answer->slot_count = doctor->slot_count;
    for (unsigned i = 0; i < doctor->slot_count; i++) {
        answer->slots[i].hn = doctor->slots[i].hn;
        answer->slots[i].busy = doctor->slots[i].busy;
        answer->slots[i].last_command = doctor->slots[i].last_command;
    }
    return true;
}

static void take_answer(struct vfj_doctor *doctor, const struct answer *answer)
{
    for (unsigned i = 0; i <= VFJ_LEVEL_FAIL; i++)
        doctor->counts[i] = answer->counts[i];
    doctor->acts = answer->acts != 0;
    doctor->daemon = answer->daemon > INT32_MAX ? -1 : (long)answer->daemon;
    for (unsigned i = 0; i < answer->slot_count && i < VFJ_SLOTS_MAX; i++) {
        struct vfj_doctor_slot *slot = &doctor->slots[doctor->slot_count];
        const char *hn = answer->slots[i].hn.text;
        if (!vfj_name_parse((struct vfj_span){hn, strnlen(hn, sizeof answer->slots[i].hn.text)},
                            &slot->hn))
            continue;
        slot->busy = answer->slots[i].busy != 0;
        slot->last_command = answer->slots[i].last_command;
        doctor->slot_count++;
    }
}

void vfj_doctor_check_journal(struct vfj_doctor *doctor)
{
    static struct answer answer;
    struct question question = {.doctor = doctor};
    if (!vfj_owner_differs(doctor->journal))
        check_journal(doctor);
    else if (vfj_run_as_owner(doctor->journal, check_as_owner, &question, &answer, sizeof answer))
        take_answer(doctor, &answer);
    else
        vfj_doctor_find2(doctor, VFJ_LEVEL_FAIL, "journal", doctor->journal,
                         ": the check as its owner ended early", "run vfjournal verify");
}

static bool ask_as_owner(void *context, void *result)
{
    const struct question *question = context;
    *(uint32_t *)result = is_at_work(question->doctor, question->hn);
    return true;
}

bool vfj_doctor_is_at_work(struct vfj_doctor *doctor, struct vfj_name hn)
{
    struct question question = {.doctor = doctor, .hn = hn};
    uint32_t at_work = 0;
    if (!doctor->acts)
        return false;
    if (!vfj_owner_differs(doctor->journal))
        return is_at_work(doctor, hn);
    return vfj_run_as_owner(doctor->journal, ask_as_owner, &question, &at_work, sizeof at_work)
        && at_work != 0;
}
