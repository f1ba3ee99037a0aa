/* Policy scripts: what devd does with hyperv_vfattach and hyperv_vfup, step for step, as FreeBSD ships them.
 *
 * devd(8) runs one action at a time: while a script runs, later events wait. hyperv_vfattach IF 0 leaves a process
 * behind that sleeps hyperv_vf_delay seconds and then ups the VF; nothing ever ends that process early. Both scripts
 * forget everything when they end, so all they know they read from the guest each time, in the order kept here.
 *
 * Two reads are ours, not the scripts': which hn the VF belongs to (hw.hn.vfmap), and, at the end of hyperv_vfup,
 * whether the lagg really holds both. They only keep the slots' states true. */
#include <string.h>

#include "core/check.h"
#include "core/policy/policy.h"
#include "core/rc.h"

/* Which command of a script is under way. */
enum step {
    /* hyperv_vfattach IF 0 */
    ATTACH_TRANSPARENT_PROBE, /* sysctl -n hw.hn.vf_transparent > /dev/null */
    ATTACH_TRANSPARENT_READ,  /* vf_transparent=`sysctl -n hw.hn.vf_transparent` */
    ATTACH_LIST_PROBE,        /* sysctl -n hw.hn.vflist > /dev/null */
    ATTACH_LIST_READ,         /* vf_list=`sysctl -n hw.hn.vflist` */
    ATTACH_MAP,               /* ours: which hn */
    /* hyperv_vfattach IF DELAY */
    SLEEPER_TRANSPARENT_PROBE,
    SLEEPER_TRANSPARENT_READ,
    SLEEPER_ASLEEP, /* sleep DELAY */
    SLEEPER_UP,     /* ifconfig IF up */
    /* hyperv_vfup HN */
    UP_SCRIPT_PROBE,    /* [ -f /usr/libexec/hyperv/hyperv_vfup.HN ] */
    UP_SCRIPT,          /* that script */
    UP_VF,              /* vf=`sysctl -n dev.hn.UNIT.vf` */
    UP_LAGG_PROBE,      /* ifconfig LAGG > /dev/null */
    UP_CREATE,          /* ifconfig LAGG create */
    UP_JOIN_BOTH,       /* ifconfig LAGG laggproto failover laggport HN laggport VF */
    UP_NO_DAD,          /* ifconfig LAGG inet6 no_dad */
    UP_PIDFILE,         /* [ -f /var/run/dhclient.HN.pid ] */
    UP_DHCLIENT_STOP,   /* kill -TERM `cat pidfile` */
    UP_COUNT_ADDRESSES, /* ours: how often -alias will succeed */
    UP_STRIP,           /* ifconfig HN -alias */
    UP_LAGG_UP,         /* ifconfig LAGG up */
    UP_DHCLIENT,        /* dhclient [-b] LAGG */
    UP_CONFIGURE,       /* ifconfig LAGG ARGS */
    UP_PORTS,           /* ifconfig LAGG | grep "laggport: VF" */
    UP_JOIN,            /* ifconfig LAGG laggport VF */
    UP_CONFIRM,         /* ours: does it hold both */
};

static void next_script(struct vfj_work *work);

static struct vfj_script_run *run_of(struct vfj_work *work)
{
    return &vfj_work_edit_scripts(work)->run;
}

static void end_script(struct vfj_work *work)
{
    memset(run_of(work), 0, sizeof(struct vfj_script_run));
    next_script(work);
}

/* The script's next command. The hn of a command is the slot it works for; sleepers work beside the slots. */
static struct vfj_command *issue(struct vfj_work *work, enum step step, enum vfj_command_kind kind)
{
    struct vfj_script_run *run = run_of(work);
    struct vfj_command *command = vfj_work_command(work, kind);
    if (run->script == VFJ_SCRIPT_VFUP)
        command->hn = run->iface;
    command->a = run->lagg;
    run->step = (uint8_t)step;
    run->pending = command->id;
    return command;
}

static struct vfj_command *issue_text(struct vfj_work *work, enum step step, enum vfj_command_kind kind,
                                      const char *before, struct vfj_name name, const char *after)
{
    struct vfj_command *command = issue(work, step, kind);
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_add(&text, before);
    vfj_text_add(&text, name.text);
    vfj_text_add(&text, after);
    memset(&command->a, 0, sizeof command->a);
    return command;
}

static struct vfj_command *issue_sysctl(struct vfj_work *work, enum step step, const char *name)
{
    return issue_text(work, step, VFJ_COMMAND_PROBE_SYSCTL, name, (struct vfj_name){{0}}, "");
}

/* `[ $value -ne 0 ]`: what is not a number is an error of test(1), and no reason to stop. */
static bool is_nonzero(const char *value)
{
    int64_t number = 0;
    struct vfj_span rest = vfj_span_of(value);
    struct vfj_span word, more;
    return vfj_span_word(&rest, &word) && !vfj_span_word(&rest, &more) && vfj_span_to_i64(word, &number) && number != 0;
}

/* hyperv_vfattach */

static void sleeper_ask(struct vfj_work *work, struct vfj_sleeper *sleeper, enum step step)
{
    struct vfj_command *command = vfj_work_command(work, VFJ_COMMAND_PROBE_SYSCTL);
    vfj_span_copy(command->text, sizeof command->text, vfj_span_of("hw.hn.vf_transparent"));
    sleeper->step = (uint8_t)step;
    sleeper->pending = command->id;
}

static void leave_sleeper(struct vfj_work *work)
{
    struct vfj_scripts *scripts = vfj_work_edit_scripts(work);
    int64_t delay_us = scripts->run.delay_us;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++) {
        struct vfj_sleeper *sleeper = &scripts->sleepers[i];
        if (sleeper->due_us != VFJ_NEVER_US)
            continue;
        *sleeper = (struct vfj_sleeper){
            .due_us = work->next->head.mono_us + delay_us, .delay_us = delay_us, .iface = scripts->run.iface};
        scripts->sleeping++;
        sleeper_ask(work, sleeper, SLEEPER_TRANSPARENT_PROBE);
        return;
    }
    vfj_work_note(work, VFJ_REASON_TOO_MANY_TIMERS);
}

static bool lists(const char *list, struct vfj_name iface)
{
    struct vfj_span rest = vfj_span_of(list);
    struct vfj_span word;
    while (vfj_span_word(&rest, &word)) {
        if (vfj_span_is(word, iface.text))
            return true;
    }
    return false;
}

/* The hn of a VF in hw.hn.vfmap, "vf:hn vf:hn". */
static bool mapped_hn(const char *map, struct vfj_name vf, struct vfj_name *hn)
{
    struct vfj_span rest = vfj_span_of(map);
    struct vfj_span word;
    size_t length = strlen(vf.text);
    while (vfj_span_word(&rest, &word)) {
        if (vfj_span_starts(word, vf.text) && word.length > length && word.text[length] == ':')
            return vfj_name_parse((struct vfj_span){word.text + length + 1, word.length - length - 1}, hn);
    }
    return false;
}

static void attach_mapped(struct vfj_work *work, const struct vfj_observation *answer)
{
    struct vfj_name vf = vfj_work_scripts(work)->run.iface;
    struct vfj_name hn;
    if (!answer->ok || !mapped_hn(answer->as.value, vf, &hn))
        return;
    unsigned index = vfj_work_open_hn(work, hn);
    if (index == VFJ_SLOTS_MAX)
        return;
    struct vfj_slot *slot = vfj_work_edit_slot(work, index);
    if (!vfj_name_equal(slot->vf, vf))
        vfj_work_attach(work, slot, vf, VFJ_REASON_VF_ATTACHED);
    if (slot->state == VFJ_SLOT_ATTACHED) {
        vfj_work_move(work, slot, VFJ_SLOT_DELAYED, VFJ_REASON_DELAY_STARTED);
        work->decision->transitions[work->decision->transition_count - 1].delay_us
            = vfj_work_scripts(work)->run.delay_us;
    }
}

/* The script takes hyperv_vf_delay from rc.conf here, before it looks for the VF. */
static void attach_list(struct vfj_work *work)
{
    run_of(work)->delay_us = vfj_rc_delay_s(vfj_work_rc(work)) * 1000000;
    issue_sysctl(work, ATTACH_LIST_PROBE, "hw.hn.vflist");
}

static void attach_listed(struct vfj_work *work, const struct vfj_observation *answer)
{
    if (!answer->ok || !lists(answer->as.value, vfj_work_scripts(work)->run.iface)) {
        vfj_work_note(work, VFJ_REASON_NOT_A_VF);
        end_script(work);
        return;
    }
    leave_sleeper(work);
    issue_sysctl(work, ATTACH_MAP, "hw.hn.vfmap")->is_extra = true;
}

/* hyperv_vfup */

static struct vfj_slot *slot_of_run(struct vfj_work *work)
{
    unsigned index = vfj_work_open_hn(work, vfj_work_scripts(work)->run.iface);
    return index < VFJ_SLOTS_MAX ? vfj_work_edit_slot(work, index) : NULL;
}

static void notice(struct vfj_work *work, enum vfj_reason reason)
{
    struct vfj_slot *slot = slot_of_run(work);
    if (slot != NULL)
        vfj_work_notice(work, slot, reason);
}

static void up_read_vf(struct vfj_work *work, const struct vfj_observation *answer)
{
    struct vfj_script_run *run = run_of(work);
    struct vfj_span rest = vfj_span_of(answer->ok ? answer->as.value : "");
    struct vfj_span word;
    if (!vfj_span_word(&rest, &word) || !vfj_name_parse(word, &run->vf)) {
        notice(work, word.length == 0 ? VFJ_REASON_VF_GONE : VFJ_REASON_BAD_NAME);
        end_script(work);
        return;
    }
    run->lagg = vfj_name_lagg(vfj_name_digits(run->iface));
    struct vfj_slot *slot = slot_of_run(work);
    if (slot != NULL && !vfj_name_equal(slot->vf, run->vf))
        vfj_work_attach(work, slot, run->vf, VFJ_REASON_VF_FOUND);
    if (vfj_name_is_empty(run->lagg))
        end_script(work);
    else
        issue(work, UP_LAGG_PROBE, VFJ_COMMAND_PROBE_IFCONFIG);
}

/* grep "laggport: VF" on a line "laggport: PORT flags=…": the VF's name is a basic regular expression in which '.' is
 * any byte, and it need not end where the port's name ends. */
static bool grep_matches(struct vfj_name port, struct vfj_name vf)
{
    char line[VFJ_NAME_SIZE + 8];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add(&text, port.text);
    vfj_text_add(&text, " flags=");
    size_t i = 0;
    while (vf.text[i] != '\0' && line[i] != '\0' && (vf.text[i] == '.' || vf.text[i] == line[i]))
        i++;
    return vf.text[i] == '\0';
}

static void confirm(struct vfj_work *work)
{
    issue(work, UP_CONFIRM, VFJ_COMMAND_PROBE_IFCONFIG)->is_extra = true;
}

static void up_read_ports(struct vfj_work *work, const struct vfj_observation *answer)
{
    struct vfj_name vf = vfj_work_scripts(work)->run.vf;
    const struct vfj_interface *lagg = &answer->as.interface;
    for (unsigned i = 0; answer->ok && i < lagg->port_count; i++) {
        if (grep_matches(lagg->ports[i], vf)) {
            confirm(work);
            return;
        }
    }
    issue(work, UP_JOIN, VFJ_COMMAND_JOIN)->b = vf;
}

static void up_confirm(struct vfj_work *work, const struct vfj_observation *answer)
{
    const struct vfj_script_run *run = &vfj_work_scripts(work)->run;
    struct vfj_slot *slot = slot_of_run(work);
    bool joined = answer->ok && vfj_interface_has_port(&answer->as.interface, run->iface)
        && vfj_interface_has_port(&answer->as.interface, run->vf);
    if (slot != NULL && joined && slot->state != VFJ_SLOT_LAGGED && vfj_name_equal(slot->vf, run->vf))
        vfj_work_move(work, slot, VFJ_SLOT_LAGGED, VFJ_REASON_JOINED);
    end_script(work);
}

/* kill -TERM `cat pidfile`: only numbers are let through, for more than an emulation reads that file. */
static void up_stop_dhclient(struct vfj_work *work, const char *pids)
{
    struct vfj_command *command = issue(work, UP_DHCLIENT_STOP, VFJ_COMMAND_DHCLIENT_STOP);
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    struct vfj_span rest = vfj_span_of(pids);
    struct vfj_span word;
    uint64_t pid = 0;
    unsigned left = VFJ_WORDS_MAX - 8;
    memset(&command->a, 0, sizeof command->a);
    while (left-- > 0 && vfj_span_word(&rest, &word) && vfj_span_to_u64(word, &pid)) {
        if (text.length > 0)
            vfj_text_add_char(&text, ' ');
        vfj_text_add_span(&text, word);
    }
}

static void up_count_addresses(struct vfj_work *work)
{
    struct vfj_command *command = issue(work, UP_COUNT_ADDRESSES, VFJ_COMMAND_PROBE_IFCONFIG);
    command->a = vfj_work_scripts(work)->run.iface;
    command->is_extra = true;
}

static void up_configure(struct vfj_work *work)
{
    const struct vfj_script_run *run = &vfj_work_scripts(work)->run;
    if (run->dhcp) {
        issue(work, UP_LAGG_UP, VFJ_COMMAND_UP);
    } else if (run->args[0] != '\0') {
        struct vfj_command *command = issue(work, UP_CONFIGURE, VFJ_COMMAND_CONFIGURE);
        vfj_span_copy(command->text, sizeof command->text, vfj_span_of(run->args));
    } else {
        notice(work, run->args_too_long ? VFJ_REASON_ARGS_TOO_LONG : VFJ_REASON_NO_CONFIGURATION);
        confirm(work);
    }
}

static void up_strip(struct vfj_work *work)
{
    struct vfj_script_run *run = run_of(work);
    if (run->strip_left == 0) {
        up_configure(work);
        return;
    }
    run->strip_left--;
    issue(work, UP_STRIP, VFJ_COMMAND_STRIP)->a = run->iface;
}

static void up_counted(struct vfj_work *work, const struct vfj_observation *answer)
{
    struct vfj_script_run *run = run_of(work);
    const struct vfj_interface *hn = &answer->as.interface;
    run->strip_left = 0;
    for (unsigned i = 0; answer->ok && i < hn->address_count; i++)
        run->strip_left = (uint8_t)(run->strip_left + !vfj_address_is_inet6(&hn->addresses[i]));
    up_strip(work);
}

/* load_rc_config netif: what rc.conf says while the script begins holds until it ends. */
static void load_rc(const struct vfj_rc *rc, struct vfj_script_run *run)
{
    run->dhcp = vfj_rc_is_dhcp(rc, run->iface);
    run->sync_dhcp = vfj_rc_is_sync_dhcp(rc, run->iface);
    run->args_too_long = !vfj_rc_ifconfig_args(rc, run->iface, run->args, sizeof run->args);
    if (run->args_too_long)
        memset(run->args, 0, sizeof run->args);
}

static void begin_script(struct vfj_work *work, enum vfj_script script, struct vfj_name iface)
{
    struct vfj_script_run *run = run_of(work);
    memset(run, 0, sizeof *run);
    run->script = (uint8_t)script;
    run->iface = iface;
    if (script == VFJ_SCRIPT_VFATTACH) {
        issue_sysctl(work, ATTACH_TRANSPARENT_PROBE, "hw.hn.vf_transparent");
        return;
    }
    load_rc(vfj_work_rc(work), run);
    issue_text(work, UP_SCRIPT_PROBE, VFJ_COMMAND_PROBE_FILE, "/usr/libexec/hyperv/hyperv_vfup.", iface, "");
}

static void next_script(struct vfj_work *work)
{
    struct vfj_scripts *scripts = vfj_work_edit_scripts(work);
    if (scripts->waiting == 0 || scripts->run.script != VFJ_SCRIPT_NONE)
        return;
    struct vfj_waiting first = scripts->queue[scripts->first];
    memset(&scripts->queue[scripts->first], 0, sizeof first);
    scripts->first = (uint16_t)((scripts->first + 1) % VFJ_SCRIPT_QUEUE_MAX);
    scripts->waiting--;
    begin_script(work, (enum vfj_script)first.script, first.iface);
}

static void enqueue(struct vfj_work *work, enum vfj_script script, struct vfj_name iface)
{
    struct vfj_scripts *scripts = vfj_work_edit_scripts(work);
    if (scripts->waiting == VFJ_SCRIPT_QUEUE_MAX) {
        vfj_work_note(work, VFJ_REASON_QUEUE_FULL);
        return;
    }
    unsigned at = (scripts->first + scripts->waiting) % VFJ_SCRIPT_QUEUE_MAX;
    scripts->queue[at] = (struct vfj_waiting){.iface = iface, .script = (uint8_t)script};
    scripts->waiting++;
    next_script(work);
}

/* What an event itself says of the slots. */

static void vf_up(struct vfj_work *work, struct vfj_name hn)
{
    unsigned index = vfj_work_open_hn(work, hn);
    if (index < VFJ_SLOTS_MAX) {
        struct vfj_slot *slot = vfj_work_edit_slot(work, index);
        if (slot->rxvf)
            vfj_work_note(work, VFJ_REASON_LOST_VF_DOWN);
        slot->rxvf = 1;
    }
    enqueue(work, VFJ_SCRIPT_VFUP, hn);
}

static void vf_down(struct vfj_work *work, struct vfj_name hn)
{
    unsigned index = vfj_work_open_hn(work, hn);
    if (index == VFJ_SLOTS_MAX)
        return;
    struct vfj_slot *slot = vfj_work_edit_slot(work, index);
    slot->rxvf = 0;
    if (slot->state == VFJ_SLOT_LAGGED)
        vfj_work_move(work, slot, VFJ_SLOT_ATTACHED, VFJ_REASON_VF_DOWN);
}

static void renamed(struct vfj_work *work, const struct vfj_devd *devd)
{
    unsigned index = vfj_work_find_vf(work, devd->name);
    if (index < VFJ_SLOTS_MAX)
        vfj_work_edit_slot(work, index)->vf = devd->new_name;
    index = vfj_work_find_hn(work, devd->name);
    if (index < VFJ_SLOTS_MAX)
        vfj_work_edit_slot(work, index)->hn = devd->new_name;
}

static void scripts_devd(struct vfj_work *work)
{
    const struct vfj_devd *devd = &work->event->as.devd;
    unsigned index;
    switch ((enum vfj_devd_kind)devd->kind) {
    case VFJ_DEVD_VF_ATTACHED:
        enqueue(work, VFJ_SCRIPT_VFATTACH, devd->name);
        break;
    case VFJ_DEVD_VF_DETACHED:
        index = vfj_work_find_vf(work, devd->name);
        if (index < VFJ_SLOTS_MAX)
            vfj_work_detach(work, vfj_work_edit_slot(work, index), VFJ_REASON_VF_DETACHED);
        break;
    case VFJ_DEVD_VF_UP:
        vf_up(work, devd->name);
        break;
    case VFJ_DEVD_VF_DOWN:
        vf_down(work, devd->name);
        break;
    case VFJ_DEVD_RENAMED:
        renamed(work, devd);
        break;
    case VFJ_DEVD_LINK:
    case VFJ_DEVD_OTHER:
    case VFJ_DEVD_COUNT:
        break;
    }
}

/* Sleepers */

static struct vfj_sleeper *sleeper_of(struct vfj_work *work, uint64_t command)
{
    const struct vfj_scripts *scripts = vfj_work_scripts(work);
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX && command != 0; i++) {
        if (scripts->sleepers[i].pending == command)
            return &vfj_work_edit_scripts(work)->sleepers[i];
    }
    return NULL;
}

static void sleeper_end(struct vfj_work *work, struct vfj_sleeper *sleeper)
{
    *sleeper = (struct vfj_sleeper){.due_us = VFJ_NEVER_US};
    vfj_work_edit_scripts(work)->sleeping--;
}

static void sleeper_observed(struct vfj_work *work, struct vfj_sleeper *sleeper)
{
    const struct vfj_observation *answer = &work->event->as.observed;
    if (sleeper->step == SLEEPER_TRANSPARENT_PROBE && answer->ok) {
        sleeper_ask(work, sleeper, SLEEPER_TRANSPARENT_READ);
        return;
    }
    if (sleeper->step == SLEEPER_TRANSPARENT_READ && answer->ok && is_nonzero(answer->as.value)) {
        vfj_work_note(work, VFJ_REASON_TRANSPARENT);
        sleeper_end(work, sleeper);
        return;
    }
    sleeper->due_us = work->next->head.mono_us + sleeper->delay_us;
    sleeper->step = SLEEPER_ASLEEP;
    sleeper->pending = 0;
}

static void sleeper_wake(struct vfj_work *work, struct vfj_sleeper *sleeper)
{
    struct vfj_command *command = vfj_work_command(work, VFJ_COMMAND_UP);
    command->a = sleeper->iface;
    sleeper->step = SLEEPER_UP;
    sleeper->pending = command->id;
}

/* Of two that are due at once, the one that went to sleep first. */
static bool wakes_before(const struct vfj_sleeper *a, const struct vfj_sleeper *b)
{
    return a->due_us < b->due_us || (a->due_us == b->due_us && a->delay_us > b->delay_us);
}

static struct vfj_sleeper *earliest_due(struct vfj_work *work)
{
    const struct vfj_scripts *scripts = vfj_work_scripts(work);
    unsigned found = VFJ_SLEEPERS_MAX;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++) {
        const struct vfj_sleeper *sleeper = &scripts->sleepers[i];
        if (sleeper->due_us == VFJ_NEVER_US || sleeper->pending != 0 || sleeper->due_us > work->next->head.mono_us)
            continue;
        if (found == VFJ_SLEEPERS_MAX || wakes_before(sleeper, &scripts->sleepers[found]))
            found = i;
    }
    return found < VFJ_SLEEPERS_MAX ? &vfj_work_edit_scripts(work)->sleepers[found] : NULL;
}

static void scripts_timer(struct vfj_work *work)
{
    struct vfj_sleeper *sleeper;
    while (work->decision->command_count < VFJ_COMMANDS_MAX && (sleeper = earliest_due(work)) != NULL)
        sleeper_wake(work, sleeper);
}

/* Answers and outcomes */

static void attach_observed(struct vfj_work *work, const struct vfj_observation *answer, enum step step)
{
    switch ((int)step) {
    case ATTACH_TRANSPARENT_PROBE:
        if (answer->ok)
            issue_sysctl(work, ATTACH_TRANSPARENT_READ, "hw.hn.vf_transparent");
        else
            attach_list(work);
        break;
    case ATTACH_TRANSPARENT_READ:
        if (answer->ok && is_nonzero(answer->as.value)) {
            vfj_work_note(work, VFJ_REASON_TRANSPARENT);
            end_script(work);
        } else {
            attach_list(work);
        }
        break;
    case ATTACH_LIST_PROBE:
        if (answer->ok) {
            issue_sysctl(work, ATTACH_LIST_READ, "hw.hn.vflist");
        } else {
            vfj_work_note(work, VFJ_REASON_NO_VF_LIST);
            end_script(work);
        }
        break;
    case ATTACH_LIST_READ:
        attach_listed(work, answer);
        break;
    case ATTACH_MAP:
        attach_mapped(work, answer);
        end_script(work);
        break;
    default:
        VFJ_CHECK(false);
    }
}

static void up_observed(struct vfj_work *work, const struct vfj_observation *answer, enum step step)
{
    struct vfj_name hn = vfj_work_scripts(work)->run.iface;
    switch ((int)step) {
    case UP_SCRIPT_PROBE:
        if (answer->as.file.exists)
            issue_text(work, UP_SCRIPT, VFJ_COMMAND_SCRIPT, "/usr/libexec/hyperv/hyperv_vfup.", hn, "");
        else
            issue_text(work, UP_VF, VFJ_COMMAND_PROBE_SYSCTL, "dev.hn.", vfj_name_digits(hn), ".vf");
        break;
    case UP_VF:
        up_read_vf(work, answer);
        break;
    case UP_LAGG_PROBE:
        if (answer->ok)
            issue(work, UP_PORTS, VFJ_COMMAND_PROBE_IFCONFIG);
        else
            issue(work, UP_CREATE, VFJ_COMMAND_CREATE);
        break;
    case UP_PIDFILE:
        if (answer->as.file.exists)
            up_stop_dhclient(work, answer->as.file.text);
        else
            up_count_addresses(work);
        break;
    case UP_COUNT_ADDRESSES:
        up_counted(work, answer);
        break;
    case UP_PORTS:
        up_read_ports(work, answer);
        break;
    case UP_CONFIRM:
        up_confirm(work, answer);
        break;
    default:
        VFJ_CHECK(false);
    }
}

static bool probe_matches(enum step step, uint8_t probe)
{
    switch ((int)step) {
    case UP_SCRIPT_PROBE:
    case UP_PIDFILE:
        return probe == VFJ_PROBE_FILE;
    case UP_LAGG_PROBE:
    case UP_COUNT_ADDRESSES:
    case UP_PORTS:
    case UP_CONFIRM:
        return probe == VFJ_PROBE_IFCONFIG;
    case ATTACH_TRANSPARENT_PROBE:
    case ATTACH_TRANSPARENT_READ:
    case ATTACH_LIST_PROBE:
    case ATTACH_LIST_READ:
    case ATTACH_MAP:
    case SLEEPER_TRANSPARENT_PROBE:
    case SLEEPER_TRANSPARENT_READ:
    case UP_VF:
        return probe == VFJ_PROBE_SYSCTL;
    default:
        return false;
    }
}

static void scripts_observed(struct vfj_work *work)
{
    const struct vfj_observation *answer = &work->event->as.observed;
    const struct vfj_script_run *run = &vfj_work_scripts(work)->run;
    struct vfj_sleeper *sleeper = sleeper_of(work, answer->command);
    if (sleeper != NULL && probe_matches((enum step)sleeper->step, answer->probe)) {
        sleeper_observed(work, sleeper);
    } else if (run->pending == answer->command && run->pending != 0
               && probe_matches((enum step)run->step, answer->probe)) {
        enum step step = (enum step)run->step;
        run_of(work)->pending = 0;
        if (run->script == VFJ_SCRIPT_VFATTACH)
            attach_observed(work, answer, step);
        else
            up_observed(work, answer, step);
    } else {
        vfj_work_note(work, VFJ_REASON_STALE);
    }
}

static void up_finished(struct vfj_work *work, enum step step, bool ok)
{
    struct vfj_name hn = vfj_work_scripts(work)->run.iface;
    struct vfj_command *command;
    switch ((int)step) {
    case UP_CREATE:
        if (!ok) {
            notice(work, VFJ_REASON_CREATE_FAILED);
            end_script(work);
            break;
        }
        command = issue(work, UP_JOIN_BOTH, VFJ_COMMAND_JOIN_BOTH);
        command->b = hn;
        command->c = vfj_work_scripts(work)->run.vf;
        break;
    case UP_JOIN_BOTH:
        issue(work, UP_NO_DAD, VFJ_COMMAND_NO_DAD);
        break;
    case UP_NO_DAD:
        issue_text(work, UP_PIDFILE, VFJ_COMMAND_PROBE_FILE, "/var/run/dhclient.", hn, ".pid");
        break;
    case UP_DHCLIENT_STOP:
        up_count_addresses(work);
        break;
    case UP_STRIP:
        if (!ok)
            run_of(work)->strip_left = 0;
        up_strip(work);
        break;
    case UP_LAGG_UP:
        issue(work, UP_DHCLIENT,
              vfj_work_scripts(work)->run.sync_dhcp ? VFJ_COMMAND_DHCLIENT : VFJ_COMMAND_DHCLIENT_BACKGROUND);
        break;
    case UP_DHCLIENT:
    case UP_CONFIGURE:
    case UP_JOIN:
        confirm(work);
        break;
    case UP_SCRIPT:
        end_script(work);
        break;
    default:
        vfj_work_note(work, VFJ_REASON_STALE);
    }
}

static void scripts_finished(struct vfj_work *work)
{
    const struct vfj_outcome *outcome = &work->event->as.finished;
    const struct vfj_script_run *run = &vfj_work_scripts(work)->run;
    struct vfj_sleeper *sleeper = sleeper_of(work, outcome->command);
    if (sleeper != NULL && sleeper->step == SLEEPER_UP) {
        sleeper_end(work, sleeper);
        return;
    }
    if (run->pending == 0 || run->pending != outcome->command || run->script != VFJ_SCRIPT_VFUP) {
        vfj_work_note(work, VFJ_REASON_STALE);
        return;
    }
    up_finished(work, (enum step)run->step, vfj_outcome_ok(outcome));
}

/* The scripts know nothing of gaps: what devd did not tell them never happened to them. */
static void scripts_settle(struct vfj_work *work)
{
    (void)work;
}

/* The script under way, and what waited for it, ended with the daemon; the sleepers sleep on within a boot. */
static void scripts_reset(struct vfj_work *work)
{
    const struct vfj_scripts *before = vfj_work_scripts(work);
    bool same = work->next->head.boot == work->now->head.boot && work->next->head.policy == VFJ_POLICY_SCRIPTS;
    if (before->run.script == VFJ_SCRIPT_NONE && before->waiting == 0 && before->sleeping == 0)
        return;
    struct vfj_scripts *scripts = vfj_work_edit_scripts(work);
    memset(&scripts->run, 0, sizeof scripts->run);
    memset(scripts->queue, 0, sizeof scripts->queue);
    scripts->first = scripts->waiting = 0;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++) {
        struct vfj_sleeper *sleeper = &scripts->sleepers[i];
        if (sleeper->due_us != VFJ_NEVER_US && (!same || sleeper->step == SLEEPER_UP))
            sleeper_end(work, sleeper);
        else if (sleeper->due_us != VFJ_NEVER_US) {
            sleeper->step = SLEEPER_ASLEEP;
            sleeper->pending = 0;
        }
    }
}

const struct vfj_policy_entries vfj_policy_scripts = {
    .reset = scripts_reset,
    .settle = scripts_settle,
    .devd = scripts_devd,
    .observed = scripts_observed,
    .finished = scripts_finished,
    .timer = scripts_timer,
};
