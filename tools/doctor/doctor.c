/* vfjournal doctor: checks the guest and prints each fault with its remedy. */
#include "tools/doctor/doctor.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/input.h"
#include "tools/options.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal doctor [-q] [-o FORMAT] [--root DIR] [--utc] [-J FILE | FILE]\n"
    "Checks the guest: the mode and VFs of hn, laggs, the sockets and rules of devd,\n"
    "rc.conf, the journal, the daemon. Prints a line for each check and, for a fault,\n"
    "its remedy. doctor changes nothing.\n"
    "\n"
    "  -q, --quiet          print faults only\n"
    "  -o, --output FORMAT  text (default), or json: one object a line\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "      --root DIR       directory of the guest's files and programs; default /\n"
    "      --utc            times in UTC, not in the local zone\n"
    "\n"
    "Exit status: 0 all is well; 1 warnings or failures; 2 usage; 4 the system\n"
    "failed.\n";

enum { OPTION_ROOT = 256, OPTION_UTC };

static const char *const level_names[] = {"ok", "warn", "FAIL"};

struct options {
    const char *root, *journal;
    bool quiet, json, utc;
};

static int take(struct options *options, int option, const char *value)
{
    switch (option) {
    case 'q':
        options->quiet = true;
        return VFJ_OPTIONS_READ;
    case 'o':
        return vfj_option_output("doctor", value, &options->json);
    case 'J':
        options->journal = value;
        return VFJ_OPTIONS_READ;
    case OPTION_ROOT:
        options->root = value;
        return VFJ_OPTIONS_READ;
    case OPTION_UTC:
        options->utc = true;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

static int read_options(struct options *options, int argc, char **argv)
{
    static const struct option table[] = {
        {"quiet", no_argument, NULL, 'q'},
        {"output", required_argument, NULL, 'o'},
        {"journal", required_argument, NULL, 'J'},
        {"root", required_argument, NULL, OPTION_ROOT},
        {"utc", no_argument, NULL, OPTION_UTC},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("doctor", argc, argv, ":qo:J:h", table)) != -1)
        parsed = take(options, option, optarg);
    if (parsed == VFJ_OPTIONS_READ && options->journal == NULL && optind < argc)
        options->journal = argv[optind++];
    if (parsed == VFJ_OPTIONS_READ)
        parsed = vfj_option_end("doctor", argc, argv);
    if (parsed == VFJ_OPTIONS_READ && options->journal != NULL
        && vfj_path_descriptor(options->journal) >= 0)
        parsed = vfj_usage_error("doctor", "the journal must be a file, not", options->journal);
    return parsed;
}

static void print_text(enum vfj_level level, const char *subject, const char *what,
                       const char *detail, const char *advice)
{
    (void)printf("%-4s  %-10s  ", level_names[level], subject);
    vfj_terminal_print(stdout, vfj_span_of(what));
    vfj_terminal_print(stdout, vfj_span_of(detail));
    (void)fputc('\n', stdout);
    if (advice[0] == '\0')
        return;
    (void)printf("%-4s  %-10s  -> ", "", "");
    vfj_terminal_print(stdout, vfj_span_of(advice));
    (void)fputc('\n', stdout);
}

static bool print_json(struct vfj_json *json, enum vfj_level level, const char *subject,
                       const char *what, const char *detail, const char *advice)
{
    static const char *const names[] = {"ok", "warn", "fail"};
    char whole[2048];
    struct vfj_text text = vfj_text_begin(whole, sizeof whole);
    vfj_text_add(&text, what);
    vfj_text_add(&text, detail);
    vfj_json_add_string(json, "level", names[level]);
    vfj_json_add_string(json, "subject", subject);
    vfj_json_add_string(json, "finding", whole);
    if (advice[0] != '\0')
        vfj_json_add_string(json, "advice", advice);
    return vfj_print_object(stdout, json);
}

void vfj_doctor_find2(struct vfj_doctor *doctor, enum vfj_level level, const char *subject,
                      const char *what, const char *detail, const char *advice)
{
    doctor->counts[level]++;
    if (doctor->quiet && level == VFJ_LEVEL_OK)
        return;
    if (doctor->json != NULL)
        doctor->failed |= !print_json(doctor->json, level, subject, what, detail, advice);
    else
        print_text(level, subject, what, detail, advice);
}

void vfj_doctor_find(struct vfj_doctor *doctor, enum vfj_level level, const char *subject,
                     const char *what, const char *advice)
{
    vfj_doctor_find2(doctor, level, subject, what, "", advice);
}

static void check_all(struct vfj_doctor *doctor)
{
    vfj_doctor_check_reach(doctor);
    vfj_doctor_check_journal(doctor);
    vfj_doctor_check_rc(doctor);
    vfj_doctor_check_kernel(doctor);
    vfj_doctor_check_hns(doctor);
    vfj_doctor_check_devd(doctor);
}

static int examine(struct vfj_doctor *doctor)
{
    vfj_doctor_read_guest(doctor);
    if (!vfj_doctor_is_elsewhere(doctor))
        check_all(doctor);
    else if (access(doctor->journal, F_OK) == 0)
        vfj_doctor_check_journal(doctor);
    if (doctor->json == NULL && !doctor->quiet)
        (void)printf("\n%u well, %u warnings, %u failures\n", doctor->counts[VFJ_LEVEL_OK],
                     doctor->counts[VFJ_LEVEL_WARN], doctor->counts[VFJ_LEVEL_FAIL]);
    if (doctor->failed)
        return vfj_complain_status("doctor", VFJ_SYSTEM, "");
    return doctor->counts[VFJ_LEVEL_WARN] + doctor->counts[VFJ_LEVEL_FAIL] > 0 ? VFJ_EXIT_DIFFERENT
                                                                               : VFJ_EXIT_OK;
}

int vfj_verb_doctor(int argc, char **argv)
{
    static struct vfj_doctor doctor; /* too large for the stack */
    struct options options = {.root = "/"};
    int exit_status = read_options(&options, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    bool usable = vfj_guest_paths(&doctor.paths, doctor.journal, options.root);
    if (options.journal != NULL)
        usable = vfj_paths_set(doctor.journal, options.journal) == VFJ_OK && usable;
    if (!usable)
        return vfj_usage_error("doctor", "not a path that can be used", options.root);
    if (!vfj_guest_is_roots(&doctor.paths))
        return VFJ_EXIT_UNUSABLE;
    doctor.quiet = options.quiet;
    doctor.zone = options.utc ? VFJ_ZONE_UTC : VFJ_ZONE_LOCAL;
    doctor.ask = vfj_query_open(&doctor.paths);
    doctor.json = options.json ? vfj_json_open() : NULL;
    if (doctor.ask != NULL && options.json == (doctor.json != NULL))
        exit_status = examine(&doctor);
    else
        exit_status = vfj_complain_status("doctor", VFJ_SYSTEM, "");
    vfj_json_close(doctor.json);
    vfj_query_close(doctor.ask);
    return vfj_finish_output(exit_status);
}
