/* vfjournal bundle: makes an archive for a support ticket. The archive contains the records of a
 * migration, the output of other verbs about these records, and the output of verbs about the
 * guest. */
#include "tools/bundle/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/handover.h"
#include "tools/act_as_owner.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal bundle [-a] [-M ID]... [--redact] [--key FILE] [--no-guest]\n"
    "                        [--root DIR] [-J FILE | FILE] NEW\n"
    "Makes the new file NEW for a ticket: a tar archive with the records of the\n"
    "newest migration as a journal, as lines of JSON and as a trace, with its\n"
    "timeline, and with what status, doctor, config and migrations say. No password\n"
    "is in it.\n"
    "\n"
    "  -M, --migration ID   the records of this entry of vfjournal migrations, not of\n"
    "                       the newest one; may be repeated\n"
    "  -a, --all            all records\n"
    "      --redact         write pseudonyms for names, addresses and the host, in\n"
    "                       every member\n"
    "      --key FILE       make the pseudonyms with the key in FILE\n"
    "      --no-guest       nothing about this guest: FILE is of another one\n"
    "      --root DIR       directory of the guest's files and programs; default /\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "The records begin with the last checkpoint before the migration, so that the\n"
    "journal can be verified and replayed; redacted ones begin with the first record.\n"
    "\n"
    "Exit status: 0 made; 1 the journal holds no records, or no such migration; 2\n"
    "usage, or an unusable file; 4 the system failed; 5 damaged, 6 records are\n"
    "missing: made with the other records.\n";

enum {
    OPTION_REDACT = 256,
    OPTION_KEY,
    OPTION_NO_GUEST,
    OPTION_ROOT,
};

static int take(struct vfj_bundle_options *options, int option, char *value)
{
    switch (option) {
    case 'a':
        options->all = true;
        return VFJ_OPTIONS_READ;
    case 'M':
        if (options->id_count == VFJ_BUNDLE_IDS_MAX)
            return vfj_usage_error("bundle", "more than 16 migrations", value);
        options->ids[options->id_count++] = value;
        return VFJ_OPTIONS_READ;
    case OPTION_REDACT:
        options->redacts = true;
        return VFJ_OPTIONS_READ;
    case OPTION_KEY:
        options->key = value;
        return VFJ_OPTIONS_READ;
    case OPTION_NO_GUEST:
        options->no_guest = true;
        return VFJ_OPTIONS_READ;
    case OPTION_ROOT:
        options->root = value;
        return VFJ_OPTIONS_READ;
    case 'J':
        options->path = value;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

static int read_options(struct vfj_bundle_options *options, int argc, char **argv)
{
    static const struct option table[] = {
        {"all", no_argument, NULL, 'a'},
        {"migration", required_argument, NULL, 'M'},
        {"redact", no_argument, NULL, OPTION_REDACT},
        {"key", required_argument, NULL, OPTION_KEY},
        {"no-guest", no_argument, NULL, OPTION_NO_GUEST},
        {"root", required_argument, NULL, OPTION_ROOT},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("bundle", argc, argv, ":aM:J:h", table)) != -1)
        parsed = take(options, option, optarg);
    if (parsed == VFJ_OPTIONS_READ && options->all && options->id_count > 0)
        return vfj_usage_error("bundle", "-a and -M exclude each other", NULL);
    if (parsed == VFJ_OPTIONS_READ && options->key != NULL && !options->redacts)
        return vfj_usage_error("bundle", "--key is for --redact", NULL);
    return parsed == VFJ_OPTIONS_READ
        ? vfj_option_journal_and_new("bundle", argc, argv, &options->path, &options->to)
        : parsed;
}

static void capture_guest(struct vfj_bundle *bundle)
{
    const struct vfj_bundle_options *options = bundle->options;
    const char *root = options->root != NULL ? options->root : "/";
    if (options->no_guest)
        return;
    if (vfj_owner_became()[0] != '\0')
        vfj_text_format(&bundle->notes_text,
                        "status.txt, doctor.txt and config.txt have what that user may see: %s\n",
                        vfj_owner_became());
    vfj_bundle_capture(&bundle->said[VFJ_BUNDLE_STATUS], true,
                       (const char *const[]){"status", "--utc", "-J", options->path, NULL});
    vfj_bundle_capture(
        &bundle->said[VFJ_BUNDLE_DOCTOR], true,
        (const char *const[]){"doctor", "--utc", "--root", root, "-J", options->path, NULL});
    vfj_bundle_capture(&bundle->said[VFJ_BUNDLE_CONFIG], true,
                       (const char *const[]){"config", "--root", root, NULL});
}

static enum vfj_status write_file(struct vfj_bundle *bundle, const struct vfj_publish *new_file,
                                  struct vfj_text *detail)
{
    int fd = open(new_file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bundle->out = fd >= 0 ? fdopen(fd, "wb") : NULL;
    bool is_written = bundle->out != NULL && vfj_bundle_write(bundle);
    int error = errno;
    if (bundle->out != NULL && fclose(bundle->out) != 0 && is_written) {
        error = errno;
        is_written = false;
    }
    if (!is_written)
        vfj_text_add(detail, strerror(error));
    return is_written ? VFJ_OK : VFJ_JOURNAL_IO;
}

static int make(struct vfj_bundle *bundle)
{
    char why[512];
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    struct vfj_publish new_file;
    const char *to = bundle->options->to;
    const char *prefix = vfj_handover_prefix() != NULL ? vfj_handover_prefix() : to;
    enum vfj_status status = vfj_publish_begin(&new_file, to, &detail);
    if (status == VFJ_OK)
        status = vfj_publish_begin_temporary(&bundle->scratch, prefix, &detail);
    if (status == VFJ_OK)
        status = write_file(bundle, &new_file, &detail);
    if (status == VFJ_OK)
        status = vfj_publish_finish(&new_file, &detail);
    vfj_publish_end(&bundle->scratch);
    vfj_publish_end(&new_file);
    return status == VFJ_OK ? bundle->exit_status : vfj_complain_status(to, status, why);
}

static int run(struct vfj_bundle *bundle)
{
    int exit_status = vfj_input_open_journal(&bundle->input, bundle->options->path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = vfj_bundle_find_records(bundle);
    if (exit_status == VFJ_EXIT_OK && bundle->options->redacts)
        exit_status
            = vfj_redactor_open_for(&bundle->redactor, bundle->options->key, &bundle->input);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = make(bundle);
    vfj_progress_end();
    vfj_redactor_close(bundle->redactor);
    vfj_input_close(&bundle->input);
    return exit_status;
}

int vfj_verb_bundle(int argc, char **argv)
{
    struct vfj_bundle_options options = {.path = NULL};
    int exit_status = read_options(&options, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    struct vfj_bundle *bundle = calloc(1, sizeof *bundle);
    if (bundle == NULL)
        return vfj_complain_status(options.to, VFJ_SYSTEM, "out of memory");
    bundle->options = &options;
    bundle->now = (int64_t)time(NULL);
    bundle->notes_text = vfj_text_begin(bundle->notes, sizeof bundle->notes);
    exit_status = vfj_act_as_owners(options.path, options.to);
    if (exit_status == VFJ_EXIT_OK) {
        /* This must not run as root, because the owner of the journal may read the memory of this
         * process and the file that it writes. */
        capture_guest(bundle);
        vfj_interrupt_handle();
        vfj_progress_report("bundle", false);
        exit_status = run(bundle);
    }
    for (size_t i = 0; i < VFJ_BUNDLE_SAID_COUNT; i++)
        free(bundle->said[i].bytes);
    free(bundle);
    return vfj_finish_output(exit_status);
}
