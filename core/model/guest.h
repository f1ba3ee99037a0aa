/* The guest model: answers probes and commands in the replay of a trace. Pure, like all of core. */
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
    VFJ_GUEST_ROUTES_MAX = 64, /* straight through an interface; more are forgotten */
};

struct vfj_guest_if {
    struct vfj_interface facts;   /* name, flags, addresses; ports when it is a lagg */
    struct vfj_interface told;    /* as %if said: what it is again after a boot */
    struct vfj_counters counters; /* as the last %if said */
    uint64_t dhclient;            /* pid; 0 none */
    uint64_t told_dhclient;
    struct vfj_name unit;     /* of an hn interface: N of dev.hn.N, kept when it is renamed */
    struct vfj_name rxvf;     /* of an hn interface: the VF that has the data path */
    struct vfj_address lease; /* what DHCP gives here */
    /* Of the IPv6 default route that somebody added, without scope, when it goes through here;
     * there is but one. */
    struct vfj_address gateway6, told_gateway6;
    struct vfj_address told_gateway; /* the default route that %if says goes through here */
    /* %if says whether it has its link, which a lagg's ports say otherwise */
    bool has_told_link;
    bool made; /* by a command */
};

enum vfj_guest_attachment { VFJ_GUEST_UNKNOWN, VFJ_GUEST_ATTACHED, VFJ_GUEST_DETACHED };

struct vfj_guest_vf {
    struct vfj_name vf;
    struct vfj_name hn;
    uint8_t attachment; /* enum vfj_guest_attachment */
    /* the kernel maps it: it attached while no other VF was mapped to that hn */
    bool mapped;
    bool renamed; /* hn(4) has forgotten it, and knows it by its MAC only when it is upped */
};

struct vfj_guest_sysctl {
    char name[64];
    char value[VFJ_VALUE_SIZE];
    bool absent;
};

struct vfj_guest_file {
    char path[VFJ_PATH_SIZE];
    char text[VFJ_VALUE_SIZE];
    char refused[VFJ_PATH_SIZE]; /* why nobody runs it; empty: its mode says whether it is run */
    uint32_t mode;
};

/* What a route leads to straight through an interface, without a router. */
struct vfj_guest_route {
    struct vfj_address destination;
    struct vfj_name interface;
};

/* %fail and %slow. */
struct vfj_guest_rule {
    char argv[VFJ_RULE_SIZE];
    char says[VFJ_OUTPUT_SIZE]; /* %fail: what the command prints */
    uint64_t times;             /* left; of %slow without end */
    uint8_t outcome;            /* %fail: enum vfj_outcome_kind */
    int32_t status;
    int64_t us;
};

struct vfj_guest {
    unsigned if_count, vf_count, sysctl_count, file_count, fail_count, slow_count, route_count;
    uint64_t pid_last;
    /* of the default route; empty when neither %if nor a command made one */
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

/* Before a replay: take the names of hn interfaces from each line of the trace, so that all are
 * known from its beginning. */
void vfj_guest_learn(struct vfj_guest *guest, const struct vfj_trace_line *line);

/* A directive that says what the guest is like takes effect. NULL, or why it can't (a limit). */
const char *vfj_guest_direct(struct vfj_guest *guest, const struct vfj_trace_line *line);

/* The kernel did what the devd line says. */
void vfj_guest_happen(struct vfj_guest *guest, const struct vfj_devd *devd);

/* The guest boots: what commands made is gone, interfaces are as %if said, VFs have yet to attach.
 */
void vfj_guest_boot(struct vfj_guest *guest);

/* How long the command takes: as %slow says, and dhclient(8) at least as long as it waits for a
 * link in vain. */
int64_t vfj_guest_duration_us(const struct vfj_guest *guest, const struct vfj_command *command);

/* The answer to a probe. */
void vfj_guest_observe(struct vfj_guest *guest, const struct vfj_command *command,
                       struct vfj_observation *answer);

/* Carry out a changing command as FreeBSD would; its exit status and message. */
void vfj_guest_run(struct vfj_guest *guest, const struct vfj_command *command,
                   struct vfj_outcome *outcome);

/* Used by the parts of the model. */
struct vfj_guest_if *vfj_guest_find(struct vfj_guest *guest, struct vfj_name name);
/* NULL when there is no room */
struct vfj_guest_if *vfj_guest_open(struct vfj_guest *guest, struct vfj_name name);
void vfj_guest_remove(struct vfj_guest *guest, struct vfj_name name);
/* it is there, up, from the beginning */
void vfj_guest_know_hn(struct vfj_guest *guest, struct vfj_name name);
/* The default route goes through this interface to that gateway; when that is empty, not through
 * this interface. */
void vfj_guest_set_default(struct vfj_guest *guest, const struct vfj_guest_if *interface,
                           const struct vfj_address *gateway);
/* The interface has lost its last IPv4 address: its IPv4 routes went with that. */
void vfj_guest_drop_routes(struct vfj_guest *guest, struct vfj_name interface);
/* The interface of the IPv6 default route, or NULL. */
struct vfj_guest_if *vfj_guest_default6(struct vfj_guest *guest);
/* That route goes through this interface, and no other. */
void vfj_guest_set_default6(struct vfj_guest *guest, struct vfj_guest_if *interface,
                            const struct vfj_address *gateway);
struct vfj_guest_if *vfj_guest_lagg_of(struct vfj_guest *guest, struct vfj_name port);
/* Whether the interface has a link: hn pretends to have none while a VF that is up has its data
 * path (if_hn.c, hn_rxvf_change()), and a lagg has one when a port that is up has one (if_lagg.c,
 * lagg_linkstate()). */
bool vfj_guest_has_link(const struct vfj_guest *guest, const struct vfj_guest_if *interface);
const struct vfj_guest_vf *vfj_guest_mapped_vf(const struct vfj_guest *guest, struct vfj_name hn);
struct vfj_guest_vf *vfj_guest_find_vf(struct vfj_guest *guest, struct vfj_name vf);
/* The VF, of that hn from now on; NULL when there is no room. */
struct vfj_guest_vf *vfj_guest_open_vf(struct vfj_guest *guest, struct vfj_name vf,
                                       struct vfj_name hn);
void vfj_guest_attach_vf(struct vfj_guest *guest, struct vfj_guest_vf *entry);
/* an interface, perhaps a VF, is gone */
void vfj_guest_detach(struct vfj_guest *guest, struct vfj_name name);
/* The %fail that is meant for the `index`th program of the command, used once more; NULL when none
 * is. */
const struct vfj_guest_rule *vfj_guest_take_failure(struct vfj_guest *guest,
                                                    const struct vfj_command *command,
                                                    unsigned index);
/* What a %fail or %slow is held against: the `index`th program of the command; of a file, which no
 * program reads, `test -f PATH`; of a read that is not the scripts' own, `extra` and its program: a
 * rule that is meant for them costs such a read nothing. False when there are no more. */
bool vfj_guest_rule_argv(const struct vfj_command *command, unsigned index, struct vfj_argv *argv);
int32_t vfj_guest_ifconfig(struct vfj_guest *guest, const struct vfj_argv *argv,
                           struct vfj_text *output);

#endif
