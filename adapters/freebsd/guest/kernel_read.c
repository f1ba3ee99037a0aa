/* Answers probes by reading from the kernel, without starting programs. */
#include "adapters/freebsd/guest/kernel_read.h"

#include <errno.h>
#include <string.h>

#include "adapters/freebsd/guest/kernel.h"
#include "adapters/freebsd/guest/snapshot.h"
#include "adapters/freebsd/guest/view.h"
#include "core/check.h"

/* Room for a value. A longer value is cut, like a longer line of a program's output. */
enum { VALUE_SIZE = 2 * VFJ_SYSCTL_LINE_SIZE };

/* Returns true when the error says nothing about the guest, but only that the kernel cannot be
 * read in this way. Programs then read the guest. */
static bool is_for_programs(int error)
{
    switch (error) {
    case ENOSYS:
    case EOPNOTSUPP:
    case EAFNOSUPPORT:
    case EPROTONOSUPPORT:
    case ETIMEDOUT: /* the routing socket did not answer in time */
    case EBADMSG:   /* the routing socket's answer was malformed */
#ifdef ECAPMODE
    case ECAPMODE:
#endif
        return true;
    default:
        return false;
    }
}

static int read_value(const struct vfj_command *command, char value[VFJ_VALUE_SIZE])
{
    int error = vfj_kernel_sysctl(command->text, value, VFJ_VALUE_SIZE);
    size_t length = error == 0 ? strcspn(value, "\r\n") : 0;
    memset(value + length, 0, VFJ_VALUE_SIZE - length);
    return error;
}

/* Passes the values of sysctls to the parser, in the form of lines of `sysctl -i NAME…`. The
 * names come from the first program of the command. A name that does not exist has no line. */
static int feed_sysctl(const struct vfj_command *command, struct vfj_sysctl_parser *parser)
{
    struct vfj_argv argv;
    char value[VALUE_SIZE];
    int error = 0;
    VFJ_CHECK(vfj_command_argv(command, 0, &argv) && argv.program == VFJ_PROGRAM_SYSCTL);
    for (unsigned i = 2; i < argv.count && error == 0; i++) {
        error = vfj_kernel_sysctl(argv.words[i], value, sizeof value);
        if (error == 0) {
            vfj_sysctl_feed(parser, vfj_span_of(argv.words[i]));
            vfj_sysctl_feed(parser, vfj_span_of(": "));
            vfj_sysctl_feed(parser, vfj_span_of(value));
            vfj_sysctl_feed(parser, vfj_span_of("\n"));
        } else if (error == ENOENT) {
            error = 0;
        }
    }
    vfj_sysctl_end(parser);
    return error;
}

static void take_map(void *context, struct vfj_span name, struct vfj_span value, bool cut)
{
    vfj_sysctl_map_line(context, name, value, cut);
}

static int read_map(const struct vfj_command *command, struct vfj_map *map)
{
    struct vfj_sysctl_parser parser;
    map->transparent = VFJ_TRANSPARENT_ABSENT;
    vfj_sysctl_begin(&parser, take_map, map);
    return feed_sysctl(command, &parser);
}

static void take_interface(void *context, const struct vfj_interface *interface)
{
    struct vfj_interface *wanted = context;
    if (vfj_name_equal(interface->name, wanted->name))
        *wanted = *interface;
}

static int read_interface(const struct vfj_command *command, struct vfj_interface *interface)
{
    interface->name = command->a;
    int error = vfj_kernel_interfaces(&command->a, 1, take_interface, interface);
    if (error == 0 && !interface->exists)
        error = ENXIO;
    return error;
}

/* Adds the routes through hn and the lagg to the view. A routing table that cannot be read counts
 * as one with too many routes. */
static int read_routes(struct vfj_view_reader *reader)
{
    const struct vfj_name through[] = {reader->hn, reader->lagg};
    int error = vfj_kernel_routes(through, sizeof through / sizeof through[0], vfj_view_take_route,
                                  reader);
    if (is_for_programs(error))
        return error;
    reader->view->routes.truncated |= error != 0;
    return 0;
}

/* Reads a slot's view. Reads the sysctls first, since one of them names the VF. */
static int read_slot(const struct vfj_paths *paths, const struct vfj_command *command,
                     struct vfj_view *view)
{
    struct vfj_view_reader reader;
    struct vfj_files files;
    vfj_view_begin(&reader, command, view);
    int error = feed_sysctl(command, &reader.sysctl);
    if (error == 0) {
        const struct vfj_name wanted[] = {reader.hn, reader.vf, reader.lagg};
        error = vfj_kernel_interfaces(wanted, sizeof wanted / sizeof wanted[0],
                                      vfj_view_take_interface, &reader);
    }
    if (error == 0)
        error = vfj_kernel_default_route(false, &reader.route.route);
    if (error == 0)
        error = vfj_kernel_default_route(true, &reader.route6.route);
    if (error == 0)
        error = read_routes(&reader);
    vfj_view_end(&reader);
    vfj_files_read(paths, command, &files);
    vfj_view_take_files(&reader, &files.as.slot);
    return error;
}

/* Passes the value of one sysctl to the parser. Returns false when the name does not exist, or
 * the value is neither a string nor a number. */
static bool feed_name(struct vfj_sysctl_parser *parser, const char *name, int *error)
{
    char value[VALUE_SIZE];
    *error = vfj_kernel_sysctl(name, value, sizeof value);
    bool is_missing = *error == ENOENT || *error == EOPNOTSUPP;
    if (*error == 0) {
        vfj_sysctl_feed(parser, vfj_span_of(name));
        vfj_sysctl_feed(parser, vfj_span_of(": "));
        vfj_sysctl_feed(parser, vfj_span_of(value));
        vfj_sysctl_feed(parser, vfj_span_of("\n"));
        return true;
    }
    if (is_missing)
        *error = 0;
    return false;
}

enum { RINGS_MAX = 256 };

/* Passes to the parser the packet counters of all rings below dev.hn.N.rx or dev.hn.N.tx. Reads
 * ring 0, 1, 2 … until one does not exist. */
static int feed_rings(struct vfj_sysctl_parser *parser, const char *node)
{
    int error = 0;
    bool is_there = true;
    for (unsigned ring = 0; ring < RINGS_MAX && is_there; ring++) {
        char name[96];
        struct vfj_text text = vfj_text_begin(name, sizeof name);
        vfj_text_add(&text, node);
        vfj_text_add_char(&text, '.');
        vfj_text_add_u64(&text, ring);
        vfj_text_add(&text, ".packets");
        is_there = feed_name(parser, name, &error);
    }
    return error;
}

static bool is_node(const char *name)
{
    size_t length = strlen(name);
    return length > 3
        && (strcmp(name + length - 3, ".rx") == 0 || strcmp(name + length - 3, ".tx") == 0);
}

static int feed_snapshot(const struct vfj_command *command, struct vfj_sysctl_parser *parser)
{
    struct vfj_argv argv;
    int error = 0;
    VFJ_CHECK(vfj_command_argv(command, 0, &argv) && argv.program == VFJ_PROGRAM_SYSCTL);
    for (unsigned i = 2; i < argv.count && error == 0; i++) {
        if (is_node(argv.words[i]))
            error = feed_rings(parser, argv.words[i]);
        else
            (void)feed_name(parser, argv.words[i], &error);
    }
    vfj_sysctl_end(parser);
    return error;
}

static void take_end(void *context, const struct vfj_interface *interface)
{
    struct vfj_counters counters = vfj_counters_unknown();
    /* the interface has left meanwhile */
    if (vfj_kernel_counters(interface->name, &counters) != 0)
        counters = vfj_counters_unknown();
    vfj_snapshot_take_interface(context, interface, &counters);
}

/* The two interfaces whose counters are read: hn and its VF. */
struct ends {
    struct vfj_snapshot_reader *reader;
    const struct vfj_name *wanted;
};

static void take_wanted(void *context, const struct vfj_interface *interface)
{
    const struct ends *ends = context;
    if (vfj_name_equal(interface->name, ends->wanted[0])
        || vfj_name_equal(interface->name, ends->wanted[1]))
        take_end(ends->reader, interface);
}

static int read_snapshot(const struct vfj_paths *paths, const struct vfj_command *command,
                         struct vfj_hn_snapshot *snapshot)
{
    struct vfj_snapshot_reader reader;
    struct vfj_files files;
    vfj_snapshot_begin(&reader, command, snapshot);
    int error = feed_snapshot(command, &reader.sysctl);
    if (error == 0) {
        const struct vfj_name wanted[] = {command->a, vfj_snapshot_vf(&reader)};
        struct ends ends = {&reader, wanted};
        error = vfj_kernel_interfaces(wanted, sizeof wanted / sizeof wanted[0], take_wanted, &ends);
    }
    vfj_files_read(paths, command, &files);
    vfj_snapshot_take_files(&reader, &files.as.slot);
    vfj_snapshot_end(&reader);
    return error;
}

bool vfj_kernel_read(const struct vfj_paths *paths, const struct vfj_command *command,
                     struct vfj_observation *answer)
{
    int error = ENOSYS;
    memset(answer, 0, sizeof *answer);
    answer->command = command->id;
    switch ((int)command->kind) {
    case VFJ_COMMAND_PROBE_SYSCTL:
        answer->probe = VFJ_PROBE_SYSCTL;
        error = read_value(command, answer->as.value);
        break;
    case VFJ_COMMAND_PROBE_IFCONFIG:
        answer->probe = VFJ_PROBE_IFCONFIG;
        error = read_interface(command, &answer->as.interface);
        break;
    case VFJ_COMMAND_PROBE_MAP:
        answer->probe = VFJ_PROBE_MAP;
        error = read_map(command, &answer->as.map);
        break;
    case VFJ_COMMAND_PROBE_SLOT:
        answer->probe = VFJ_PROBE_SLOT;
        error = read_slot(paths, command, &answer->as.view);
        break;
    case VFJ_COMMAND_PROBE_SNAPSHOT:
        answer->probe = VFJ_PROBE_SNAPSHOT;
        error = read_snapshot(paths, command, &answer->as.snapshot);
        break;
    default: /* programs answer the other probes; files are read elsewhere */
        break;
    }
    answer->ok = error == 0;
    return !is_for_programs(error);
}
