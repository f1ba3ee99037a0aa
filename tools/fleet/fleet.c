/* vfjournal fleet: draws the migrations of many guests. */
#include "tools/fleet/fleet.h"

#include <string.h>

#include "tools/act_as_owner.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal fleet [OPTION]... FILE...\n"
    "Draws the migrations of many guests: which guest had how many and when, and how\n"
    "long they took. FILE is the journal of a guest, or has rows of the database:\n"
    "\n"
    "  psql -XAtc 'SELECT row_to_json(m) FROM vfjournal.migration m' |\n"
    "      vfjournal fleet - > fleet.html\n"
    "\n"
    "  -o, --output FORMAT  html (default), a page with the pictures and tables; svg,\n"
    "                       the pictures. Both need no other file and no script\n"
    "  -S, --since TIME     only migrations that began at TIME or later\n"
    "  -U, --until TIME     only migrations that began until TIME\n"
    "      --utc            times in UTC, not in the local zone\n"
    "\n"
    "Exit status: 0 drawn; 1 no migration; 2 usage, or an unusable FILE, the others\n"
    "were drawn; 4 the system failed; 5 a journal is damaged, its readable records\n"
    "were used.\n";

enum { OPTION_UTC = 256 };

struct options {
    enum vfj_zone zone;
    bool is_svg;
};

static int take(struct options *options, struct vfj_fleet *fleet, int option, const char *value)
{
    static const char *const formats[] = {"html", "svg", NULL};
    switch (option) {
    case 'o':
        options->is_svg = vfj_option_choice(value, formats) == 1;
        return vfj_option_choice(value, formats) >= 0
            ? VFJ_OPTIONS_READ
            : vfj_usage_error("fleet", "-o takes html or svg, not", value);
    case 'S':
        return vfj_option_time("fleet", 'S', value, options->zone, &fleet->since_us);
    case 'U':
        return vfj_option_time("fleet", 'U', value, options->zone, &fleet->until_us);
    case OPTION_UTC:
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

static int read_options(struct options *options, struct vfj_fleet *fleet, int argc, char **argv)
{
    static const struct option table[] = {
        {"output", required_argument, NULL, 'o'}, {"since", required_argument, NULL, 'S'},
        {"until", required_argument, NULL, 'U'},  {"utc", no_argument, NULL, OPTION_UTC},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    options->zone = vfj_options_zone(argc, argv);
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("fleet", argc, argv, ":o:S:U:h", table)) != -1)
        parsed = take(options, fleet, option, optarg);
    if (parsed == VFJ_OPTIONS_READ && optind == argc)
        return vfj_usage_error("fleet", "FILE is missing", NULL);
    return parsed;
}

/* Reads a file. A file that is not a journal must be text whose lines are rows of the fleet
 * database. */
static int read_file(struct vfj_fleet *fleet, const char *path)
{
    struct vfj_input input = {0};
    int exit_status = vfj_input_open(&input, path);
    if (exit_status == VFJ_EXIT_OK && input.bytes != NULL)
        exit_status = vfj_fleet_read_rows(fleet, input.name, input.bytes, input.length);
    else if (exit_status == VFJ_EXIT_OK)
        exit_status = vfj_fleet_read_journal(fleet, input.path);
    vfj_input_close(&input);
    return exit_status;
}

int vfj_verb_fleet(int argc, char **argv)
{
    struct options options = {0};
    struct vfj_fleet fleet = {.since_us = INT64_MIN, .until_us = INT64_MAX};
    int exit_status = read_options(&options, &fleet, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = vfj_act_as_owner_of_all(argv + optind, (size_t)(argc - optind));
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("fleet", false);
    for (int i = optind; i < argc; i++) {
        int status = read_file(&fleet, argv[i]);
        exit_status = status > exit_status ? status : exit_status;
    }
    vfj_progress_end();
    vfj_fleet_sort(&fleet);
    if (fleet.migration_count > 0 && !fleet.no_memory) {
        if (options.is_svg)
            vfj_fleet_print_svg(&fleet, options.zone, stdout);
        else
            vfj_fleet_print_html(&fleet, options.zone, stdout);
    } else if (!fleet.no_memory && exit_status <= VFJ_EXIT_DIFFERENT) {
        vfj_complain("fleet", "no migration to draw");
        exit_status = VFJ_EXIT_DIFFERENT;
    }
    if (fleet.no_memory)
        exit_status = vfj_complain_status("fleet", VFJ_SYSTEM, "no memory");
    vfj_fleet_free(&fleet);
    return vfj_finish_output(exit_status);
}
