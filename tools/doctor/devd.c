/* The checks of `vfjournal doctor` about devd: its sockets, and the rules by which it acts on
 * events. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapters/freebsd/devd/rules.h"
#include "adapters/freebsd/devd/socket.h"
#include "core/data/rc.h"
#include "tools/doctor/doctor.h"

enum { STOCK_PRIORITY = 10, HANGUP_WAIT_MS = 50 };

/* Connects to a socket of devd. For an instant, this uses up one of the places that devd has for
 * clients. */
static void check_socket(struct vfj_doctor *doctor, const char *path, int type)
{
    int fd = vfj_devd_socket_connect(path, type);
    if (fd < 0) {
        bool full = errno == EAGAIN || errno == ECONNREFUSED;
        vfj_doctor_find2(
            doctor, VFJ_LEVEL_FAIL, "devd", path, full ? ": no place for a client" : ": not there",
            full ? "devd does not run, or its places are taken (devd -l): see sockstat -u"
                 : "service devd start");
        return;
    }
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    bool closed
        = poll(&poller, 1, HANGUP_WAIT_MS) > 0 && (poller.revents & (POLLHUP | POLLERR)) != 0;
    close(fd);
    if (closed)
        vfj_doctor_find2(doctor, VFJ_LEVEL_FAIL, "devd", path, ": connected, and closed at once",
                         "service devd restart");
    else
        vfj_doctor_find2(doctor, VFJ_LEVEL_OK, "devd", path, ": a client can connect", "");
}

enum owner { OWNER_NONE, OWNER_OURS, OWNER_STOCK, OWNER_OTHER };

static enum owner owner_of(const struct vfj_devd_rule *rule, const char *stock)
{
    if (rule == NULL)
        return OWNER_NONE;
    if (strstr(rule->action, "vfjournal") != NULL)
        return OWNER_OURS;
    return strstr(rule->action, stock) != NULL ? OWNER_STOCK : OWNER_OTHER;
}

/* Describes a rule, such as "HYPERV_NIC_VF VF_UP: /etc/devd/hyperv.conf:12, priority 10". */
static void describe(struct vfj_text *text, const char *event, const struct vfj_devd_rule *rule)
{
    vfj_text_add(text, event);
    vfj_text_add(text, ": ");
    if (rule == NULL) {
        vfj_text_add(text, "no rule");
        return;
    }
    vfj_text_add(text, rule->file);
    vfj_text_add_char(text, ':');
    vfj_text_add_u64(text, rule->line);
    vfj_text_add(text, ", priority ");
    vfj_text_add_i64(text, rule->priority);
}

/* Reports which of devd's rules acts on an event for which FreeBSD's stock scripts have a rule. */
static void check_rule(struct vfj_doctor *doctor, const char *event,
                       const struct vfj_devd_rule *rule, const char *stock)
{
    char what[VFJ_RULE_VALUE_SIZE + 96];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    describe(&text, event, rule);
    switch (owner_of(rule, stock)) {
    case OWNER_OURS:
        vfj_doctor_find2(doctor, rule->priority > STOCK_PRIORITY ? VFJ_LEVEL_OK : VFJ_LEVEL_WARN,
                         "rules", what, ": vfjournal's, before the stock one",
                         rule->priority > STOCK_PRIORITY
                             ? ""
                             : "give it a priority above 10, or the stock rule may win");
        break;
    case OWNER_STOCK:
        vfj_doctor_find2(
            doctor, doctor->acts ? VFJ_LEVEL_FAIL : VFJ_LEVEL_OK, "rules", what,
            ": the stock script acts",
            doctor->acts
                ? "install vfjournal's devd rules and restart devd: two drivers are at work"
                : "");
        break;
    case OWNER_OTHER:
        vfj_doctor_find2(
            doctor, VFJ_LEVEL_WARN, "rules", what,
            ": it shadows the stock rule, and vfjournal's if any",
            "devd runs one rule for an event: lower its priority, or let it call what it shadows");
        break;
    case OWNER_NONE:
        vfj_doctor_find2(
            doctor, doctor->acts ? VFJ_LEVEL_OK : VFJ_LEVEL_WARN, "rules", what, " acts on it",
            doctor->acts ? "" : "without a daemon in act mode nobody brings the VF into service");
        break;
    }
}

/* Checks the rule that runs dhclient when the link of an hn comes up. The rule does this even if
 * the hn is a port of a lagg (vfjournal-hyperv(7)). */
static void check_link_up_rule(struct vfj_doctor *doctor, const struct vfj_devd_rules *rules,
                               struct vfj_name hn)
{
    const struct vfj_devd_fact link_up[] = {{"system", "IFNET"},
                                            {"subsystem", hn.text},
                                            {"type", "LINK_UP"},
                                            {"media-type", "ethernet"}};
    char what[VFJ_RULE_VALUE_SIZE + 96];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    const struct vfj_devd_rule *rule = vfj_devd_rules_choose(rules, link_up, 4);
    if (!vfj_rc_is_dhcp(&doctor->rc, hn) || owner_of(rule, "dhclient") != OWNER_STOCK)
        return;
    describe(&text, hn.text, rule);
    vfj_doctor_find2(
        doctor, VFJ_LEVEL_WARN, "rules", what,
        ": runs dhclient on it when a VF leaves, and the next VF that comes cuts the guest off",
        "install vfjournal's devd rules, or run the daemon in act mode, which puts it right");
}

/* Prints which of devd's rules acts when the link of hn comes up, because the stock rule may run
 * dhclient on hn. */
static void list_link_up(struct vfj_doctor *doctor, const struct vfj_devd_rules *rules,
                         const char *hn)
{
    const struct vfj_devd_fact link_up[]
        = {{"system", "IFNET"}, {"subsystem", hn}, {"type", "LINK_UP"}, {"media-type", "ethernet"}};
    char what[VFJ_RULE_VALUE_SIZE + 96];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    const struct vfj_devd_rule *rule = vfj_devd_rules_choose(rules, link_up, 4);
    describe(&text, "IFNET LINK_UP", rule);
    switch (owner_of(rule, "dhclient")) {
    case OWNER_OURS:
        vfj_text_add(&text, ": vfjournal's, which leaves a lagg port alone");
        break;
    case OWNER_STOCK:
        vfj_text_add(&text, ": the stock rule runs dhclient, where rc.conf has DHCP");
        break;
    case OWNER_OTHER:
        vfj_text_add(&text, ": another rule");
        break;
    case OWNER_NONE:
        vfj_text_add(&text, " acts on it");
        break;
    }
    vfj_doctor_find(doctor, VFJ_LEVEL_OK, "rules", what, "");
}

static void check_rules(struct vfj_doctor *doctor, const struct vfj_devd_rules *rules)
{
    const char *hn = doctor->hns.count > 0 ? doctor->hns.names[0].text : "hn0";
    const char *vf = doctor->map.pair_count > 0 ? doctor->map.pairs[0].vf.text : "mce0";
    const struct vfj_devd_fact vf_up[]
        = {{"system", "HYPERV_NIC_VF"}, {"subsystem", hn}, {"type", "VF_UP"}, {"vm_guest", "hv"}};
    const struct vfj_devd_fact attach[]
        = {{"system", "ETHERNET"}, {"subsystem", vf}, {"type", "IFATTACH"}, {"vm_guest", "hv"}};
    check_rule(doctor, "HYPERV_NIC_VF VF_UP", vfj_devd_rules_choose(rules, vf_up, 4),
               "hyperv_vfup");
    check_rule(doctor, "ETHERNET IFATTACH", vfj_devd_rules_choose(rules, attach, 4),
               "hyperv_vfattach");
    list_link_up(doctor, rules, hn);
    for (unsigned i = 0; i < doctor->hns.count; i++)
        check_link_up_rule(doctor, rules, doctor->hns.names[i]);
}

void vfj_doctor_check_devd(struct vfj_doctor *doctor)
{
    struct vfj_devd_rules rules;
    check_socket(doctor, doctor->paths.devd_seqpacket, SOCK_SEQPACKET);
    check_socket(doctor, doctor->paths.devd_stream, SOCK_STREAM);
    bool read = vfj_devd_rules_read(&rules, doctor->paths.root);
    if (rules.complaint[0] != '\0')
        vfj_doctor_find(doctor, VFJ_LEVEL_WARN, "rules", rules.complaint,
                        "devd(8) reads it, and so do I: mend the file");
    if (read)
        check_rules(doctor, &rules);
    vfj_devd_rules_free(&rules);
}
