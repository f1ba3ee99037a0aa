/* The findings: what can be wrong or unusual about a VF in transparent mode. Each finding can be
 * computed from the journal alone. */
#ifndef VFJ_CORE_DATA_FINDING_H
#define VFJ_CORE_DATA_FINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/reason.h"

/* The findings. X(reason, whether the slot has a fault while the finding stands, advice to an
 * administrator). When several findings stand, the slot's fault is the first one in this list that
 * is a fault. A state checkpoint holds a mask of the row numbers. Rows therefore never move, and a
 * new row goes to the end, however severe it is.
 *
 * NOT_SWITCHED       A snapshot shows vf_xpnt_enabled=0 at least 13 s after the end of
 *                    hw.hn.vf_xpnt_attwait. By default that is 15 s after the VF attached.
 * VF_ABSENT          No VF is mapped 10 minutes after the last one left.
 * VF_CONFIGURED      A snapshot shows an address or a dhclient of the VF.
 * VF_SILENT          hn has counted 10 sent packets or more since the switch, and the VF none.
 * SYNTHETIC_TRAFFIC  hn's own queues have sent 10 packets or more since the switch. Received
 *                    packets do not count: the host sends broadcasts and first packets there.
 * SMALLER_MTU        hn's MTU is smaller, 2 s after the switch, than before the VF left.
 * FEWER_OPTIONS      hn lacks an option, 2 s after the switch, that it had before the VF left.
 * FLAPPING           The VF has left five times within an hour. The finding ends with that hour.
 * SEVERAL_LEFT       Another hn lost its VF at most 2 s before. The VFs of mana(4) share a PCI
 *                    function, so this is no fault. */
#define VFJ_FINDINGS(X)                                                                         \
    X(NOT_SWITCHED, true,                                                                       \
      "look for the reason in dmesg(8): hn(4) refuses drivers that use if_start, and a VF "     \
      "whose interface can't be upped; `ifconfig VF` shows its link")                           \
    X(VF_ABSENT, true,                                                                          \
      "ask the host whether SR-IOV is still enabled for this network adapter; traffic goes "    \
      "through hn meanwhile, at a lower speed")                                                 \
    X(VF_CONFIGURED, true,                                                                      \
      "end the VF's dhclient, take its address off, and see to it that no ifconfig_DEFAULT, "   \
      "ifconfig_VF or cloud-init configures the VF: only hn may have addresses")                \
    X(VF_SILENT, true,                                                                          \
      "see `ifconfig VF` and the VF driver's sysctls for errors; `ifconfig VF down`, then up, " \
      "lets hn(4) switch once more")                                                            \
    X(SYNTHETIC_TRAFFIC, false,                                                                 \
      "compare `sysctl dev.hn.N.tx` over a minute: the VF may refuse packets that hn sends; "   \
      "bpf(4) listeners may want hw.hn.vf_xpnt_accbpf")                                         \
    X(SMALLER_MTU, true, "set hn's MTU as before: `ifconfig hnN mtu M`, which hn(4) passes on") \
    X(FEWER_OPTIONS, false,                                                                     \
      "enable the options on hn again, as `ifconfig hnN txcsum tso lro`; the journal's "        \
      "snapshots tell which it had")                                                            \
    X(FLAPPING, true,                                                                           \
      "ask the host's operator: a VF leaves at each live migration and host servicing, and "    \
      "more often than a few times a day means trouble there")                                  \
    X(SEVERAL_LEFT, false, "nothing here: one event of the host took the VFs of several hn")

enum vfj_finding_kind {
#define X(reason, ...) VFJ_FOUND_##reason,
    VFJ_FINDINGS(X)
#undef X
        VFJ_FOUND_COUNT
};

enum vfj_reason vfj_found_reason(enum vfj_finding_kind kind);
bool vfj_found_is_fault(enum vfj_finding_kind kind);
const char *vfj_found_advice(enum vfj_finding_kind kind);

/* Returns the advice for the finding with that reason, or NULL when no finding has that reason. */
const char *vfj_reason_advice(enum vfj_reason reason);

#endif
