/* Imitates the script "hyperv_vfup HN", as a part of policy "scripts". */
#include "core/check.h"
#include "core/data/rc.h"
#include "core/machine/facts.h"
#include "core/policy/script.h"

static struct vfj_slot *slot_of_run(struct vfj_step_context *context)
{
    unsigned index = vfj_step_open_hn(context, vfj_step_scripts(context)->run.iface);
    return index < VFJ_SLOTS_MAX ? vfj_step_edit_slot(context, index) : NULL;
}

static void notice(struct vfj_step_context *context, enum vfj_reason reason)
{
    struct vfj_slot *slot = slot_of_run(context);
    if (slot != NULL)
        vfj_step_notice(context, slot, reason);
}

static void up_read_vf(struct vfj_step_context *context, const struct vfj_observation *answer)
{
    struct vfj_script_run *run = vfj_script_run_of(context);
    struct vfj_span rest = vfj_span_of(answer->ok ? answer->as.value : "");
    struct vfj_span word;
    if (!vfj_span_word(&rest, &word) || !vfj_name_parse(word, &run->vf)) {
        notice(context, word.length == 0 ? VFJ_REASON_VF_GONE : VFJ_REASON_BAD_NAME);
        vfj_script_end(context);
        return;
    }
    run->lagg = vfj_name_lagg(vfj_name_digits(run->iface));
    struct vfj_slot *slot = slot_of_run(context);
    if (slot != NULL && !vfj_name_equal(slot->vf, run->vf))
        vfj_facts_attach(context, slot, run->vf, VFJ_REASON_VF_FOUND);
    if (vfj_name_is_empty(run->lagg))
        vfj_script_end(context);
    else
        vfj_script_issue_lagg(context, VFJ_STEP_UP_LAGG_PROBE, VFJ_COMMAND_PROBE_IFCONFIG);
}

/* Returns true when grep "laggport: VF" matches the line "laggport: PORT flags=…". grep takes the
 * VF's name as a basic regular expression, in which '.' is any byte. The expression may match only
 * the beginning of the port's name. */
static bool grep_matches(struct vfj_name port, struct vfj_name vf)
{
    char line[VFJ_NAME_SIZE + 8];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_format(&text, "%s flags=", port.text);
    size_t i = 0;
    while (vf.text[i] != '\0' && line[i] != '\0' && (vf.text[i] == '.' || vf.text[i] == line[i]))
        i++;
    return vf.text[i] == '\0';
}

static void confirm(struct vfj_step_context *context)
{
    vfj_script_issue_lagg(context, VFJ_STEP_UP_CONFIRM, VFJ_COMMAND_PROBE_IFCONFIG)->is_extra
        = true;
}

static void up_read_ports(struct vfj_step_context *context, const struct vfj_observation *answer)
{
    struct vfj_name vf = vfj_step_scripts(context)->run.vf;
    const struct vfj_interface *lagg = &answer->as.interface;
    for (unsigned i = 0; answer->ok && i < lagg->port_count; i++) {
        if (grep_matches(lagg->ports[i], vf)) {
            confirm(context);
            return;
        }
    }
    vfj_script_issue_lagg(context, VFJ_STEP_UP_LAST, VFJ_COMMAND_JOIN)->b = vf;
}

static void up_confirm(struct vfj_step_context *context, const struct vfj_observation *answer)
{
    const struct vfj_script_run *run = &vfj_step_scripts(context)->run;
    struct vfj_slot *slot = slot_of_run(context);
    bool joined = answer->ok && vfj_interface_has_port(&answer->as.interface, run->iface)
        && vfj_interface_has_port(&answer->as.interface, run->vf);
    if (slot != NULL && joined && vfj_name_equal(slot->vf, run->vf)) {
        slot->joined = 1;
        slot->delay = VFJ_DELAY_NONE;
        vfj_step_cause(context, slot, VFJ_REASON_JOINED);
    }
    vfj_script_end(context);
}

/* Issues kill -TERM `cat pidfile`. Only numbers of the file become operands, since another program
 * wrote the file. */
static void up_stop_dhclient(struct vfj_step_context *context, const char *pids)
{
    struct vfj_command *command
        = vfj_script_issue(context, VFJ_STEP_UP_DHCLIENT_STOP, VFJ_COMMAND_DHCLIENT_STOP);
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    struct vfj_span rest = vfj_span_of(pids);
    struct vfj_span word;
    uint64_t pid;
    unsigned left = VFJ_WORDS_MAX - 8;
    while (left-- > 0 && vfj_span_word(&rest, &word) && vfj_span_to_u64(word, &pid))
        vfj_text_add_word(&text, word);
}

static void up_count_addresses(struct vfj_step_context *context)
{
    struct vfj_command *command
        = vfj_script_issue(context, VFJ_STEP_UP_COUNT_ADDRESSES, VFJ_COMMAND_PROBE_IFCONFIG);
    command->a = vfj_step_scripts(context)->run.iface;
    command->is_extra = true;
}

static void up_configure(struct vfj_step_context *context)
{
    const struct vfj_script_run *run = &vfj_step_scripts(context)->run;
    if (run->dhcp) {
        vfj_script_issue_lagg(context, VFJ_STEP_UP_LAGG_UP, VFJ_COMMAND_UP);
    } else if (run->args[0] != '\0') {
        struct vfj_command *command
            = vfj_script_issue_lagg(context, VFJ_STEP_UP_LAST, VFJ_COMMAND_CONFIGURE);
        vfj_span_copy(command->text, sizeof command->text, vfj_span_of(run->args));
    } else {
        notice(context,
               run->args_too_long ? VFJ_REASON_ARGS_TOO_LONG : VFJ_REASON_NO_CONFIGURATION);
        confirm(context);
    }
}

static void up_strip(struct vfj_step_context *context)
{
    struct vfj_script_run *run = vfj_script_run_of(context);
    if (run->strip_left == 0) {
        up_configure(context);
        return;
    }
    run->strip_left--;
    vfj_script_issue(context, VFJ_STEP_UP_STRIP, VFJ_COMMAND_STRIP)->a = run->iface;
}

static void up_counted(struct vfj_step_context *context, const struct vfj_observation *answer)
{
    struct vfj_script_run *run = vfj_script_run_of(context);
    const struct vfj_interface *hn = &answer->as.interface;
    for (unsigned i = 0; answer->ok && i < hn->address_count; i++)
        run->strip_left = (uint8_t)(run->strip_left + !vfj_address_is_inet6(&hn->addresses[i]));
    up_strip(context);
}

void vfj_vfup_observed(struct vfj_step_context *context, const struct vfj_observation *answer,
                       enum vfj_script_step step)
{
    struct vfj_name hn = vfj_step_scripts(context)->run.iface;
    switch ((int)step) {
    case VFJ_STEP_UP_SCRIPT_PROBE:
        if (answer->as.file.exists)
            vfj_script_issue_text(context, VFJ_STEP_UP_SCRIPT, VFJ_COMMAND_SCRIPT,
                                  "/usr/libexec/hyperv/hyperv_vfup.", hn, "");
        else
            vfj_script_issue_text(context, VFJ_STEP_UP_VF, VFJ_COMMAND_PROBE_SYSCTL, "dev.hn.",
                                  vfj_name_digits(hn), ".vf");
        break;
    case VFJ_STEP_UP_VF:
        up_read_vf(context, answer);
        break;
    case VFJ_STEP_UP_LAGG_PROBE:
        if (answer->ok)
            vfj_script_issue_lagg(context, VFJ_STEP_UP_PORTS, VFJ_COMMAND_PROBE_IFCONFIG);
        else
            vfj_script_issue_lagg(context, VFJ_STEP_UP_CREATE, VFJ_COMMAND_CREATE);
        break;
    case VFJ_STEP_UP_PIDFILE:
        if (answer->as.file.exists)
            up_stop_dhclient(context, answer->as.file.text);
        else
            up_count_addresses(context);
        break;
    case VFJ_STEP_UP_COUNT_ADDRESSES:
        up_counted(context, answer);
        break;
    case VFJ_STEP_UP_PORTS:
        up_read_ports(context, answer);
        break;
    case VFJ_STEP_UP_CONFIRM:
        up_confirm(context, answer);
        break;
    default:
        VFJ_CHECK(false);
    }
}

void vfj_vfup_finished(struct vfj_step_context *context, enum vfj_script_step step, bool ok)
{
    struct vfj_name hn = vfj_step_scripts(context)->run.iface;
    struct vfj_command *command;
    switch ((int)step) {
    case VFJ_STEP_UP_CREATE:
        if (!ok) {
            notice(context, VFJ_REASON_CREATE_FAILED);
            vfj_script_end(context);
            break;
        }
        command = vfj_script_issue_lagg(context, VFJ_STEP_UP_JOIN_BOTH, VFJ_COMMAND_JOIN_BOTH);
        command->b = hn;
        command->c = vfj_step_scripts(context)->run.vf;
        break;
    case VFJ_STEP_UP_JOIN_BOTH:
        vfj_script_issue_lagg(context, VFJ_STEP_UP_NO_DAD, VFJ_COMMAND_NO_DAD);
        break;
    case VFJ_STEP_UP_NO_DAD:
        vfj_script_issue_text(context, VFJ_STEP_UP_PIDFILE, VFJ_COMMAND_PROBE_FILE,
                              "/var/run/dhclient.", hn, ".pid");
        break;
    case VFJ_STEP_UP_DHCLIENT_STOP:
        up_count_addresses(context);
        break;
    case VFJ_STEP_UP_STRIP:
        if (!ok)
            vfj_script_run_of(context)->strip_left = 0;
        up_strip(context);
        break;
    case VFJ_STEP_UP_LAGG_UP:
        vfj_script_issue_lagg(context, VFJ_STEP_UP_LAST,
                              vfj_step_scripts(context)->run.sync_dhcp
                                  ? VFJ_COMMAND_DHCLIENT
                                  : VFJ_COMMAND_DHCLIENT_BACKGROUND);
        break;
    case VFJ_STEP_UP_LAST:
        confirm(context);
        break;
    case VFJ_STEP_UP_SCRIPT:
        vfj_script_end(context);
        break;
    default:
        vfj_step_note(context, VFJ_REASON_STALE);
    }
}
