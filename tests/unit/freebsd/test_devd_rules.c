/* Tests which rule devd runs for an event when vfjournal.conf is installed beside FreeBSD's own
 * rules. Also tests what vfjournal-devd then runs. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "adapters/freebsd/act_lock.h"
#include "adapters/freebsd/devd/conf.h"
#include "adapters/freebsd/pidfile.h"
#include "tests/kit/devd_rules.h"
#include "tests/kit/scratch.h"

#define FREEBSD "service/freebsd-devd.conf"
#define OURS    "../adapters/freebsd/install/devd/vfjournal.conf.in"
#define HELPER  "%%PREFIX%%/libexec/vfjournal/vfjournal-devd"

static struct kit_devd_rules rules;

static void read_rules(const char *first, const char *second)
{
    rules.count = 0;
    kit_devd_read(&rules, first);
    if (second != NULL)
        kit_devd_read(&rules, second);
}

static void expect(const char *event, const char *medium, const char *command)
{
    const char *got = kit_devd_command(&rules, event, medium, KIT_DEVD_AS_IT_IS);
    if (command == NULL)
        assert_null(got);
    else if (got == NULL)
        fail_msg("%s: no rule; expected %s", event, command);
    else
        assert_string_equal(got, command);
}

/* --- the choice of the rule --- */

static const struct {
    const char *event;
    const char *medium;
    const char *freebsd; /* the command that FreeBSD's rules alone run; NULL: none */
    /* the command when vfjournal's rules are installed, too; NULL: the same command */
    const char *ours;
} cases[] = {
    {"!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n", NULL,
     "/usr/libexec/hyperv/hyperv_vfup hn0", HELPER " vf-up hn0"},
    {"!system=HYPERV_NIC_VF subsystem=wan.7 type=VF_UP\n", NULL,
     "/usr/libexec/hyperv/hyperv_vfup wan.7", HELPER " vf-up wan.7"},
    {"!system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n", NULL, NULL, NULL},
    {"!system=ETHERNET subsystem=mce0 type=IFATTACH\n", NULL,
     "/usr/libexec/hyperv/hyperv_vfattach mce0 0", HELPER " ifattach mce0"},
    {"!system=ETHERNET subsystem=lagg0 type=IFATTACH\n", NULL,
     "/usr/libexec/hyperv/hyperv_vfattach lagg0 0", HELPER " ifattach lagg0"},
    {"!system=ETHERNET subsystem=mce0 type=IFATTACH vm_guest=hv\n", NULL,
     "/usr/libexec/hyperv/hyperv_vfattach mce0 0", HELPER " ifattach mce0"},
    {"!system=ETHERNET subsystem=mce0 type=IFATTACHED\n", NULL, NULL, NULL},
    {"!system=IFNET subsystem=hn0 type=LINK_UP\n", "ethernet", "service dhclient quietstart hn0",
     HELPER " link-up hn0"},
    {"!system=IFNET subsystem=hn12 type=LINK_UP\n", "ethernet", "service dhclient quietstart hn12",
     HELPER " link-up hn12"},
    {"!system=IFNET subsystem=hn0 type=LINK_DOWN\n", "ethernet", NULL, NULL},
    /* vfjournal's rule requires the same media type as FreeBSD's rule */
    {"!system=IFNET subsystem=hn0 type=LINK_UP\n", NULL, NULL, NULL},
    {"!system=IFNET subsystem=hn0 type=LINK_UP\n", "802.11", "service dhclient quietstart hn0",
     NULL},
    /* none of these is an hn interface: a rule must match the whole name */
    {"!system=IFNET subsystem=hn0.5 type=LINK_UP\n", "ethernet",
     "service dhclient quietstart hn0.5", NULL},
    {"!system=IFNET subsystem=xhn0 type=LINK_UP\n", "ethernet", "service dhclient quietstart xhn0",
     NULL},
    {"!system=IFNET subsystem=mce0 type=LINK_UP\n", "ethernet", "service dhclient quietstart mce0",
     NULL},
    {"!system=IFNET subsystem=lagg0 type=LINK_UP\n", "ethernet",
     "service dhclient quietstart lagg0", NULL},
    {"!system=IFNET subsystem=mce0 type=ATTACH\n", NULL, "/etc/pccard_ether mce0 start", NULL},
    {"!system=IFNET subsystem=mce0 type=DETACH\n", NULL, NULL, NULL},
    {"+ubt0 at bus=0\n", NULL, NULL, NULL}, /* notify rules do not match device events */
    /* names with a special meaning in a shell: FreeBSD's rules handle them, as without
     * vfjournal's rules */
    {"!system=HYPERV_NIC_VF subsystem=a;reboot type=VF_UP\n", NULL,
     "/usr/libexec/hyperv/hyperv_vfup a;reboot", NULL},
    {"!system=HYPERV_NIC_VF subsystem=$(reboot) type=VF_UP\n", NULL,
     "/usr/libexec/hyperv/hyperv_vfup $(reboot)", NULL},
    {"!system=HYPERV_NIC_VF subsystem=-x type=VF_UP\n", NULL, "/usr/libexec/hyperv/hyperv_vfup -x",
     NULL},
    {"!system=ETHERNET subsystem=a'b type=IFATTACH\n", NULL,
     "/usr/libexec/hyperv/hyperv_vfattach a'b 0", NULL},
    {"!system=ETHERNET subsystem=a`x` type=IFATTACH\n", NULL,
     "/usr/libexec/hyperv/hyperv_vfattach a`x` 0", NULL},
    {"!system=ETHERNET subsystem=\"a b\" type=IFATTACH\n", NULL,
     "/usr/libexec/hyperv/hyperv_vfattach a b 0", NULL},
    {"!system=ETHERNET subsystem= type=IFATTACH\n", NULL, "/usr/libexec/hyperv/hyperv_vfattach  0",
     NULL},
    {"!system=IFNET subsystem=hn0;reboot type=LINK_UP\n", "ethernet",
     "service dhclient quietstart hn0;reboot", NULL},
};

enum { CASE_COUNT = sizeof cases / sizeof cases[0] };

static void freebsd_alone(void **state)
{
    (void)state;
    read_rules(FREEBSD, NULL);
    for (size_t i = 0; i < CASE_COUNT; i++)
        expect(cases[i].event, cases[i].medium, cases[i].freebsd);
}

/* vfjournal's rules have the same effect, whether devd reads them before or after FreeBSD's. */
static void with_ours(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        read_rules(order == 0 ? FREEBSD : OURS, order == 0 ? OURS : FREEBSD);
        for (size_t i = 0; i < CASE_COUNT; i++)
            expect(cases[i].event, cases[i].medium,
                   cases[i].ours != NULL ? cases[i].ours : cases[i].freebsd);
    }
}

/* A newer devd adds vm_guest to the event. On another hypervisor than Hyper-V neither FreeBSD's
 * rule nor vfjournal's matches. */
static void another_hypervisor(void **state)
{
    static const char newer[]
        = "notify 10 { match \"system\" \"ETHERNET\"; match \"type\" \"IFATTACH\";"
          " match \"vm_guest\" \"hv\"; action \"hyperv_vfattach $subsystem 0\"; };";
    (void)state;
    rules.count = 0;
    kit_devd_parse(&rules, newer);
    kit_devd_read(&rules, OURS);
    expect("!system=ETHERNET subsystem=em0 type=IFATTACH vm_guest=vmware\n", NULL, NULL);
    expect("!system=ETHERNET subsystem=mce0 type=IFATTACH vm_guest=hv\n", NULL,
           HELPER " ifattach mce0");
}

/* Functions that test which syntax the reader of devd.conf accepts. When there is an error, the
 * reader returns its line number, which doctor prints. */
static void told_rule(void *context, const struct vfj_devd_rule *rule)
{
    *(struct vfj_devd_rule *)context = *rule;
}

static void ignore_directory(void *context, const char *path)
{
    (void)context;
    (void)path;
}

static void ignore_setting(void *context, const char *name, const char *value)
{
    (void)context;
    (void)name;
    (void)value;
}

static void what_is_understood(void **state)
{
    static const struct {
        const char *text;
        unsigned line;
    } texts[] = {
        {"", 0},
        {"# nothing\n", 0},
        {"options { directory \"/etc/devd\"; pid-file \"/x\"; set a \"b\"; };", 0},
        {"attach 0 { device-name \"x\"; class \"y\"; subdevice \"z\"; action \"w\"; };\ndetach 1 {}; nomatch 2 {};",
         0},
        {"notify 1 { match \"a\" \"b\"; };\nnotify { match \"a\" \"b\"; };", 2},
        {"notify x { };", 1},
        {"notify 1 { match \"a\"; };", 1},
        {"notify 1 {\nmatch \"a\" b; };", 2},
        {"notify 1 {\n\nmatches \"a\" \"b\"; };", 3},
        {"notify 1 { directory \"/etc\"; };", 1},
        {"options { action \"a\"; };", 1},
        {"options 1 { set a \"b\"; };", 1},
        {"notify 1 { action \"\"; };", 1},
        {"notify 1 { action \"a; };", 1},
        {"notify 1 { action \"a\" };", 1},
        {"notify 1 { action \"a\"; }", 1},
        {"alert 1 { action \"a\"; };", 1},
    };
    struct vfj_devd_rule rule;
    const struct vfj_devd_conf_listener listener = {
        .rule = told_rule, .directory = ignore_directory, .set = ignore_setting, .context = &rule};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        unsigned line = vfj_devd_conf_read(vfj_span_of(texts[i].text), &listener);
        if (line != texts[i].line)
            fail_msg("%s: line %u, not %u", texts[i].text, line, texts[i].line);
    }
    assert_int_equal(
        vfj_devd_conf_read(vfj_span_of("notify 7 { action \"a \\\n\t b\\c\"; };"), &listener), 0);
    assert_string_equal(rule.action, "a b\\c");
    assert_int_equal(rule.priority, 7);
}

/* An administrator's own rule with a higher priority wins against vfjournal's rules. */
static void rules_of_the_administrator(void **state)
{
    static const char own[]
        = "notify 20 { match \"system\" \"HYPERV_NIC_VF\"; action \"mine $subsystem\"; };\n"
          "notify 12 { match \"system\" \"IFNET\"; match \"type\" \"LINK_UP\"; };\n";
    (void)state;
    read_rules(FREEBSD, OURS);
    kit_devd_parse(&rules, own);
    expect("!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n", NULL, "mine hn0");
    expect("!system=IFNET subsystem=hn0 type=LINK_UP\n", "ethernet", NULL);
    expect("!system=ETHERNET subsystem=mce0 type=IFATTACH\n", NULL, HELPER " ifattach mce0");
}

/* --- the effect of the command --- */

static char log_path[512];

static void sh(const char *format, ...)
{
    char command[2048];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_true(length > 0 && (size_t)length < sizeof command);
    assert_int_equal(system(command), 0);
}

static void write_script(const char *root, const char *path, const char *text)
{
    sh("mkdir -p '%s%s' && rmdir '%s%s' && cat >'%s%s' <<'END'\n#!/bin/sh\n%s\nEND\nchmod 755 '%s%s'",
       root, path, root, path, root, path, text, root, path);
}

/* Makes the root directory of a guest. Its programs append their name and arguments to a log. */
static int make_root(void **state)
{
    static const char *const programs[]
        = {"/usr/libexec/hyperv/hyperv_vfup", "/usr/libexec/hyperv/hyperv_vfattach",
           "/usr/sbin/service"};
    const char *binaries = getenv("VFJ_BINARY_DIR");
    char text[1024];
    if (kit_scratch_make(state) != 0 || binaries == NULL)
        return -1;
    const char *root = kit_path("guest");
    (void)snprintf(log_path, sizeof log_path, "%s/log", root);
    (void)snprintf(text, sizeof text, "echo \"${0##*/}\" \"$*\" >>'%s'", log_path);
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        write_script(root, programs[i], text);
    (void)snprintf(text, sizeof text, "exec '%s/tests/service/vfj_lockf' \"$@\"", binaries);
    write_script(root, "/usr/bin/lockf", text);
    write_script(
        root, "/sbin/ifconfig",
        "case \"$*\" in\n"
        "'-g lagg') echo lagg0; echo lagg1 ;;\n"
        "lagg0) printf 'lagg0: flags=8843\\n\\tlaggproto failover\\n\\tlaggport: hn10 "
        "flags=1<MASTER>\\n\\tlaggport: hn200 flags=0<>\\n' ;;\n"
        "lagg1) printf 'lagg1: flags=8843\\n\\tlaggport: hn1 flags=1<MASTER>\\n\\tlaggport: mce1 "
        "flags=4<ACTIVE>\\n' ;;\n"
        "esac");
    sh("mkdir -p '%s/var/run'", root);
    return 0;
}

static int remove_root(void **state)
{
    sh("rm -rf '%s'", kit_path("guest"));
    return kit_scratch_remove(state);
}

/* Runs a command as devd does, by `shell -c COMMAND`, and waits for its end. Names that devd
 * quotes need a shell that understands $''. */
static void run_command(const char *command, const char *shell)
{
    char text[4096];
    size_t prefix = strlen(HELPER);
    assert_non_null(command);
    assert_int_equal(strncmp(command, HELPER, prefix), 0);
    (void)snprintf(text, sizeof text, "%s/libexec/vfjournal/vfjournal-devd -R %s%s",
                   getenv("VFJ_BINARY_DIR"), kit_path("guest"), command + prefix);
    pid_t child = fork();
    if (child == 0) {
        (void)execlp(shell, shell, "-c", text, (char *)NULL);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_not_equal(WEXITSTATUS(status), 127);
}

/* Checks what the command that devd chooses for the event runs. "" means nothing. */
static void expect_run(const char *event, const char *expected)
{
    /* with names that devd quotes, bash is used, since not every sh understands $'' */
    static const char *const shells[] = {"sh", "bash"};
    for (int quoting = KIT_DEVD_AS_IT_IS; quoting <= KIT_DEVD_QUOTED; quoting++) {
        if (quoting == KIT_DEVD_QUOTED && system("bash -c : 2>/dev/null") != 0)
            continue;
        kit_write(log_path, "", 0);
        run_command(kit_devd_command(&rules, event, "ethernet", (enum kit_devd_quoting)quoting),
                    shells[quoting]);
        size_t length;
        char *log = kit_read(log_path, &length);
        assert_string_equal(log, expected);
        free(log);
    }
}

#define VF_UP    "!system=HYPERV_NIC_VF subsystem=hn1 type=VF_UP\n"
#define IFATTACH "!system=ETHERNET subsystem=mce1 type=IFATTACH\n"
#define LINK_UP  "!system=IFNET subsystem=hn1 type=LINK_UP\n"

static void expect_freebsd(void)
{
    read_rules(FREEBSD, OURS);
    expect_run(VF_UP, "hyperv_vfup hn1\n");
    expect_run(IFATTACH, "hyperv_vfattach mce1 0\n");
    expect_run(LINK_UP, "service dhclient quietstart hn1\n");
}

static void expect_ours(void)
{
    read_rules(FREEBSD, OURS);
    expect_run(VF_UP, "");
    expect_run(IFATTACH, "");
    expect_run(LINK_UP, "");
    /* hn10 and hn200 are ports of laggs, but hn100, hn20 and hn0 are not: the whole name must be
     * equal */
    expect_run("!system=IFNET subsystem=hn10 type=LINK_UP\n", "");
    expect_run("!system=IFNET subsystem=hn100 type=LINK_UP\n",
               "service dhclient quietstart hn100\n");
    expect_run("!system=IFNET subsystem=hn20 type=LINK_UP\n", "service dhclient quietstart hn20\n");
    expect_run("!system=IFNET subsystem=hn0 type=LINK_UP\n", "service dhclient quietstart hn0\n");
}

static const char *lock_path(void)
{
    return kit_path("guest/var/run/vfjournal/act.lock");
}

/* Starts a process that holds the act lock until it is killed, or for a minute. */
static pid_t start_actor(void)
{
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (vfj_act_lock_take(lock_path(), getpid()) < 0 || write(ends[1], "", 1) != 1)
            _exit(1);
        /* ends this process even when the test fails before it kills the process */
        (void)alarm(60);
        for (;;)
            pause();
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    return child;
}

static void end_actor(pid_t actor, int signal)
{
    int status;
    assert_int_equal(kill(actor, signal), 0);
    assert_int_equal(waitpid(actor, &status, 0), actor);
}

static void no_daemon(void **state)
{
    (void)state;
    sh("rm -rf '%s'", kit_path("guest/var/run/vfjournal"));
    expect_freebsd();
    assert_int_equal(vfj_pidfile_owner(lock_path()), 0);
}

static void a_daemon_acts(void **state)
{
    (void)state;
    pid_t actor = start_actor();
    assert_int_equal(vfj_pidfile_owner(lock_path()), actor);
    expect_ours();
    end_actor(actor, SIGTERM);
    expect_freebsd();
}

static void a_daemon_is_killed(void **state)
{
    struct stat facts;
    (void)state;
    for (int i = 0; i < 3; i++) {
        pid_t actor = start_actor();
        expect_ours();
        end_actor(actor, SIGKILL);
        assert_int_equal(stat(lock_path(), &facts), 0);
        assert_int_equal(facts.st_mode & 0777, 0600);
        expect_freebsd();
        assert_int_equal(vfj_pidfile_owner(lock_path()), 0);
    }
}

/* While a daemon holds the act lock, a second daemon cannot take it. */
static void a_second_daemon(void **state)
{
    (void)state;
    pid_t actor = start_actor();
    assert_int_equal(vfj_act_lock_take(lock_path(), getpid()), -1);
    assert_int_equal(errno, EWOULDBLOCK);
    assert_int_equal(vfj_pidfile_owner(lock_path()), actor);
    expect_ours();
    end_actor(actor, SIGKILL);
    int fd = vfj_act_lock_take(lock_path(), getpid());
    assert_true(fd >= 0);
    vfj_act_lock_drop(fd);
    expect_freebsd();
}

/* The act lock may be held by a process that is no daemon, such as another vfjournal-devd that
 * tests it. The file then has no pid, or the pid of a killed daemon. FreeBSD's scripts must run
 * in both cases. */
static void a_lock_without_a_daemon(void **state)
{
    static const char *const texts[] = {NULL, "", "\n", "garbage\n", "-1\n", "1 2\n"};
    (void)state;
    end_actor(start_actor(), SIGKILL);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i] != NULL)
            kit_write(lock_path(), texts[i], strlen(texts[i]));
        int fd = open(lock_path(), O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
        expect_freebsd();
        close(fd);
    }
    kit_write(lock_path(), "", 0);
}

/* vfjournal-devd holds the act lock for an instant, in order to test it. A daemon that starts at
 * that time waits for the lock. */
static void asked_while_it_starts(void **state)
{
    (void)state;
    int fd = open(lock_path(), O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)usleep(100 * 1000);
        /* releases the lock: the child has the last open descriptor of it */
        _exit(0);
    }
    close(fd);
    int lock = vfj_act_lock_take(lock_path(), getpid());
    assert_true(lock >= 0);
    assert_int_equal(vfj_pidfile_owner(lock_path()), getpid());
    vfj_act_lock_drop(lock);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

/* When lockf(1) does not work, FreeBSD's scripts run. */
static void lockf_fails(void **state)
{
    (void)state;
    const char *lockf = kit_path("guest/usr/bin/lockf");
    pid_t actor = start_actor();
    sh("mv '%s' '%s.kept'", lockf, lockf);
    expect_freebsd();
    sh("mv '%s.kept' '%s'", lockf, lockf);
    expect_ours();
    end_actor(actor, SIGKILL);
}

/* Somebody else than devd runs vfjournal-devd with an invalid name. vfjournal-devd then runs no
 * program. */
static void hostile_arguments(void **state)
{
    static const char *const arguments[] = {"",
                                            "vf-up",
                                            "vf-up ''",
                                            "vf-up -x",
                                            "vf-up 'a;b'",
                                            "vf-up 'a b'",
                                            "vf-up '$(x)'",
                                            "vf-up '../x'",
                                            "link-up 'hn0'\\''x'",
                                            "ifattach hn0 0",
                                            "other hn0",
                                            "-R"};
    (void)state;
    for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
        char command[1024];
        kit_write(log_path, "", 0);
        (void)snprintf(command, sizeof command,
                       "'%s/libexec/vfjournal/vfjournal-devd' -R '%s' %s 2>/dev/null",
                       getenv("VFJ_BINARY_DIR"), kit_path("guest"), arguments[i]);
        int status = system(command);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 2);
        size_t length;
        free(kit_read(log_path, &length));
        assert_int_equal(length, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(freebsd_alone),
        cmocka_unit_test(with_ours),
        cmocka_unit_test(another_hypervisor),
        cmocka_unit_test(what_is_understood),
        cmocka_unit_test(rules_of_the_administrator),
        cmocka_unit_test(no_daemon),
        cmocka_unit_test(a_daemon_acts),
        cmocka_unit_test(a_daemon_is_killed),
        cmocka_unit_test(a_second_daemon),
        cmocka_unit_test(a_lock_without_a_daemon),
        cmocka_unit_test(asked_while_it_starts),
        cmocka_unit_test(lockf_fails),
        cmocka_unit_test(hostile_arguments),
    };
    int failed = cmocka_run_group_tests(tests, make_root, remove_root);
    rules.count = 0;
    return failed;
}
