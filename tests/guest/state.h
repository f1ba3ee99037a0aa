/* The state that the programs of a stand-in guest share. It is one text file, state/guest, which a
 * lock protects. Every line describes one object in a form that people can read.
 *
 * Every program runs in the guest's root directory (see root.h), so all paths here are relative. A
 * change is atomic. guest_state_open() takes the lock and reads the file. guest_state_commit()
 * writes a new file, renames it over the old one, queues the devctl lines of the change in their
 * order, and releases the lock. Then it wakes devd and the dhclients. */
#ifndef VFJ_TESTS_GUEST_STATE_H
#define VFJ_TESTS_GUEST_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GUEST_NAME_SIZE = 16, /* IFNAMSIZ */
    GUEST_MAC_SIZE = 18,
    GUEST_IN6_SIZE = 46,
    GUEST_BUS_SIZE = 512,
    GUEST_VALUE_SIZE = 256,
    GUEST_IFS_MAX = 320,
    GUEST_ADDRS_MAX = 16,
    GUEST_PORTS_MAX = 32, /* LAGG_MAX_PORTS */
    GUEST_ROUTES_MAX = 64,
    GUEST_LEASES_MAX = 32,
    GUEST_SETTINGS_MAX = 64,
    GUEST_FAULTS_MAX = 32,
    GUEST_EVENTS_SIZE = 65536
};

enum guest_kind { GUEST_ETHER, GUEST_HN, GUEST_LAGG, GUEST_LO };

enum guest_link { GUEST_LINK_UNKNOWN, GUEST_LINK_DOWN, GUEST_LINK_UP };

/* Bits of an interface's IPv6 options, which ifconfig prints as `nd6 options` (netinet6/nd6.h). */
enum {
    GUEST_ND6_PERFORMNUD = 0x1,
    GUEST_ND6_ACCEPT_RTADV = 0x2,
    GUEST_ND6_IFDISABLED = 0x8,
    GUEST_ND6_AUTO_LINKLOCAL = 0x20,
    GUEST_ND6_NO_DAD = 0x100
};

struct guest_inet {
    uint32_t address; /* the address in host byte order */
    unsigned length;
};

struct guest_inet6 {
    char address[GUEST_IN6_SIZE]; /* the address as text, without %scope */
    unsigned length;
};

/* A port of a lagg. `mtu` and `mac` are those that the port gets back when it leaves the lagg. The
 * first port of a lagg is the MASTER. */
struct guest_port {
    char name[GUEST_NAME_SIZE];
    unsigned mtu;
    char mac[GUEST_MAC_SIZE];
};

struct guest_if {
    char name[GUEST_NAME_SIZE];
    enum guest_kind kind;
    unsigned index;
    unsigned unit; /* for hn: the newbus unit N of dev.hn.N, which a rename does not change */
    char mac[GUEST_MAC_SIZE];
    /* the MAC before a lagg changed it; ifconfig prints this as hwaddr when it differs from mac */
    char own_mac[GUEST_MAC_SIZE];
    unsigned mtu;
    unsigned max_mtu;
    bool up;
    bool carrier;          /* whether the wire outside the guest has a carrier */
    enum guest_link link;  /* state of the link as the kernel reports it */
    unsigned long linkups; /* number of changes of the link to UP */
    unsigned nd6;
    struct guest_inet inet[GUEST_ADDRS_MAX];
    size_t inet_count;
    struct guest_inet6 inet6[GUEST_ADDRS_MAX];
    size_t inet6_count;
    struct guest_port ports[GUEST_PORTS_MAX];
    size_t port_count;
    char proto[GUEST_NAME_SIZE]; /* for a lagg: the lagg protocol */
    char lagg[GUEST_NAME_SIZE];  /* for a lagg port: the lagg that it belongs to */
    char vf[GUEST_NAME_SIZE];    /* for hn: its VF, which hw.hn.vfmap shows */
    char rxvf[GUEST_NAME_SIZE];  /* for hn: the VF that has the data path */
    char hn[GUEST_NAME_SIZE];    /* for a VF: the hn with the same MAC */
    /* for a VF: the devctl line of its attachment, without the '+' in front */
    char bus[GUEST_BUS_SIZE];
};

/* An IPv4 route. It belongs to the address `source` of the interface. When the gateway is 0, the
 * route is a connected one. */
struct guest_route {
    uint32_t destination;
    unsigned length;
    uint32_t gateway;
    char interface[GUEST_NAME_SIZE];
    uint32_t source;
    unsigned mtu; /* 0: that of the interface */
};

/* An IPv6 route through a gateway. It belongs to an interface and remains when the interface loses
 * its addresses. */
struct guest_route6 {
    char destination[GUEST_IN6_SIZE];
    unsigned length;
    char gateway[GUEST_IN6_SIZE]; /* without %scope: `interface` is the scope */
    char interface[GUEST_NAME_SIZE];
    unsigned mtu; /* 0: that of the interface */
};

/* The address and router that the simulated DHCP server gives to the interface with this MAC. */
struct guest_lease {
    char mac[GUEST_MAC_SIZE];
    struct guest_inet inet;
    uint32_t router;
};

/* A name with a value: a sysctl, a setting of the stand-in guest, or a pair. The name of a pair is
 * that of an hn, and its value is the VF that will attach to this hn. */
struct guest_setting {
    char name[GUEST_VALUE_SIZE];
    char value[GUEST_VALUE_SIZE];
    bool absent;
};

enum guest_fault_kind { GUEST_FAIL, GUEST_SLOW, GUEST_HANG };

struct guest_fault {
    enum guest_fault_kind kind;
    unsigned count;  /* for FAIL: how many more commands will fail */
    unsigned status; /* for FAIL: the exit status of these commands */
    double seconds;  /* for SLOW: the delay in seconds */
    char argv[GUEST_VALUE_SIZE];
};

struct guest_settings {
    struct guest_setting at[GUEST_SETTINGS_MAX];
    size_t count;
};

struct guest_state {
    struct guest_if ifs[GUEST_IFS_MAX];
    size_t if_count;
    struct guest_route routes[GUEST_ROUTES_MAX];
    size_t route_count;
    struct guest_route6 routes6[GUEST_ROUTES_MAX];
    size_t route6_count;
    struct guest_lease leases[GUEST_LEASES_MAX];
    size_t lease_count;
    struct guest_settings sysctls;
    struct guest_settings tunes;
    struct guest_settings pairs;
    struct guest_fault faults[GUEST_FAULTS_MAX];
    size_t fault_count;
    char events[GUEST_EVENTS_SIZE]; /* devctl lines to queue at commit */
    size_t events_used;
    int lock;
};

/* Takes the lock and reads the state. A process can have only one open state, so it must commit or
 * close this one before it opens the state again. */
struct guest_state *guest_state_open(void);
/* Takes the lock of a guest that does not exist yet, and returns an empty state. */
struct guest_state *guest_state_create(void);
void guest_state_commit(struct guest_state *state);
/* Releases the lock without writing the state. */
void guest_state_close(struct guest_state *state);

/* Writes the whole state as text (state_text.c). */
void guest_state_write(const struct guest_state *state, char *to, size_t size);
/* Adds the object of one line of text to the state. Splits the line into words in place. */
void guest_state_read(struct guest_state *state, char *line);

/* Adds a devctl line to the state. guest_state_commit() queues the line for devd. `format` has no
 * newline at its end. */
void guest_event(struct guest_state *state, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Returns the setting with that name, or NULL. */
struct guest_setting *guest_setting_find(struct guest_settings *settings, const char *name);
void guest_setting_set(struct guest_settings *settings, const char *name, const char *value);
/* Returns the value of a setting of the stand-in guest, in the unit with which its name ends.
 * Returns `otherwise` when it is not set. */
unsigned long guest_tune(struct guest_state *state, const char *name, unsigned long otherwise);

#endif
