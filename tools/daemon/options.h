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
    /* the pidfile, locked while the daemon runs; -1: this process does not hold the lock */
    int pidfile_descriptor;
    const char *user; /* NULL: not given */
    bool one_process;
    bool capsicum;
    bool daemonise;
    bool syslog;
    bool asks_scheduled; /* whether --scheduled-events was given */
    uint32_t scheduled_unit_ms;
    struct vfj_url scheduled_url;
    bool probe_chosen; /* whether --probe was given; otherwise guest_io.probe_way is the default */
    struct vfj_guest_io_settings guest_io;
};

enum vfj_parsed { VFJ_PARSED_RUN, VFJ_PARSED_HELP, VFJ_PARSED_WRONG };

/* Reads the arguments after argv[0], which is the verb. When the result is VFJ_PARSED_WRONG, the
 * reason was printed on standard error. When the result is VFJ_PARSED_HELP, the help was
 * printed. */
enum vfj_parsed vfj_daemon_options_read(int argc, char **argv, struct vfj_daemon_options *options);

#endif
