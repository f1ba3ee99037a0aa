/* The stock shell scripts, for comparison: the files that FreeBSD's hyperv_vfup reads, and the
 * commands that it runs. */
#include "tests/bench/shell.h"

#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* sizes in FreeBSD 13.2, in bytes */
enum { RC_SUBR = 51000, NETWORK_SUBR = 36800, DEFAULTS = 40900 };

/* Writes a file of shell functions that is as large as rc.subr or network.subr. The shell parses
 * the functions but never calls them. */
static void write_functions(FILE *script, const char *prefix, unsigned bytes)
{
    static const char body[] = "\tlocal _if _tmpargs _arg\n"
                               "\t_if=$1\n"
                               "\tif [ -z \"$_if\" ]; then\n"
                               "\t\treturn 1\n"
                               "\tfi\n"
                               "\t# the words that are not arguments of ifconfig\n"
                               "\tfor _arg in $_tmpargs; do\n"
                               "\t\tcase $_arg:$_vlan in\n"
                               "\t\t[Dd][Hh][Cc][Pp]:*)\t;;\n"
                               "\t\t[Nn][Oo][Aa][Uu][Tt][Oo]:*)\t;;\n"
                               "\t\t*:vnet)\t_args=\"$_args $_arg\" ;;\n"
                               "\t\t*)\tdebug \"$_if: $_arg\" ;;\n"
                               "\t\tesac\n"
                               "\tdone\n"
                               "\techo \"${_args#* }\"\n";
    for (unsigned i = 0; bytes > 0; i++) {
        int written = fprintf(
            script,
            "# %s_%u interface\n#\tWhat the function of this number does.\n%s_%u()\n{\n%s}\n\n",
            prefix, i, prefix, i, body);
        bytes -= (unsigned)written < bytes ? (unsigned)written : bytes;
    }
}

/* Writes variable assignments with comments, like those of /etc/defaults/rc.conf. */
static void write_values(FILE *script, unsigned bytes)
{
    for (unsigned i = 0; bytes > 0; i++) {
        int written = fprintf(
            script, "service_%u_enable=\"NO\"\t# Run the service of this number (or NO).\n", i);
        bytes -= (unsigned)written < bytes ? (unsigned)written : bytes;
    }
}

static FILE *create(const struct bench *bench, const char *name)
{
    FILE *file = fopen(bench_path(bench, name), "w");
    BENCH_CHECK(file != NULL);
    return file;
}

/* Writes the beginning that both scripts share. It sets `$vf` to the VF. */
static void write_head(const struct bench *bench, FILE *script)
{
    const char *d = bench->directory;
    /* rc.subr itself runs this kenv */
    fprintf(script, ". %s/rc.subr\n%s/sbin/kenv -q rc.debug >/dev/null\n", d, d);
    fprintf(script, ". %s/network.subr\n. %s/defaults\n. %s/etc/rc.conf\n", d, d, d);
    fprintf(script, "unit=`echo $1 | sed 's/[^0-9]//g'`\nvf=`%s/sbin/sysctl -n dev.hn.$unit.vf`\n",
            d);
    fprintf(script, "ifconfig=%s/sbin/ifconfig\n$ifconfig lagg$unit >/dev/null 2>&1\n", d);
}

/* Writes the steps of hyperv_vfup up to its first command that changes the guest. */
static void write_script(const struct bench *bench)
{
    FILE *script = create(bench, "vfup");
    write_head(bench, script);
    fprintf(script, "$ifconfig lagg$unit laggport mce0\n");
    BENCH_CHECK(fclose(script) == 0);
}

/* Writes a script with everything that the stock scripts do for a first join: the background part
 * of hyperv_vfattach after its sleep, then all of hyperv_vfup for an hn with a static address. devd
 * runs an action by sh -c. hyperv_vfup deletes addresses of hn until a deletion fails. */
static void write_join(const struct bench *bench)
{
    FILE *script = create(bench, "attach");
    const char *d = bench->directory;
    fprintf(script, "%s/sbin/sysctl -n hw.hn.vf_transparent >/dev/null\n", d);
    fprintf(script, "vf_transparent=`%s/sbin/sysctl -n hw.hn.vf_transparent`\n", d);
    fprintf(script, "%s/sbin/ifconfig mce0 up\n/bin/sh -c '/bin/sh %s/join hn0'\n", d, d);
    BENCH_CHECK(fclose(script) == 0);
    script = create(bench, "join");
    write_head(bench, script);
    fprintf(script,
            "$ifconfig lagg$unit create\n"
            "$ifconfig lagg$unit laggproto failover laggport $1 laggport mce0\n"
            "$ifconfig lagg$unit inet6 no_dad\n"
            "[ -f /var/run/dhclient.$1.pid ]\n"
            "$ifconfig $1 -alias\n"
            "$ifconfig $1 -alias\n"
            "$ifconfig lagg$unit inet 10.0.0.4/24\n");
    BENCH_CHECK(fclose(script) == 0);
}

void bench_shell_write(const struct bench *bench, unsigned percent)
{
    FILE *file = create(bench, "rc.subr");
    write_functions(file, "rc", RC_SUBR / 100 * percent);
    BENCH_CHECK(fclose(file) == 0);
    file = create(bench, "network.subr");
    write_functions(file, "network", NETWORK_SUBR / 100 * percent);
    BENCH_CHECK(fclose(file) == 0);
    file = create(bench, "defaults");
    write_values(file, DEFAULTS / 100 * percent);
    BENCH_CHECK(fclose(file) == 0);
    write_script(bench);
    write_join(bench);
}

/* Starts /bin/sh with a script. Returns the time of the start. Before that, discards the messages
 * of programs that ran earlier. */
static int64_t start_script(const struct bench *bench, struct bench_daemon *daemon,
                            const char *name, pid_t *pid)
{
    char script[BENCH_PATH_SIZE], sh[] = "/bin/sh", hn[] = "hn0";
    char *argv[] = {sh, script, hn, NULL};
    char path[] = "PATH=/sbin:/bin:/usr/sbin:/usr/bin";
    char *environment[] = {path, NULL};
    struct bench_run run;
    (void)strcpy(script, bench_path(bench, name));
    while (bench_next_run(daemon, &run, 20))
        continue;
    int64_t start = bench_now_ns();
    BENCH_CHECK(posix_spawn(pid, sh, NULL, NULL, argv, environment) == 0);
    return start;
}

double bench_shell_time(const struct bench *bench, struct bench_daemon *daemon)
{
    struct bench_run run;
    pid_t pid;
    int64_t start = start_script(bench, daemon, "vfup", &pid);
    do {
        BENCH_CHECK(bench_next_run(daemon, &run, 20000));
    } while (run.effect == BENCH_READS);
    BENCH_CHECK(waitpid(pid, NULL, 0) == pid);
    return (double)(run.ns - start) / 1e3;
}

double bench_shell_join_time(const struct bench *bench, struct bench_daemon *daemon)
{
    struct bench_run run;
    pid_t pid;
    int64_t start = start_script(bench, daemon, "attach", &pid);
    BENCH_CHECK(waitpid(pid, NULL, 0) == pid);
    double us = (double)(bench_now_ns() - start) / 1e3;
    while (bench_next_run(daemon, &run, 20))
        continue;
    return us;
}
