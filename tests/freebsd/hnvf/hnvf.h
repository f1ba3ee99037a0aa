/* Declarations that the files of the kernel module hnvf share. */
#ifndef TESTS_FREEBSD_HNVF_HNVF_H
#define TESTS_FREEBSD_HNVF_HNVF_H

#include <sys/param.h>
#include <sys/systm.h>

#include <sys/bus.h>
#include <sys/counter.h>
#include <sys/epoch.h>
#include <sys/eventhandler.h>
#include <sys/kernel.h>
#include <sys/lock.h>
#include <sys/mbuf.h>
#include <sys/module.h>
#include <sys/proc.h>
#include <sys/rmlock.h>
#include <sys/sbuf.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/sx.h>
#include <sys/sysctl.h>
#include <sys/taskqueue.h>

#include <net/bpf.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_media.h>
#include <net/if_types.h>
#include <net/if_var.h>
#if __has_include(<net/if_private.h>)
#include <net/if_private.h>
#endif
#include <net/vnet.h>

#include "hnvf_map.h"

/* An interface whose functions hnvf replaced by its own, the hooks. `input`, `transmit` and `ioctl`
 * are the interface's original functions. */
struct port {
    struct ifnet *ifp; /* NULL: this port is free */
    /* for hn: the interface of its VF; for a VF: the interface of its hn; NULL: there is none */
    struct ifnet *peer;
    enum hnvf_verdict received, sent;
    void (*input)(struct ifnet *, struct mbuf *);
    int (*transmit)(struct ifnet *, struct mbuf *);
    int (*ioctl)(struct ifnet *, u_long, caddr_t);
};

enum { PORT_HN, PORT_VF, PORTS };
enum { RX, TX, DIRECTIONS };

struct unit {
    struct port ports[PORTS];
    struct sysctl_ctx_list ctx;
    bool has_sysctls;
    counter_u64_t packets[DIRECTIONS];
    struct timeout_task wait;
};

/* The values of the sysctls hw.hn.* (those of hn(4)) and hw.hnvf.* (settings of this module
 * alone). */
struct hnvf_knobs {
    int transparent, accbpf, attwait_s;
    int datapath, mana, down_ms;
};

extern struct unit hnvf_units[HNVF_UNITS_MAX];
extern struct hnvf_map hnvf_state;
extern struct hnvf_knobs hnvf_knobs;
/* protects hnvf_state and the ports; the packet path reads the ports without this lock */
extern struct sx hnvf_lock;
extern counter_u64_t hnvf_dropped, hnvf_relabelled;

/* hnvf.c */
void hnvf_rescan(void);

/* The functions of hnvf_ports.c. The caller holds hnvf_lock, except for the last two functions. */
void hnvf_hook(unsigned unit, unsigned which, struct ifnet *ifp);
void hnvf_unhook(unsigned unit, unsigned which);
void hnvf_forget(const struct ifnet *ifp); /* call this when the interface no longer exists */
/* copies what hnvf_map.c decided for each hn unit to where the packet path reads it */
void hnvf_publish(void);
int hnvf_driver_link(unsigned unit, struct ifnet *ifp);
/* returns an interface whose hook cannot be removed now, or NULL */
struct ifnet *hnvf_blocker(void);
void hnvf_take_out_parked(void);
void hnvf_init_ports(void);
void hnvf_drain_ports(void);

/* hnvf_sysctls.c */
void hnvf_add_sysctls(void);
void hnvf_add_unit_sysctls(unsigned unit); /* the caller holds the lock */
void hnvf_remove_sysctls(void);

#endif
