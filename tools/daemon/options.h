/* The options of `vfjournal daemon`. */
#ifndef VFJ_TOOLS_DAEMON_OPTIONS_H
#define VFJ_TOOLS_DAEMON_OPTIONS_H

#include "adapters/freebsd/guest/guest_io.h"
#include "adapters/freebsd/scheduled/url.h"
#include "core/data/event.h"
#include "store/ledger.h"

struct vfj_daemon_options {
    enum vfj_mode mode;
    enum vfj_policy policy;
    enum vfj_on_error on_error;
    bool no_snapshot;
    struct vfj_prune_rule rule;
    uint64_t min_free;
    char journal[VFJ_PATHNAME_SIZE];
    char pidfile[VFJ_PATHNAME_SIZE]; /* empty: none */
    /* descriptor of the pidfile, which is locked while the daemon runs; -1: this process does not
     * hold the lock */
    int pidfile_descriptor;
    const char *user; /* NULL: the option was not given */
    bool one_process;
    bool capsicum;
    bool daemonise;
    bool syslog;
    bool asks_scheduled; /* the option --scheduled-events was given */
    uint32_t scheduled_unit_ms;
    struct vfj_url scheduled_url;
    /* the option --probe was given; otherwise guest_io.probe_way is the default */
    bool probe_chosen;
    struct vfj_guest_io_settings guest_io;
};

enum vfj_parsed { VFJ_PARSED_RUN, VFJ_PARSED_HELP, VFJ_PARSED_WRONG };

/* Parses the arguments after argv[0], which is the verb. Before it returns VFJ_PARSED_WRONG, it
 * prints the reason on standard error. Before it returns VFJ_PARSED_HELP, it prints the help. */
enum vfj_parsed vfj_daemon_options_read(int argc, char **argv, struct vfj_daemon_options *options);

#endif
