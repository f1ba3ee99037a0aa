/* The guest model, which answers probes and runs commands in the replay of a trace. */
#ifndef VFJ_CORE_MODEL_GUEST_H
#define VFJ_CORE_MODEL_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/command.h"
#include "core/data/event.h"
#include "core/data/observation.h"
#include "core/limits.h"
#include "core/machine/state.h"
#include "core/model/trace.h"

enum {
    VFJ_GUEST_IFS_MAX = 512,
    VFJ_GUEST_VFS_MAX = 256,
    VFJ_GUEST_SYSCTLS_MAX = 128,
    VFJ_GUEST_FILES_MAX = 64,
    VFJ_GUEST_RULES_MAX = 256,
    VFJ_GUEST_ROUTES_MAX = 64, /* through an interface without a router; the model ignores more */
};

struct vfj_guest_if {
    struct vfj_interface facts;   /* name, flags, addresses; ports when it is a lagg */
    struct vfj_interface told;    /* as %if gave them; a boot restores these */
    struct vfj_counters counters; /* counters of the last %if */
    uint64_t dhclient;            /* pid; 0 none */
    uint64_t told_dhclient;
    struct vfj_name unit;     /* N of dev.hn.N of an hn interface, which a rename does not change */
    struct vfj_name rxvf;     /* the VF that has the data path of an hn interface */
    struct vfj_address lease; /* the address that the DHCP server gives this interface */
    /* Gateway of the static IPv6 default route, without scope, when the route goes through this
     * interface. The guest has at most one. */
    struct vfj_address gateway6, told_gateway6;
    struct vfj_address told_gateway; /* gateway of the IPv4 default route, as %if gave it */
    /* %if gave the link; without that a lagg's link follows from its ports */
    bool has_told_link;
    bool made; /* by a command, not by the trace */
};

enum vfj_guest_attachment { VFJ_GUEST_UNKNOWN, VFJ_GUEST_ATTACHED, VFJ_GUEST_DETACHED };

struct vfj_guest_vf {
    struct vfj_name vf;
    struct vfj_name hn;
    uint8_t attachment; /* enum vfj_guest_attachment */
    /* hn(4) maps it to hn: no other VF was mapped to hn when it attached */
    bool mapped;
    bool renamed; /* hn(4) has dropped it at the rename, and finds it by its MAC when it is upped */
};

struct vfj_guest_sysctl {
    char name[64];
    char value[VFJ_VALUE_SIZE];
    bool absent;
};

struct vfj_guest_file {
    char path[VFJ_PATH_SIZE];
    char text[VFJ_VALUE_SIZE];
    /* reason why the daemon does not run the file; empty: the mode decides */
    char refused[VFJ_PATH_SIZE];
    uint32_t mode;
};

/* A route through an interface, without a router. */
struct vfj_guest_route {
    struct vfj_address destination;
    struct vfj_name interface;
};

/* %fail and %slow. */
struct vfj_guest_rule {
    char argv[VFJ_RULE_SIZE];
    char says[VFJ_OUTPUT_SIZE]; /* %fail: output of the command */
    uint64_t times;             /* uses left; %slow has no limit */
    uint8_t outcome;            /* %fail: enum vfj_outcome_kind */
    int32_t status;
    int64_t us;
};

struct vfj_guest {
    unsigned if_count, vf_count, sysctl_count, file_count, fail_count, slow_count, route_count;
    uint64_t pid_last;
    /* gateway of the IPv4 default route; empty without one */
    struct vfj_name default_if;
    struct vfj_address default_gateway;
    struct vfj_rc rc;
    struct vfj_guest_route routes[VFJ_GUEST_ROUTES_MAX];
    struct vfj_guest_if ifs[VFJ_GUEST_IFS_MAX];
    struct vfj_guest_vf vfs[VFJ_GUEST_VFS_MAX];
    struct vfj_guest_sysctl sysctls[VFJ_GUEST_SYSCTLS_MAX];
    struct vfj_guest_file files[VFJ_GUEST_FILES_MAX];
    struct vfj_guest_rule fails[VFJ_GUEST_RULES_MAX];
    struct vfj_guest_rule slows[VFJ_GUEST_RULES_MAX];
};

void vfj_guest_init(struct vfj_guest *guest);

/* Takes the names of hn interfaces from a line of the trace. Call it for every line before the
 * replay: hn interfaces exist from the beginning. */
void vfj_guest_learn(struct vfj_guest *guest, const struct vfj_trace_line *line);

/* Applies a directive about the guest. Returns NULL, or the limit that it exceeds. */
const char *vfj_guest_direct(struct vfj_guest *guest, const struct vfj_trace_line *line);

/* Applies the change of the kernel that a devd line reports. */
void vfj_guest_happen(struct vfj_guest *guest, const struct vfj_devd *devd);

/* Boots the guest. Interfaces return to the state that %if gave. Interfaces made by commands are
 * gone, and no VF is attached. */
void vfj_guest_boot(struct vfj_guest *guest);

/* Returns the duration of a command: that of %slow, or how long dhclient(8) waits in vain for a
 * link, if that is longer. */
int64_t vfj_guest_duration_us(const struct vfj_guest *guest, const struct vfj_command *command);

/* Answers a probe. */
void vfj_guest_observe(struct vfj_guest *guest, const struct vfj_command *command,
                       struct vfj_observation *answer);

/* Runs a changing command as FreeBSD does. Fills in the exit status and output. */
void vfj_guest_run(struct vfj_guest *guest, const struct vfj_command *command,
                   struct vfj_outcome *outcome);

/* For the files of the model only. */
struct vfj_guest_if *vfj_guest_find(struct vfj_guest *guest, struct vfj_name name);
/* Returns the interface, a new one if need be. Returns NULL when the model is full. */
struct vfj_guest_if *vfj_guest_open(struct vfj_guest *guest, struct vfj_name name);
void vfj_guest_remove(struct vfj_guest *guest, struct vfj_name name);
/* Adds an hn interface that exists, up, from the beginning. */
void vfj_guest_know_hn(struct vfj_guest *guest, struct vfj_name name);
/* Routes the IPv4 default route through this interface to the gateway. With an empty gateway the
 * interface loses the route. */
void vfj_guest_set_default(struct vfj_guest *guest, const struct vfj_guest_if *interface,
                           const struct vfj_address *gateway);
/* Deletes the IPv4 routes of an interface that lost its last IPv4 address. */
void vfj_guest_drop_routes(struct vfj_guest *guest, struct vfj_name interface);
/* Returns the interface of the IPv6 default route, or NULL. */
struct vfj_guest_if *vfj_guest_default6(struct vfj_guest *guest);
/* Routes the IPv6 default route through this interface alone. */
void vfj_guest_set_default6(struct vfj_guest *guest, struct vfj_guest_if *interface,
                            const struct vfj_address *gateway);
struct vfj_guest_if *vfj_guest_lagg_of(struct vfj_guest *guest, struct vfj_name port);
/* Returns whether the interface has a link. hn reports none while a VF that is up has its data
 * path (if_hn.c, hn_rxvf_change()). A lagg has one when a port that is up has one (if_lagg.c,
 * lagg_linkstate()). */
bool vfj_guest_has_link(const struct vfj_guest *guest, const struct vfj_guest_if *interface);
const struct vfj_guest_vf *vfj_guest_mapped_vf(const struct vfj_guest *guest, struct vfj_name hn);
struct vfj_guest_vf *vfj_guest_find_vf(struct vfj_guest *guest, struct vfj_name vf);
/* Returns the VF, which belongs to that hn from now on. Returns NULL when the model is full. */
struct vfj_guest_vf *vfj_guest_open_vf(struct vfj_guest *guest, struct vfj_name vf,
                                       struct vfj_name hn);
void vfj_guest_attach_vf(struct vfj_guest *guest, struct vfj_guest_vf *entry);
/* Removes an interface. A VF loses its mapping. */
void vfj_guest_detach(struct vfj_guest *guest, struct vfj_name name);
/* Returns the %fail rule for the `index`th program of the command, and uses it up once. Returns
 * NULL without one. */
const struct vfj_guest_rule *vfj_guest_take_failure(struct vfj_guest *guest,
                                                    const struct vfj_command *command,
                                                    unsigned index);
/* Fills in the words that %fail and %slow match for the `index`th program of the command. A read
 * of a file has the words `test -f PATH`. A read that the stock scripts do not have begins with
 * `extra`, so that a rule for the scripts' programs does not match it. Returns false when the
 * command has no such program. */
bool vfj_guest_rule_argv(const struct vfj_command *command, unsigned index, struct vfj_argv *argv);
int32_t vfj_guest_ifconfig(struct vfj_guest *guest, const struct vfj_argv *argv,
                           struct vfj_text *output);

#endif
