/* Policy scripts: the script that devd runs now, the scripts that wait for its end, and the
 * commands of a script. */
#include "core/policy/script.h"

#include <string.h>

#include "core/data/rc.h"

static void next_script(struct vfj_step_context *context);

struct vfj_script_run *vfj_script_run_of(struct vfj_step_context *context)
{
    return &vfj_step_edit_scripts(context)->run;
}

void vfj_script_end(struct vfj_step_context *context)
{
    memset(vfj_script_run_of(context), 0, sizeof(struct vfj_script_run));
    next_script(context);
}

/* Issues the script's next command. For hyperv_vfup, the command's hn is the script's interface.
 * For hyperv_vfattach, the command has no hn. */
struct vfj_command *vfj_script_issue(struct vfj_step_context *context, enum vfj_script_step step,
                                     enum vfj_command_kind kind)
{
    struct vfj_script_run *run = vfj_script_run_of(context);
    struct vfj_command *command = vfj_step_command(context, kind);
    if (run->script == VFJ_SCRIPT_VFUP)
        command->hn = run->iface;
    run->step = (uint8_t)step;
    run->pending = command->id;
    return command;
}

struct vfj_command *vfj_script_issue_lagg(struct vfj_step_context *context,
                                          enum vfj_script_step step, enum vfj_command_kind kind)
{
    struct vfj_command *command = vfj_script_issue(context, step, kind);
    command->a = vfj_step_scripts(context)->run.lagg;
    return command;
}

struct vfj_command *vfj_script_issue_text(struct vfj_step_context *context,
                                          enum vfj_script_step step, enum vfj_command_kind kind,
                                          const char *before, struct vfj_name name,
                                          const char *after)
{
    struct vfj_command *command = vfj_script_issue(context, step, kind);
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_format(&text, "%s%s%s", before, name.text, after);
    return command;
}

struct vfj_command *vfj_script_issue_sysctl(struct vfj_step_context *context,
                                            enum vfj_script_step step, const char *name)
{
    return vfj_script_issue_text(context, step, VFJ_COMMAND_PROBE_SYSCTL, name,
                                 (struct vfj_name){{0}}, "");
}

/* Returns the result of `[ $value -ne 0 ]`. For a value that is no number, test(1) fails, so the
 * result is false and the script continues. */
bool vfj_script_is_nonzero(const char *value)
{
    int64_t number;
    struct vfj_span rest = vfj_span_of(value);
    struct vfj_span word, more;
    return vfj_span_word(&rest, &word) && !vfj_span_word(&rest, &more)
        && vfj_span_to_i64(word, &number) && number != 0;
}

/* Stores the values of rc.conf that the script reads at its start (`load_rc_config netif`). */
static void load_rc(const struct vfj_rc *rc, struct vfj_script_run *run)
{
    run->dhcp = vfj_rc_is_dhcp(rc, run->iface);
    run->sync_dhcp = vfj_rc_is_sync_dhcp(rc, run->iface);
    run->args_too_long = !vfj_rc_ifconfig_args(rc, run->iface, run->args, sizeof run->args);
    if (run->args_too_long)
        memset(run->args, 0, sizeof run->args);
}

static void begin_script(struct vfj_step_context *context, enum vfj_script script,
                         struct vfj_name iface)
{
    struct vfj_script_run *run = vfj_script_run_of(context);
    run->script = (uint8_t)script;
    run->iface = iface;
    if (script == VFJ_SCRIPT_VFATTACH) {
        vfj_script_issue_sysctl(context, VFJ_STEP_ATTACH_TRANSPARENT_PROBE, "hw.hn.vf_transparent");
        return;
    }
    load_rc(vfj_step_rc(context), run);
    vfj_script_issue_text(context, VFJ_STEP_UP_SCRIPT_PROBE, VFJ_COMMAND_PROBE_FILE,
                          "/usr/libexec/hyperv/hyperv_vfup.", iface, "");
}

static void next_script(struct vfj_step_context *context)
{
    struct vfj_scripts *scripts = vfj_step_edit_scripts(context);
    if (scripts->waiting == 0 || scripts->run.script != VFJ_SCRIPT_NONE)
        return;
    struct vfj_waiting first = scripts->queue[scripts->first];
    memset(&scripts->queue[scripts->first], 0, sizeof first);
    scripts->first = (uint16_t)((scripts->first + 1) % VFJ_SCRIPT_QUEUE_MAX);
    scripts->waiting--;
    begin_script(context, (enum vfj_script)first.script, first.iface);
}

void vfj_script_enqueue(struct vfj_step_context *context, enum vfj_script script,
                        struct vfj_name iface)
{
    struct vfj_scripts *scripts = vfj_step_edit_scripts(context);
    if (scripts->waiting == VFJ_SCRIPT_QUEUE_MAX) {
        vfj_step_note(context, VFJ_REASON_QUEUE_FULL);
        return;
    }
    unsigned at = (scripts->first + scripts->waiting) % VFJ_SCRIPT_QUEUE_MAX;
    scripts->queue[at] = (struct vfj_waiting){.iface = iface, .script = (uint8_t)script};
    scripts->waiting++;
    next_script(context);
}

static bool is_sound_run(const struct vfj_script_run *run)
{
    if (run->script == VFJ_SCRIPT_NONE)
        return run->pending == 0;
    return run->script == VFJ_SCRIPT_VFATTACH
        ? run->step <= VFJ_STEP_ATTACH_MAP
        : run->step >= VFJ_STEP_UP_SCRIPT_PROBE && run->step <= VFJ_STEP_UP_CONFIRM;
}

static bool is_sound_sleeper(const struct vfj_sleeper *sleeper)
{
    if (sleeper->due_us == VFJ_NEVER_US)
        return sleeper->pending == 0;
    return sleeper->step >= VFJ_STEP_SLEEPER_TRANSPARENT_PROBE
        && sleeper->step <= VFJ_STEP_SLEEPER_UP;
}

bool vfj_scripts_is_sound(const struct vfj_scripts *scripts)
{
    unsigned sleeping = 0;
    bool right = scripts->first < VFJ_SCRIPT_QUEUE_MAX && scripts->waiting <= VFJ_SCRIPT_QUEUE_MAX
        && is_sound_run(&scripts->run);
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX && right; i++) {
        right = is_sound_sleeper(&scripts->sleepers[i]);
        sleeping += scripts->sleepers[i].due_us != VFJ_NEVER_US;
    }
    for (unsigned i = 0; i < scripts->waiting && right; i++)
        right
            = scripts->queue[(scripts->first + i) % VFJ_SCRIPT_QUEUE_MAX].script != VFJ_SCRIPT_NONE;
    return right && scripts->sleeping == sleeping;
}
