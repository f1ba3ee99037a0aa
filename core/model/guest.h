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
    VFJ_GUEST_ROUTES_MAX = 64, /* routes other than default routes; further ones are ignored */
};

struct vfj_guest_if {
    /* the present state: name, flags, addresses; of a lagg also its ports */
    struct vfj_interface facts;
    struct vfj_interface told;    /* the state that the last %if gave; a boot restores it */
    struct vfj_counters counters; /* counters that the last %if gave */
    uint64_t dhclient;            /* pid of the interface's dhclient(8); 0: none */
    uint64_t told_dhclient;
    struct vfj_name unit;     /* N of dev.hn.N of an hn interface, which a rename does not change */
    struct vfj_name rxvf;     /* the VF that has the data path of an hn interface */
    struct vfj_address lease; /* the address that the DHCP server gives this interface */
    /* Gateway of the static IPv6 default route, without scope, when the route goes through this
     * interface. The guest has at most one. */
    struct vfj_address gateway6, told_gateway6;
    struct vfj_address told_gateway; /* gateway of the IPv4 default route, as %if gave it */
    bool has_more_routes; /* the last %if says that there are more routes than it lists */
    /* The last %if gave the link. Without it, the link of a lagg follows from its ports. */
    bool has_told_link;
    bool made; /* a command of the machine made the interface; the trace did not */
};

enum vfj_guest_attachment { VFJ_GUEST_UNKNOWN, VFJ_GUEST_ATTACHED, VFJ_GUEST_DETACHED };

struct vfj_guest_vf {
    struct vfj_name vf;
    struct vfj_name hn;
    uint8_t attachment; /* enum vfj_guest_attachment */
    /* hn(4) maps the VF to hn, since no other VF was mapped to hn when this VF attached */
    bool mapped;
    /* hn(4) dropped the VF when it was renamed, and finds the VF by its MAC address when it is
     * upped */
    bool renamed;
};

struct vfj_guest_sysctl {
    char name[64];
    char value[VFJ_VALUE_SIZE];
    bool absent;
};

struct vfj_guest_file {
    char path[VFJ_PATH_SIZE];
    char text[VFJ_VALUE_SIZE];
    /* reason why the daemon does not run the file; empty: the file's mode decides */
    char refused[VFJ_PATH_SIZE];
    uint32_t mode;
};

/* A route through an interface, other than a default route. */
struct vfj_guest_route {
    struct vfj_address destination;
    struct vfj_address gateway; /* without scope; empty: a route without a router */
    uint16_t mtu;               /* 0: the interface's */
    struct vfj_name interface;
};

struct vfj_guest_routes {
    unsigned count;
    struct vfj_guest_route list[VFJ_GUEST_ROUTES_MAX];
};

/* A rule that a %fail or %slow line of the trace added. */
struct vfj_guest_rule {
    char argv[VFJ_RULE_SIZE];
    char says[VFJ_OUTPUT_SIZE]; /* %fail: output of the command */
    uint64_t times;             /* %fail: uses that are left */
    uint8_t outcome;            /* %fail: enum vfj_outcome_kind */
    int32_t status;
    int64_t us;
};

struct vfj_guest {
    unsigned if_count, vf_count, sysctl_count, file_count, fail_count, slow_count;
    uint64_t pid_last;
    /* gateway and interface of the IPv4 default route; both are empty without such a route */
    struct vfj_name default_if;
    struct vfj_address default_gateway;
    struct vfj_rc rc;
    struct vfj_guest_routes routes;
    struct vfj_guest_routes told_routes; /* routes that %if gave; a boot restores them */
    struct vfj_guest_if ifs[VFJ_GUEST_IFS_MAX];
    struct vfj_guest_vf vfs[VFJ_GUEST_VFS_MAX];
    struct vfj_guest_sysctl sysctls[VFJ_GUEST_SYSCTLS_MAX];
    struct vfj_guest_file files[VFJ_GUEST_FILES_MAX];
    struct vfj_guest_rule fails[VFJ_GUEST_RULES_MAX];
    struct vfj_guest_rule slows[VFJ_GUEST_RULES_MAX];
};

void vfj_guest_init(struct vfj_guest *guest);

/* Adds the hn interfaces that a line of the trace names. The caller calls this function for every
 * line before the replay, since these interfaces exist from the beginning. */
void vfj_guest_learn(struct vfj_guest *guest, const struct vfj_trace_line *line);

/* Applies a directive about the guest. Returns NULL on success, or a text that names the exceeded
 * limit. */
const char *vfj_guest_direct(struct vfj_guest *guest, const struct vfj_trace_line *line);

/* Makes the change in the guest that a devd line reports. */
void vfj_guest_happen(struct vfj_guest *guest, const struct vfj_devd *devd);

/* Boots the guest. Interfaces return to the state that %if gave. Interfaces that commands made are
 * gone, and no VF is attached. */
void vfj_guest_boot(struct vfj_guest *guest);

/* Returns the duration of a command: the one that %slow gives, or the time that dhclient(8)
 * waits in vain for a link, whichever is longer. */
int64_t vfj_guest_duration_us(const struct vfj_guest *guest, const struct vfj_command *command);

/* Answers a probe. */
void vfj_guest_observe(struct vfj_guest *guest, const struct vfj_command *command,
                       struct vfj_observation *answer);

/* Runs a changing command as FreeBSD does. Fills in the exit status and output. */
void vfj_guest_run(struct vfj_guest *guest, const struct vfj_command *command,
                   struct vfj_outcome *outcome);

/* The functions below are for the files of the guest model only. */
struct vfj_guest_if *vfj_guest_find(struct vfj_guest *guest, struct vfj_name name);
/* Returns the interface with that name, and makes it when it does not exist. Returns NULL when the
 * model is full. */
struct vfj_guest_if *vfj_guest_open(struct vfj_guest *guest, struct vfj_name name);
void vfj_guest_remove(struct vfj_guest *guest, struct vfj_name name);
/* Adds an hn interface to the guest. The interface exists and is up from the beginning. */
void vfj_guest_know_hn(struct vfj_guest *guest, struct vfj_name name);
/* Sets the IPv4 default route to the gateway through the interface. When the gateway is empty,
 * deletes the default route if it goes through the interface. */
void vfj_guest_set_default(struct vfj_guest *guest, const struct vfj_guest_if *interface,
                           const struct vfj_address *gateway);
/* Appends a route. A full list ignores it. */
void vfj_guest_add_route(struct vfj_guest_routes *routes, const struct vfj_guest_route *route);
/* Returns the route to exactly this destination, or NULL. */
struct vfj_guest_route *vfj_guest_find_route(struct vfj_guest *guest,
                                             const struct vfj_address *destination);
/* Deletes the routes of an interface, of both families. */
void vfj_guest_purge_routes(struct vfj_guest_routes *routes, struct vfj_name interface);
/* Deletes the IPv4 routes of an interface that lost its last IPv4 address. */
void vfj_guest_drop_routes(struct vfj_guest *guest, struct vfj_name interface);
/* Returns the interface of the IPv6 default route, or NULL. */
struct vfj_guest_if *vfj_guest_default6(struct vfj_guest *guest);
/* Sets the IPv6 default route to the gateway through the interface. All other interfaces lose
 * it. */
void vfj_guest_set_default6(struct vfj_guest *guest, struct vfj_guest_if *interface,
                            const struct vfj_address *gateway);
struct vfj_guest_if *vfj_guest_lagg_of(struct vfj_guest *guest, struct vfj_name port);
/* Returns true when the interface has a link. hn reports no link while its VF is up and has the
 * data path (if_hn.c, hn_rxvf_change()). A lagg has a link when one of its ports is up and has a
 * link (if_lagg.c, lagg_linkstate()). */
bool vfj_guest_has_link(const struct vfj_guest *guest, const struct vfj_guest_if *interface);
const struct vfj_guest_vf *vfj_guest_mapped_vf(const struct vfj_guest *guest, struct vfj_name hn);
struct vfj_guest_vf *vfj_guest_find_vf(struct vfj_guest *guest, struct vfj_name vf);
/* Returns the VF with that name, and adds it when the model has none. Records that it is a VF of
 * the hn. Returns NULL when the model is full. */
struct vfj_guest_vf *vfj_guest_open_vf(struct vfj_guest *guest, struct vfj_name vf,
                                       struct vfj_name hn);
void vfj_guest_attach_vf(struct vfj_guest *guest, struct vfj_guest_vf *entry);
/* Returns true in transparent mode: hn(4) itself takes a VF up. Sets *after_us to the time from the
 * VF's attachment until then (hw.hn.vf_xpnt_attwait). */
bool vfj_guest_hn_takes_up(const struct vfj_guest *guest, int64_t *after_us);
/* Removes an interface. When it is a VF, hn(4) no longer maps it. */
void vfj_guest_detach(struct vfj_guest *guest, struct vfj_name name);
/* Returns the %fail rule that matches program number `index` of the command, and decrements the
 * number of its uses that are left. Returns NULL when no rule matches. */
const struct vfj_guest_rule *vfj_guest_take_failure(struct vfj_guest *guest,
                                                    const struct vfj_command *command,
                                                    unsigned index);
/* Fills in the words of program number `index` of the command, which %fail and %slow match. A
 * read of a file has the words `test -f PATH`. The words of a probe that FreeBSD's scripts do
 * not make begin with `extra`, so that a rule for the scripts' programs does not match them.
 * Returns false when the command has no such program. */
bool vfj_guest_rule_argv(const struct vfj_command *command, unsigned index, struct vfj_argv *argv);
int32_t vfj_guest_ifconfig(struct vfj_guest *guest, const struct vfj_argv *argv,
                           struct vfj_text *output);

#endif
