/* Tests the short bodies of snapshots (store/short_body.h): which bodies are stored short, and that
 * every reader gets them as they were before. A body that is not short is called whole. The base of
 * a short body is the earlier body to which it refers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/journal.h"
#include "store/ledger.h"
#include "store/short_body.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"
#include "tools/verb.h"

/* The functions below test which body is stored: the short one, or "whole" when the body stays as
 * it is. */

static struct vfj_bases bases;
static char written[VFJ_BASE_SIZE];

static const char *shorten(uint64_t seq, unsigned kind, const char *body)
{
    struct vfj_record record = {.seq = seq, .kind = (uint8_t)kind, .body = vfj_span_of(body)};
    struct vfj_text text = vfj_text_begin(written, sizeof written);
    struct vfj_span span = vfj_bases_shorten(&bases, &record, &text);
    if (span.text == body)
        return "whole";
    written[span.length] = '\0';
    return written;
}

/* Pairs of a snapshot's body that are the same in most bodies of the test. LONG is so long that a
 * short body saves more than half. */
#define LONG "hn_media=\"Ethernet \\\"10G\\\" <full-duplex>, Ethernet 10Gbase-T <full-duplex>\""
#define SAME " probe=snapshot ok=1 " LONG " hn_if=hn0"

static const char *snapshot(uint64_t seq, const char *body)
{
    return shorten(seq, VFJ_EVENT_OBSERVED, body);
}

static void test_shorten(void **state)
{
    (void)state;
    memset(&bases, 0, sizeof bases);
    assert_string_equal(snapshot(4, "command=1" SAME " hn_mtu=1500"), "whole");
    assert_string_equal(snapshot(6, "command=2" SAME " hn_mtu=1500"), "as=4 command=2");
    assert_string_equal(snapshot(8, "command=3" SAME " hn_mtu=9000"), "as=4 command=3 hn_mtu=9000");
    assert_string_equal(snapshot(9, "command=1" SAME " hn_mtu=1500"), "as=4");

    /* A body with other keys than its base, with one key more or with one less stays whole, and
     * becomes the base of the next body. */
    assert_string_equal(snapshot(10, "command=4" SAME " hn_link=1"), "whole");
    assert_string_equal(snapshot(12, "command=5" SAME " hn_link=1 hn_mtu=1500"), "whole");
    assert_string_equal(snapshot(14, "command=6" SAME " hn_link=1"), "whole");
    assert_string_equal(snapshot(16, "command=7" SAME " hn_link=1"), "as=14 command=7");

    /* the bodies of an hn with a VF, and those of another hn, have other bases */
    assert_string_equal(snapshot(18, "command=8" SAME " vf_if=mce0"), "whole");
    assert_string_equal(snapshot(20, "command=9 probe=snapshot ok=1 " LONG " hn_if=hn1"), "whole");
    assert_string_equal(snapshot(22, "command=10" SAME " vf_if=mce0"), "as=18 command=10");
    assert_string_equal(snapshot(24, "command=11" SAME " hn_link=1"), "as=14 command=11");

    /* A body has a key twice. It is whole when its base lacks the key. It is short when only the
     * first pair differs from that of the base, and whole when only the second one does. */
    assert_string_equal(snapshot(30,
                                 "command=12" SAME " hn_address=10.0.0.4/24"
                                 " hn_address=10.0.0.5/24"),
                        "whole");
    assert_string_equal(snapshot(32,
                                 "command=12" SAME " hn_address=10.0.0.6/24"
                                 " hn_address=10.0.0.5/24"),
                        "as=30 hn_address=10.0.0.6/24");
    assert_string_equal(snapshot(34,
                                 "command=12" SAME " hn_address=10.0.0.6/24"
                                 " hn_address=10.0.0.7/24"),
                        "as=30 hn_address=10.0.0.6/24 hn_address=10.0.0.7/24");
    assert_string_equal(snapshot(36,
                                 "command=12" SAME " hn_address=10.0.0.4/24"
                                 " hn_address=10.0.0.7/24"),
                        "whole");
}

/* Only the body of a snapshot becomes short, and only when the short body has less than half the
 * length. */
static void test_whole(void **state)
{
    static char longest[VFJ_BASE_SIZE + 100];
    (void)state;
    memset(&bases, 0, sizeof bases);
    for (unsigned i = 1; i < 9; i += 2) {
        assert_string_equal(shorten(i, VFJ_EVENT_DEVD, "command=1" SAME), "whole");
        assert_string_equal(snapshot(i, "command=1 probe=slot ok=1 hn_if=hn0 " LONG), "whole");
        assert_string_equal(snapshot(i, "command=1 ok=1 hn_if=hn0 " LONG), "whole");
        assert_string_equal(snapshot(i, "command=1 probe=snapshot " LONG), "whole");
        assert_string_equal(snapshot(i,
                                     i % 4 == 1 ? "command=1 probe=snapshot hn_if=hn9 hn_mtu=1"
                                                : "command=3 probe=snapshot hn_if=hn9 hn_mtu=3"),
                            "whole");
    }
    memset(&bases, 0, sizeof bases);
    (void)snprintf(longest, sizeof longest, "command=1 probe=snapshot hn_if=hn0 hn_media=%0*d",
                   VFJ_BASE_SIZE, 0);
    assert_string_equal(snapshot(1, longest), "whole");
    assert_string_equal(snapshot(2, longest), "whole");
    assert_string_equal(snapshot(4, "command=1" SAME), "whole");
    assert_string_equal(snapshot(5, "command=1" SAME), "as=4");
    assert_string_equal(shorten(6, VFJ_RECORD_CHECKPOINT, "part=1"), "whole");
    assert_string_equal(snapshot(8, "command=1" SAME), "whole");
    assert_string_equal(snapshot(9, "command=1" SAME), "as=8");
    vfj_bases_forget_after(&bases, 8);
    assert_string_equal(snapshot(9, "command=1" SAME), "as=8");
    vfj_bases_forget_after(&bases, 7);
    assert_string_equal(snapshot(9, "command=1" SAME), "whole");
}

/* When the writer has VFJ_BASES_MAX bases, a new one replaces the oldest. */
static void test_many(void **state)
{
    char body[200];
    (void)state;
    memset(&bases, 0, sizeof bases);
    for (unsigned i = 0; i <= VFJ_BASES_MAX; i++) {
        (void)snprintf(body, sizeof body, "command=1 probe=snapshot ok=1 " LONG " hn_if=hn%u", i);
        assert_string_equal(snapshot(i + 1, body), "whole");
    }
    assert_string_equal(snapshot(200, "command=1 probe=snapshot ok=1 " LONG " hn_if=hn1"), "as=2");
    assert_string_equal(snapshot(200, "command=1 probe=snapshot ok=1 " LONG " hn_if=hn0"), "whole");
}

static const char *lengthen(const char *base, const char *body)
{
    struct vfj_text whole = vfj_text_begin(written, sizeof written);
    if (!vfj_body_lengthen(vfj_span_of(base), vfj_span_of(body), &whole))
        return "wrong";
    written[whole.length] = '\0';
    return written;
}

static void test_lengthen(void **state)
{
    (void)state;
    assert_string_equal(lengthen("a=1 b=\"x y\" b=3", "as=1"), "a=1 b=\"x y\" b=3");
    assert_string_equal(lengthen("a=1 b=\"x y\" b=3", "as=1 b=\"\\\"\""), "a=1 b=\"\\\"\" b=3");
    assert_string_equal(lengthen("a=1 b=2", "as=1 a=5 b=6"), "a=5 b=6");
    assert_string_equal(lengthen("a=1 b=2", ""), "wrong");
    assert_string_equal(lengthen("a=1 b=2", "as=1 c=5"), "wrong");
    assert_string_equal(lengthen("a=1 b=2", "as=1 b=5 a=6"), "wrong");
    assert_string_equal(lengthen("a=1 b=2", "as=1 b=\"5"), "wrong");
    assert_string_equal(lengthen("a=1 b=\"2", "as=1"), "wrong");
    static char huge[VFJ_BASE_SIZE + 100];
    (void)snprintf(huge, sizeof huge, "a=%0*d", VFJ_BASE_SIZE - 3, 0);
    assert_string_equal(lengthen(huge, "as=1"), huge);
    assert_string_equal(lengthen(huge, "as=1 a=1"), "a=1");
    (void)snprintf(huge, sizeof huge, "a=%0*d", VFJ_BASE_SIZE, 0);
    assert_string_equal(lengthen(huge, "as=1"), "wrong");
    assert_string_equal(lengthen(huge, "as=1 a=1"), "wrong");
}

/* The tests below read and damage journals that have short bodies. */

enum { MIGRATIONS = 4 };

/* Makes a journal of some live migrations in transparent mode. Returns its path. */
static const char *make_journal(const char *name)
{
    char trace[4096], arguments[1200];
    int exit_status = -1;
    int used = snprintf(trace, sizeof trace,
                        "%%vfjournal 1\n%%sysctl hw.hn.vf_transparent=1\n"
                        "%%if hn0 up inet 10.0.0.4/24 inet 10.0.0.5/24 options 5244859\n"
                        "%%vf mce0 hn0\n");
    for (unsigned i = 0; i < MIGRATIONS; i++)
        used += snprintf(trace + used, sizeof trace - (size_t)used,
                         "@+100 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                         "@+100 !system=IFNET subsystem=mce0 type=DETACH\n");
    used += snprintf(trace + used, sizeof trace - (size_t)used, "%%at +100\n");
    const char *source = kit_path("short.trace"), *path = kit_path(name);
    kit_write(source, trace, (size_t)used);
    (void)snprintf(arguments, sizeof arguments, "replay --journal '%s' '%s'", path, source);
    free(kit_run(arguments, &exit_status));
    assert_int_equal(exit_status, VFJ_EXIT_OK);
    return path;
}

static int64_t count_short(const char *path)
{
    return kit_sql_integer(path, "SELECT count(*) FROM record WHERE body LIKE 'as=%'");
}

/* Runs `vfjournal ARGUMENTS`, with the path in the place of %s. Checks the exit status. Returns the
 * output, to be freed. */
static char *run(const char *format, const char *path, int expected)
{
    char arguments[1200];
    int exit_status = -1;
    const char *place = strstr(format, "%s");
    (void)snprintf(arguments, sizeof arguments, "%.*s'%s'%s", (int)(place - format), format, path,
                   place + 2);
    char *printed = kit_run(arguments, &exit_status);
    if (exit_status != expected)
        fail_msg("vfjournal %s: exit status %d: %s", arguments, exit_status, printed);
    return printed;
}

static char *head_of(const char *path)
{
    char *printed = run("verify -J %s", path, VFJ_EXIT_OK);
    char *head = strstr(printed, "head ");
    assert_non_null(head);
    memmove(printed, head, strlen(head) + 1);
    return printed;
}

static unsigned count(const char *text, const char *part)
{
    unsigned found = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        found++;
    return found;
}

/* Every reader gets whole bodies: in a walk forward, in a walk backward, and by the seq of a
 * record. The results of export, import, backup and recover have the same chain as the journal. */
static void test_readers(void **state)
{
    (void)state;
    const char *path = make_journal("readers.db"), *to = kit_path("readers-new.db");
    struct vfj_journal *journal = NULL;
    struct vfj_record record;
    unsigned backward = 0, wholes = 0;
    assert_true(count_short(path) > 4 * MIGRATIONS - 4);

    char *shown = run("show -a -o json -J %s", path, VFJ_EXIT_OK);
    assert_int_equal(count(shown, "\"as="), 0);
    wholes = count(shown, "hn_address=10.0.0.4/24 hn_address=10.0.0.5/24");
    assert_true(wholes >= 4 * MIGRATIONS);
    free(shown);
    assert_int_equal(vfj_journal_open(&journal, path, VFJ_JOURNAL_READ), VFJ_OK);
    vfj_journal_walk(journal, UINT64_MAX, VFJ_BACKWARD);
    while (vfj_journal_next(journal, &record) == VFJ_OK) {
        struct vfj_record other;
        assert_int_equal(vfj_journal_get(journal, record.seq, &other), VFJ_OK);
        assert_int_equal(record.body.length, other.body.length);
        assert_memory_equal(record.body.text, other.body.text, record.body.length);
        backward += record.kind == VFJ_EVENT_OBSERVED && record.body.length > 150;
    }
    vfj_journal_close(journal);
    assert_int_equal(backward, wholes);

    char *head = head_of(path);
    char more[600];
    static const char *const copies[] = {"backup -J %s ", "recover %s "};
    for (unsigned i = 0; i < 2; i++) {
        (void)remove(to);
        (void)snprintf(more, sizeof more, "%s'%s'", copies[i], to);
        free(run(more, path, VFJ_EXIT_OK));
        char *other = head_of(to);
        assert_string_equal(head, other);
        assert_int_equal(count_short(path), count_short(to));
        free(other);
    }
    (void)snprintf(more, sizeof more, "export -J %%s > '%s'", kit_path("readers.ndjson"));
    free(run(more, path, VFJ_EXIT_OK));
    (void)remove(to);
    (void)snprintf(more, sizeof more, "import %%s '%s'", to);
    free(run(more, kit_path("readers.ndjson"), VFJ_EXIT_OK));
    char *other = head_of(to);
    assert_string_equal(head, other);
    assert_int_equal(count_short(path), count_short(to));
    free(other);
    free(head);
}

/* After a state checkpoint, no short body refers to a snapshot before it (store/short_body.h). A
 * journal that is pruned to begin with a checkpoint therefore lacks no base. */
static void test_prune(void **state)
{
    (void)state;
    const char *path = make_journal("prune.db");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    struct vfj_event event = kit_started();
    event.mono_us += vfj_ledger_state(ledger)->head.mono_us;
    vfj_ledger_set_state_checkpoints(ledger, 1, INT64_MAX);
    kit_submit(ledger, event);
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_maintain(ledger);
    vfj_ledger_close(ledger);
    free(run("prune -k 1s -J %s", path, VFJ_EXIT_OK));
    assert_int_equal(count_short(path), 0);
    free(head_of(path));
}

/* Every verb that reads the row reports damage when a short body names a record that does not
 * exist, or one that cannot be its base. */
static void test_damage(void **state)
{
    static const char *const edits[] = {
        "UPDATE record SET body = 'as=1 command=7' WHERE seq = %lld",
        "UPDATE record SET body = 'as=1' WHERE seq = %lld",
        "UPDATE record SET body = 'as=6 command=7' WHERE seq = %lld",
        "UPDATE record SET body = 'as=0' WHERE seq = %lld",
        "UPDATE record SET body = 'as=99999 command=7' WHERE seq = %lld",
        "UPDATE record SET body = 'as=x command=7' WHERE seq = %lld",
        "UPDATE record SET body = replace(body, ' command=', ' commands=') WHERE seq = %lld",
        /* the base is too long, even where its long value is not used */
        "UPDATE record SET body = body || printf(' hn_media=%%02048d', 0) WHERE body LIKE"
        " '%%probe=snapshot%%'; UPDATE record SET body = body || ' hn_media=1' WHERE seq = %lld",
    };
    static const char *const verbs[]
        = {"verify %s", "replay %s", "export %s", "export --trace %s", "status %s"};
    (void)state;
    for (unsigned i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        const char *path = make_journal("damage.db");
        char sql[400];
        long long seq = (long long)kit_sql_integer(
            path, "SELECT max(seq) FROM record WHERE body LIKE 'as=%'");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void)snprintf(sql, sizeof sql, edits[i], seq);
#pragma GCC diagnostic pop
        kit_tamper(path, sql);
        char *printed = run("show -a -J %s", path, VFJ_EXIT_DAMAGED);
        assert_non_null(strstr(printed, "invalid body"));
        free(printed);
        /* the edit of a base is found before the short body, unless the verb only prints rows */
        bool is_base = strstr(edits[i], "probe=snapshot") != NULL;
        for (size_t verb = 0; verb < sizeof verbs / sizeof verbs[0] && !is_base; verb++) {
            printed = run(verbs[verb], path, VFJ_EXIT_DAMAGED);
            if (strstr(printed, "invalid body") == NULL)
                fail_msg("%s: %.300s", verbs[verb], printed);
            free(printed);
        }
        (void)remove(path);
    }
    const char *path = make_journal("chain.db");
    kit_tamper(path,
               "UPDATE record SET body = replace(body, 'enabled=0', 'enabled=1') "
               "WHERE body LIKE '%enabled=0%' AND body NOT LIKE 'as=%'");
    free(run("verify -J %s", path, VFJ_EXIT_EDITED));
}

/* Replaces each `from` in the bytes by `to`, which has the same length. Returns how many there
 * were. */
static unsigned replace_bytes(char *bytes, size_t length, const char *from, const char *to)
{
    unsigned count = 0;
    for (size_t i = 0; i + strlen(from) <= length; i++) {
        if (memcmp(bytes + i, from, strlen(from)) != 0)
            continue;
        memcpy(bytes + i, to, strlen(to));
        count++;
    }
    return count;
}

/* The file has copies of pages, and in the copies a value of the bases differs. Recovery finds
 * these copies first, but the chain shows which base is genuine. */
static void test_recover_by_the_genuine_base(void **state)
{
    (void)state;
    const char *path = make_journal("copy.db"), *new = kit_path("copy-new.db");
    char *head = head_of(path), more[600];
    size_t length;
    char *bytes = kit_read(path, &length);
    char *twice = malloc(2 * length);
    assert_non_null(twice);
    memcpy(twice, bytes, length);
    memcpy(twice + length, bytes, length);
    assert_true(replace_bytes(twice + length, length, " enabled=0 ", " enabled=1 ") > 0);
    kit_write(path, twice, 2 * length);
    (void)snprintf(more, sizeof more, "recover %%s '%s'", new);
    free(run(more, path, VFJ_EXIT_OK));
    char *saved = head_of(new);
    assert_string_equal(saved, head);
    free(saved);
    free(head);
    free(bytes);
    free(twice);
}

/* The rows with the bases are lost. What the short bodies show is saved. */
static void test_recover_without_a_base(void **state)
{
    (void)state;
    const char *path = make_journal("lost.db"), *new = kit_path("lost-new.db");
    char more[600], shown[100];
    kit_tamper(path, "DELETE FROM record WHERE kind = 'observed' AND body NOT LIKE 'as=%'");
    int64_t lost = count_short(path);
    int64_t last = kit_sql_integer(path, "SELECT max(seq) FROM record WHERE body LIKE 'as=%'");
    assert_true(lost > 4);
    (void)snprintf(more, sizeof more, "recover %%s '%s'", new);
    free(run(more, path, VFJ_EXIT_DIFFERENT));
    assert_int_equal(kit_sql_integer(new,
                                     "SELECT count(*) FROM record WHERE kind = 'journal' AND"
                                     " body LIKE '% kind=observed % body=\"as=%'"),
                     lost);
    (void)snprintf(shown, sizeof shown, "show -a -g ' seq=%lld ' %%s", (long long)last);
    char *printed = run(shown, new, VFJ_EXIT_OK);
    assert_non_null(strstr(printed, "observed"));
    free(printed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shorten),
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_lengthen),
        cmocka_unit_test(test_readers),
        cmocka_unit_test(test_prune),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_recover_by_the_genuine_base),
        cmocka_unit_test(test_recover_without_a_base),
    };
    return cmocka_run_group_tests_name("short_body", tests, kit_scratch_make, kit_scratch_remove);
}
