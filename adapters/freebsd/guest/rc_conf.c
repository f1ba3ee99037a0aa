/* Reads the rc.conf values that this program uses. The guest's own rc scripts compute the
 * values. */
#include "adapters/freebsd/guest/rc_conf.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/devd/lines.h"
#include "adapters/freebsd/guest/rc_password.h"
#include "core/check.h"
#include "core/data/rc.h"
#include "core/limits.h"
#include "core/text/kv.h"

enum { OUTPUT_MAX = 1024 * 1024 };

/* One run of the helper. */
struct reading {
    struct vfj_rc_reader *reader;
    struct vfj_lines lines;
    struct vfj_text rc;
    /* number of lines read so far that consist of a dot. After the first one the values follow.
     * After the second one the values are complete: no file of rc.conf has ended the helper
     * early. */
    unsigned dots;
    char complaint[160];
    char line[VFJ_RC_SIZE];
    char bytes[VFJ_RC_SIZE];
};

struct vfj_rc_reader {
    struct vfj_children *children;
    struct vfj_dispatch *dispatch;
    struct vfj_request request; /* runs the helper */
    vfj_rc_fn *done;
    void *context;
    struct reading *reading; /* the reading whose helper runs; NULL: no helper runs */
    bool again;
    bool is_stamped;
    struct vfj_rc_stamp stamp; /* state of rc.conf's files at the last check */
};

bool vfj_rc_conf_reads(struct vfj_span name)
{
    static const char *const prefixes[]
        = {"ifconfig_",  "ipv4_addrs_", "ipv6_",        "route_",         "defaultrouter_fib",
           "vfjournal_", "vlans_",      "create_args_", "dhclient_flags_"};
    static const char *const names[]
        = {"synchronous_dhclient", "defaultrouter",    "static_routes",
           "hyperv_vf_delay",      "dhclient_program", "dhclient_flags",
           "dhcpcd_enable",        "pfsync_enable",    "pfsync_syncdev"};
    if (vfj_rc_is_surplus(name))
        return false;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (vfj_span_starts(name, prefixes[i]))
            return true;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (vfj_span_is(name, names[i]))
            return true;
    }
    return false;
}

static void complain(struct reading *reading, struct vfj_span line)
{
    struct vfj_text text = vfj_text_begin(reading->complaint, sizeof reading->complaint);
    for (size_t i = 0; i < line.length; i++)
        vfj_text_add_char(&text, line.text[i] >= ' ' && line.text[i] <= '~' ? line.text[i] : '?');
    vfj_rc_password_blank(reading->complaint, sizeof reading->complaint);
}

static void add_value(struct reading *reading, const struct vfj_kv *pair)
{
    char value[VFJ_RC_SIZE], name[128];
    if (!vfj_rc_conf_reads(pair->key) || !vfj_rc_value(pair, value, sizeof value)
        || !vfj_span_copy(name, sizeof name, pair->key))
        return;
    vfj_rc_password_blank(value, sizeof value);
    vfj_kv_add_string(&reading->rc, name, value);
}

/* Reads a line of the helper's output. The values stand between two lines that consist of a dot.
 * Any other line is standard error of rc.conf's shell code. The last such line is reported as
 * the cause of a failure. */
static void read_line(void *context, struct vfj_span line)
{
    struct reading *reading = context;
    struct vfj_kv pair, more;
    if (vfj_span_is(line, ".")) {
        reading->dots++;
    } else if (reading->dots != 1) {
        if (line.length > 0)
            complain(reading, line);
    } else if (vfj_kv_next(&line, &pair) == VFJ_KV_PAIR
               && vfj_kv_next(&line, &more) == VFJ_KV_END) {
        add_value(reading, &pair);
    }
}

static void on_output(void *context, struct vfj_span bytes)
{
    struct reading *reading = context;
    vfj_lines_feed(&reading->lines, bytes);
}

/* Returns the cause of a failure for a helper that printed no cause. */
static const char *failure(const struct vfj_program_end *end)
{
    switch (end->kind) {
    case VFJ_OUTCOME_ABSENT:
        return strerror(end->status);
    case VFJ_OUTCOME_TIMEOUT:
        return "took too long and was ended";
    case VFJ_OUTCOME_SIGNALED:
        return "died by a signal";
    case VFJ_OUTCOME_EXITED:
    case VFJ_OUTCOME_SKIPPED:
    case VFJ_OUTCOME_NOT_RUN:
    case VFJ_OUTCOME_COUNT:
        break;
    }
    return "failed";
}

static void fill_in(const struct reading *reading, const struct vfj_program_end *end,
                    struct vfj_rc_answer *answer)
{
    if (end->kind != VFJ_OUTCOME_EXITED || end->status != 0 || reading->dots != 2) {
        bool explains = end->kind == VFJ_OUTCOME_EXITED && reading->complaint[0] != '\0';
        answer->status = VFJ_SYSTEM;
        answer->complaint = explains ? reading->complaint : failure(end);
    } else if (reading->rc.overflow) {
        answer->status = VFJ_TOO_LONG;
        answer->complaint = vfj_status_text(VFJ_TOO_LONG);
    } else {
        answer->rc = (struct vfj_span){reading->rc.bytes, reading->rc.length};
    }
}

static void on_ended(void *context, const struct vfj_program_end *end)
{
    struct reading *reading = context;
    struct vfj_rc_reader *reader = reading->reader;
    struct vfj_rc_answer answer = {.status = VFJ_OK, .rc = {"", 0}, .complaint = ""};
    vfj_lines_end(&reading->lines);
    fill_in(reading, end, &answer);
    reader->done(reader->context, &answer);
    free(reading);
    reader->reading = NULL;
    if (reader->again)
        vfj_rc_reader_read(reader);
}

struct vfj_rc_reader *vfj_rc_reader_open(struct vfj_children *children,
                                         struct vfj_dispatch *dispatch, enum vfj_rc_wanted wanted,
                                         vfj_rc_fn *done, void *context)
{
    struct vfj_rc_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return NULL;
    reader->children = children;
    reader->dispatch = dispatch;
    reader->request.kind = wanted == VFJ_RC_VALUES ? VFJ_REQUEST_RC : VFJ_REQUEST_RC_ORIGIN;
    reader->done = done;
    reader->context = context;
    return reader;
}

void vfj_rc_reader_close(struct vfj_rc_reader *reader)
{
    if (reader == NULL)
        return;
    free(reader->reading);
    free(reader);
}

static void on_stamp(void *context, const struct vfj_reply *reply, int descriptor)
{
    struct vfj_rc_reader *reader = context;
    const struct vfj_rc_stamp *stamp = &reply->as.stamp;
    bool is_changed = reader->is_stamped && memcmp(stamp, &reader->stamp, sizeof *stamp) != 0;
    if (descriptor >= 0)
        close(descriptor);
    reader->stamp = *stamp;
    reader->is_stamped = true;
    if (is_changed)
        vfj_rc_reader_read(reader);
}

void vfj_rc_reader_check(struct vfj_rc_reader *reader)
{
    const struct vfj_request request = {.kind = VFJ_REQUEST_RC_STAMP};
    vfj_dispatch_ask(reader->dispatch, &request, on_stamp, reader);
}

void vfj_rc_reader_read(struct vfj_rc_reader *reader)
{
    reader->is_stamped = false; /* the new reading covers all changes up to now */
    vfj_rc_reader_check(reader);
    reader->again = reader->reading != NULL;
    if (reader->again)
        return;
    struct reading *reading = calloc(1, sizeof *reading);
    VFJ_CHECK(reading != NULL);
    reading->reader = reader;
    reading->lines = vfj_lines_begin(reading->line, sizeof reading->line, read_line, reading);
    reading->rc = vfj_text_begin(reading->bytes, sizeof reading->bytes);
    reader->reading = reading;
    struct vfj_child_spec spec = {
        .request = &reader->request,
        .limit_ms = VFJ_RC_LIMIT_MS,
        .output_max = OUTPUT_MAX,
        .output = on_output,
        .ended = on_ended,
        .context = reading,
    };
    vfj_child_start(reader->children, &spec);
}
