/* The sentences of vfjournal explain about kinds of records, commands and reasons. */
#include "core/check.h"
#include "core/data/finding.h"
#include "tools/explain/explain.h"

#define ORDER       "vfjournal-hyperv(7), The order that vfjournal uses"
#define LEFT        "vfjournal-hyperv(7), What is left alone"
#define STATES      "vfjournal-hyperv(7), States"
#define RESTART     "vfjournal-hyperv(7), After a crash, a restart, a boot"
#define LINES       "vfjournal-hyperv(7), What devd tells"
#define HN          "vfjournal-hyperv(7), What hn does"
#define TRANSPARENT "vfjournal-hyperv(7), Transparent mode"
#define MIGRATION   "vfjournal-hyperv(7), The outage at the first migration"

static const struct vfj_explain_words command_words[VFJ_COMMAND_COUNT] = {
    [VFJ_COMMAND_PROBE_SYSCTL] = {"It reads a value of hn's.", "sysctl(8); hn(4)"},
    [VFJ_COMMAND_PROBE_IFCONFIG] = {"It reads an interface.", "ifconfig(8)"},
    [VFJ_COMMAND_PROBE_FILE] = {"It looks for a file.", STATES},
    [VFJ_COMMAND_PROBE_MAP] = {"It asks the kernel which VF belongs to which hn.", HN "; hn(4)"},
    [VFJ_COMMAND_PROBE_SLOT]
    = {"It observes hn, its VF and its lagg: every decision about them begins with that.", ORDER},
    [VFJ_COMMAND_PROBE_SNAPSHOT]
    = {"It takes a snapshot of hn and its VF: in transparent mode no event tells of the switch.",
       TRANSPARENT},
    [VFJ_COMMAND_UP]
    = {"It sets an interface up. A VF that is up takes over the data path.", ORDER "; ifconfig(8)"},
    [VFJ_COMMAND_DOWN] = {"It sets a VF down, so that hn has its link and carries the traffic.",
                          STATES "; ifconfig(8)"},
    [VFJ_COMMAND_CREATE]
    = {"It creates the lagg that is to hold hn and the VF.", ORDER "; lagg(4)"},
    [VFJ_COMMAND_JOIN_BOTH] = {"It makes hn and the VF ports of the lagg.", ORDER "; lagg(4)"},
    [VFJ_COMMAND_JOIN_FIRST]
    = {"It makes hn the first port of the lagg, while hn still has its link.", ORDER "; lagg(4)"},
    [VFJ_COMMAND_JOIN]
    = {"It adds a port to the lagg. lagg(4) uses the VF as soon as that has its link.",
       ORDER "; lagg(4)"},
    [VFJ_COMMAND_LEAVE] = {"It takes a port out of a lagg.", ORDER "; lagg(4)"},
    [VFJ_COMMAND_NO_DAD]
    = {"It ends duplicate address detection on the lagg: hn and the VF see each other's probes.",
       ORDER "; ifconfig(8)"},
    [VFJ_COMMAND_RTADV]
    = {"It lets the lagg accept router advertisements, as hn did.", ORDER "; ifconfig(8)"},
    [VFJ_COMMAND_STRIP] = {"It removes an address of hn's.", ORDER "; ifconfig(8)"},
    [VFJ_COMMAND_ADDRESS_DELETE]
    = {"It removes the address from a port: the lagg is its owner.", ORDER "; ifconfig(8)"},
    [VFJ_COMMAND_ADDRESS_ADD] = {"It gives the lagg an address of hn's.", ORDER "; ifconfig(8)"},
    [VFJ_COMMAND_CONFIGURE] = {"It gives the lagg what rc.conf gives hn.", ORDER "; rc.conf(5)"},
    [VFJ_COMMAND_DHCLIENT]
    = {"It starts dhclient on the lagg, and waits for the lease.", ORDER "; dhclient(8)"},
    [VFJ_COMMAND_DHCLIENT_BACKGROUND]
    = {"It starts dhclient on the lagg, in the background. The copied lease keeps the address.",
       ORDER "; dhclient(8)"},
    [VFJ_COMMAND_DHCLIENT_STOP]
    = {"It ends a port's dhclient, which would set the address there again.",
       ORDER "; dhclient(8)"},
    [VFJ_COMMAND_LEASE] = {"It copies hn's lease for the lagg.", ORDER "; dhclient.leases(5)"},
    [VFJ_COMMAND_ROUTE_ADD]
    = {"It adds a route again that was deleted with hn's address.", ORDER "; route(8)"},
    [VFJ_COMMAND_ROUTE_CHANGE]
    = {"It lets an IPv6 route lead through the lagg.", ORDER "; route(8)"},
    [VFJ_COMMAND_RTSOL]
    = {"It asks a router for an advertisement, so that the lagg has its IPv6 addresses soon.",
       ORDER "; rtsol(8)"},
    [VFJ_COMMAND_SCRIPT]
    = {"It runs the administrator's script, which takes over the work for this hn.", STATES},
};

struct vfj_explain_words vfj_words_of_command(enum vfj_command_kind kind)
{
    VFJ_CHECK(kind < VFJ_COMMAND_COUNT);
    return command_words[kind];
}

static const struct vfj_explain_words event_words[VFJ_EVENT_COUNT] = {
    [VFJ_EVENT_STARTED]
    = {"A daemon started. It uses nothing of what it knew before until it has observed the "
       "guest.",
       RESTART},
    [VFJ_EVENT_STOPPING]
    = {"The daemon was told to end. It finishes the plans that are under way.", RESTART},
    [VFJ_EVENT_STOPPED] = {"The daemon ended in order.", RESTART},
    [VFJ_EVENT_CONFIGURED]
    = {"The daemon read rc.conf. The record has the values in force.", "rc.conf(5)"},
    [VFJ_EVENT_CONNECTED] = {"The daemon opened devd's socket.", LINES},
    [VFJ_EVENT_GAP]
    = {"Events may be missing before this record. Every slot is observed anew.", LINES},
    [VFJ_EVENT_DEVD] = {"devd sent a line.", LINES},
    [VFJ_EVENT_OBSERVED] = {"A probe answered.", ORDER},
    [VFJ_EVENT_FINISHED] = {"A command ended.", ORDER},
    [VFJ_EVENT_TIMER] = {"A deadline passed.", STATES},
    [VFJ_EVENT_SCHEDULED]
    = {"Azure Scheduled Events told what the host does. The machine decides nothing from it.",
       "vfjournal-hyperv(7), Scheduled Events"},
};

struct vfj_explain_words vfj_words_of_event(enum vfj_event_kind kind)
{
    VFJ_CHECK(kind < VFJ_EVENT_COUNT);
    return event_words[kind];
}

static const struct vfj_explain_words devd_words[VFJ_DEVD_COUNT] = {
    [VFJ_DEVD_OTHER] = {"devd sent a line that tells of no VF.", LINES},
    [VFJ_DEVD_VF_ATTACHED]
    = {"An Ethernet interface attached. The kernel's map tells whether it is a VF.", LINES},
    [VFJ_DEVD_VF_DETACHED] = {"An interface departed.", LINES},
    [VFJ_DEVD_VF_UP]
    = {"The kernel moved the data path to the VF. hn pretends to have no link from now on.", HN},
    [VFJ_DEVD_VF_DOWN] = {"The kernel moved the data path back to hn.", HN},
    [VFJ_DEVD_RENAMED] = {"An interface was renamed.", LINES},
    [VFJ_DEVD_LINK] = {"The link of an interface changed.", LINES},
    [VFJ_DEVD_ADDRESS] = {"An address of an interface was added or deleted.", LINES},
};

struct vfj_explain_words vfj_words_of_devd(enum vfj_devd_kind kind)
{
    VFJ_CHECK(kind < VFJ_DEVD_COUNT);
    return devd_words[kind];
}

static const struct vfj_explain_words fault_words[VFJ_REASON_COUNT] = {
    [VFJ_REASON_QUEUE_FULL]
    = {"Policy scripts keeps no more events. Policy vfjournal has no such queue.",
       "vfjournal-hyperv(7), Policies"},
    [VFJ_REASON_TOO_MANY_SLOTS] = {"Nothing: 64 hn interfaces are driven, no more.", LEFT},
    [VFJ_REASON_BAD_NAME]
    = {"Rename the interface: a letter, then letters, digits, '_', '.' or '-'.", "ifconfig(8)"},
    [VFJ_REASON_DELAY_TOO_LONG] = {"Correct the pause in rc.conf.", "rc.conf(5)"},
    [VFJ_REASON_VF_HELD]
    = {"Remove the conflict that a notice before this record names. The VF is then joined by "
       "itself.",
       LEFT},
    [VFJ_REASON_COMMAND_FAILED]
    = {"Read the command's message, and run the command by hand. The daemon tries it again "
       "after a pause.",
       STATES},
    [VFJ_REASON_COMMAND_TIMEOUT]
    = {"Find out what holds the command up: a dead DHCP server, a full process table, a slow "
       "disk. The daemon tries it again after a pause.",
       STATES},
    [VFJ_REASON_PROBE_FAILED]
    = {"Run vfjournal doctor: sysctl(8) or ifconfig(8) did not answer.", "vfjournal(8), doctor"},
    [VFJ_REASON_OUTCOME_UNKNOWN]
    = {"Nothing: the daemon observes the guest and goes on from there.", RESTART},
    [VFJ_REASON_FOREIGN_LAGG]
    = {"Give the other lagg another unit, or leave it: hn is not joined then.", LEFT},
    [VFJ_REASON_HN_IN_OTHER_LAGG]
    = {"Take hn out of the other lagg: ifconfig laggN -laggport hnN.", LEFT},
    [VFJ_REASON_VF_IN_OTHER_LAGG]
    = {"Take the VF out of the other lagg: ifconfig laggN -laggport VF.", LEFT},
    [VFJ_REASON_VF_MTU] = {"Give hn and the VF the same MTU in rc.conf.", STATES},
    [VFJ_REASON_VF_ASTRAY]
    = {"In act mode the daemon takes the VF out of that lagg. Else: ifconfig laggN -laggport VF.",
       LEFT},
    [VFJ_REASON_HN_HAS_ADDRESS]
    = {"In act mode the daemon moves the address to the lagg. Else: ifconfig hnN inet ADDRESS "
       "delete, and look at the default route.",
       MIGRATION},
    [VFJ_REASON_HN_HAS_DHCLIENT]
    = {"In act mode the daemon ends it. Else: service dhclient stop hnN.", MIGRATION},
    [VFJ_REASON_VF_HAS_ADDRESS]
    = {"In act mode the daemon removes it. Else: ifconfig VF inet ADDRESS delete.", MIGRATION},
    [VFJ_REASON_VF_HAS_DHCLIENT]
    = {"In act mode the daemon ends it. Else: service dhclient stop VF.", MIGRATION},
    [VFJ_REASON_NOT_CONVERGING]
    = {"Find out who undoes the commands: another agent, a script of devd.conf(5), a jail.", ORDER},
    [VFJ_REASON_TOO_MANY_ADDRESSES]
    = {"Give hn 32 addresses at most, or configure a lagg by rc.conf.", LEFT},
    [VFJ_REASON_TOO_MANY_ROUTES]
    = {"Give hn 32 routes at most besides the default routes, or configure a lagg by rc.conf.",
       LEFT},
    [VFJ_REASON_ARGS_TOO_LONG]
    = {"Shorten ifconfig_hnN in rc.conf, or split it into aliases. A password belongs in "
       "another file.",
       "rc.conf(5)"},
    [VFJ_REASON_SCRIPT_REFUSED]
    = {"Let root own the script and every directory above it, and let nobody else write them.",
       "vfjournal(8), SECURITY CONSIDERATIONS"},
    [VFJ_REASON_SCRIPT_FAILED]
    = {"Run the script by hand and mend it. The next VF_UP runs it again.", STATES},
    [VFJ_REASON_CREATE_FAILED]
    = {"Load if_lagg: kldload if_lagg, and if_lagg_load=\"YES\" in loader.conf(5).", "lagg(4)"},
    [VFJ_REASON_NO_CONFIGURATION]
    = {"Give rc.conf a line ifconfig_hnN, or configure the lagg by hand.", "rc.conf(5)"},
    [VFJ_REASON_NO_UNIT]
    = {"Nothing while hn has no VF. Else compare sysctl dev.hn with ifconfig.", HN},
    [VFJ_REASON_NO_LINK]
    = {"Ask the host: the VF has no link. The daemon takes the VF down and tries it again "
       "later.",
       STATES},
    [VFJ_REASON_ROUTE_FAILED]
    = {"Compare the routes of rc.conf with netstat -rn. The daemon tries the route again.",
       ORDER "; route(8)"},
    [VFJ_REASON_DHCLIENT_FAILED]
    = {"Look for dhclient's messages in the system's log. The daemon starts it again.",
       "dhclient(8)"},
    [VFJ_REASON_ADDRESS_FAILED]
    = {"Read the command's message. The daemon gives the address again.", ORDER "; ifconfig(8)"},
    [VFJ_REASON_ROUTE_STAYS]
    = {"Look at the IPv6 default route: netstat -rn6. The daemon moves it again.",
       ORDER "; route(8)"},
    [VFJ_REASON_NOT_JOINED_YET]
    = {"Nothing in observe mode. To let the daemon join them: vfjournal_mode=\"act\".",
       "vfjournal-hyperv(7), Modes"},
    [VFJ_REASON_HN_HAS_VLAN] = {"Put the VLAN on laggN, by a lagg of rc.conf's.", LEFT},
    [VFJ_REASON_HN_IN_BRIDGE] = {"Make laggN the member of the bridge, not hn.", LEFT},
    [VFJ_REASON_HN_HAS_CARP] = {"Configure laggN in rc.conf, with the vhid there.", LEFT},
    [VFJ_REASON_HN_IN_FIB] = {"Leave hn in FIB 0, or use hn without its VF.", LEFT},
    [VFJ_REASON_HN_IN_NETGRAPH]
    = {"Run ngctl show hnN: for the hooks, and connect those nodes to laggN instead.", LEFT},
    [VFJ_REASON_OTHER_DHCP]
    = {"Use dhclient(8) without flags for hn, or use hn without its VF.", LEFT},
    [VFJ_REASON_RC_UNREAD]
    = {"Run vfjournal config: it names the file that can't be read.", "vfjournal(8), config"},
    [VFJ_REASON_HN_HAS_MULTICAST]
    = {"Let them send through a laggN of rc.conf's, or use hn without its VF.", LEFT},
};

struct vfj_explain_words vfj_words_of_fault(enum vfj_reason reason)
{
    VFJ_CHECK(reason < VFJ_REASON_COUNT);
    if (vfj_reason_advice(reason) != NULL)
        return (struct vfj_explain_words){NULL, TRANSPARENT};
    return fault_words[reason];
}
