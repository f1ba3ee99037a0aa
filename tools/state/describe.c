/* Describes the machine's state in plain words. */
#include "tools/state/describe.h"

#include <stdlib.h>
#include <string.h>

#include "core/text/kv.h"
#include "store/json.h"
#include "store/secret.h"
#include "tools/terminal.h"
#include "tools/time_format.h"

enum { LABEL_WIDTH = 22, LINE_SIZE = 8 * VFJ_VALUE_SIZE };

static struct vfj_fact *open_fact(struct vfj_description *description, const char *subject,
                                  const char *key, const char *text)
{
    if (description->count == description->room) {
        size_t room = 2 * description->room + 64;
        struct vfj_fact *more = realloc(description->list, room * sizeof *more);
        if (more == NULL) {
            description->no_memory = true;
            return NULL;
        }
        description->list = more;
        description->room = room;
    }
    struct vfj_fact fact = {.subject = strdup(subject), .key = key, .text = strdup(text)};
    if (fact.subject == NULL || fact.text == NULL) {
        free(fact.subject);
        free(fact.text);
        description->no_memory = true;
        return NULL;
    }
    description->list[description->count] = fact;
    return &description->list[description->count++];
}

void vfj_fact_add(struct vfj_description *description, const char *subject, const char *key,
                  const char *text)
{
    (void)open_fact(description, subject, key, text);
}

void vfj_fact_add_number(struct vfj_description *description, const char *subject, const char *key,
                         double number)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%.15g", number);
    struct vfj_fact *fact = open_fact(description, subject, key, text);
    if (fact == NULL)
        return;
    fact->is_number = true;
    fact->number = number;
}

static void describe_daemon(const struct vfj_state *state, struct vfj_description *description)
{
    static const char *const running[] = {[VFJ_RUNNING_NOT] = "no",
                                          [VFJ_RUNNING_YES] = "yes",
                                          [VFJ_RUNNING_STOPPING] = "yes, and it is to end"};
    static const char subject[] = "daemon";
    const struct vfj_head *head = &state->head;
    char text[2 * sizeof head->boot_id * 4];
    struct vfj_text boot_id = vfj_text_begin(text, sizeof text);
    vfj_fact_add(description, subject, "running", running[head->running]);
    vfj_fact_add(description, subject, "mode", vfj_mode_name((enum vfj_mode)head->mode));
    vfj_fact_add(description, subject, "policy", vfj_policy_name((enum vfj_policy)head->policy));
    vfj_fact_add_number(description, subject, "boot", (double)head->boot);
    vfj_terminal_add(&boot_id, vfj_span_of(head->boot_id));
    vfj_fact_add(description, subject, "boot_id", text);
    vfj_fact_add_number(description, subject, "seconds_since_boot", (double)head->mono_us / 1e6);
    vfj_fact_add_number(description, subject, "commands_issued", (double)head->command_last);
    vfj_fact_add(description, subject, "transparent_vf_mode", head->transparent ? "yes" : "no");
    vfj_fact_add(description, subject, "map_of_vfs",
                 head->map_pending == 0 ? "known"
                     : head->map_again  ? "a probe runs, another one is due"
                                        : "a probe runs");
    if (head->map_failures > 0)
        vfj_fact_add_number(description, subject, "map_failures", head->map_failures);
    if (head->map_retry_us != VFJ_NEVER_US)
        vfj_fact_add_number(description, subject, "map_read_in",
                            (double)(head->map_retry_us - head->mono_us) / 1e6);
    if (head->due_us != VFJ_NEVER_US)
        vfj_fact_add_number(description, subject, "first_timer_in",
                            (double)(head->due_us - head->mono_us) / 1e6);
}

static void describe_rc(const struct vfj_state *state, struct vfj_description *description)
{
    struct vfj_kv pair;
    for (struct vfj_span rest = vfj_span_of(state->rc.text);
         vfj_kv_next(&rest, &pair) == VFJ_KV_PAIR;) {
        char value[VFJ_VALUE_SIZE], hidden[2 * VFJ_VALUE_SIZE], line[LINE_SIZE];
        struct vfj_text shown = vfj_text_begin(hidden, sizeof hidden);
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        (void)vfj_kv_value(&pair, value, sizeof value);
        vfj_secret_add_value(&shown, vfj_span_of(value));
        vfj_terminal_add(&text, pair.key);
        vfj_text_add_char(&text, '=');
        vfj_terminal_add(&text, (struct vfj_span){hidden, shown.length});
        vfj_fact_add(description, "rc.conf", "value", line);
    }
}

static void describe_scripts(const struct vfj_state *state, struct vfj_description *description)
{
    static const char *const names[] = {[VFJ_SCRIPT_NONE] = "none",
                                        [VFJ_SCRIPT_VFATTACH] = "hyperv_vfattach",
                                        [VFJ_SCRIPT_VFUP] = "hyperv_vfup"};
    static const char subject[] = "scripts";
    const struct vfj_scripts *scripts = &state->scripts;
    if (state->head.policy != VFJ_POLICY_SCRIPTS)
        return;
    vfj_fact_add(description, subject, "running", names[scripts->run.script]);
    vfj_fact_add_number(description, subject, "waiting", scripts->waiting);
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++) {
        const struct vfj_sleeper *sleeper = &scripts->sleepers[i];
        char line[128];
        if (sleeper->due_us == VFJ_NEVER_US)
            continue;
        (void)snprintf(line, sizeof line, "ifconfig %s up in %.6f s", sleeper->iface.text,
                       (double)(sleeper->due_us - state->head.mono_us) / 1e6);
        vfj_fact_add(description, subject, "sleeping", line);
    }
}

void vfj_state_describe(const struct vfj_state *state, struct vfj_description *description)
{
    memset(description, 0, sizeof *description);
    describe_daemon(state, description);
    describe_rc(state, description);
    describe_scripts(state, description);
    for (unsigned i = 0; i < state->head.slot_count; i++)
        vfj_state_describe_slot(state, i, description);
}

void vfj_description_free(struct vfj_description *description)
{
    for (size_t i = 0; i < description->count; i++) {
        free(description->list[i].subject);
        free(description->list[i].text);
    }
    free(description->list);
    memset(description, 0, sizeof *description);
}

static bool begins_subject(const struct vfj_description *description, size_t index)
{
    return index == 0
        || strcmp(description->list[index].subject, description->list[index - 1].subject) != 0;
}

void vfj_description_print(FILE *out, const struct vfj_description *description)
{
    static char line[LINE_SIZE + 256];
    int width = vfj_terminal_width(1);
    for (size_t i = 0; i < description->count; i++) {
        const struct vfj_fact *fact = &description->list[i];
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        if (begins_subject(description, i))
            (void)fprintf(out, "%s\n", fact->subject);
        bool is_value = strcmp(fact->key, "value") == 0;
        vfj_text_format(&text, "  %*s", is_value ? 0 : LABEL_WIDTH, is_value ? "" : fact->key);
        for (size_t k = 0; k < text.length; k++)
            line[k] = line[k] == '_' ? ' ' : line[k];
        vfj_text_add(&text, is_value ? "  " : ": ");
        vfj_text_add(&text, fact->text);
        vfj_terminal_print_wrapped(out, (struct vfj_span){line, text.length}, width,
                                   is_value ? 6 : LABEL_WIDTH + 4);
    }
}

static void add_member(struct vfj_json *json, const struct vfj_fact *fact, bool *has_list)
{
    bool is_item = strcmp(fact->key, "value") == 0 || strcmp(fact->key, "sleeping") == 0;
    const char *list = strcmp(fact->key, "value") == 0 ? "values" : "sleeping";
    if (is_item && !*has_list)
        vfj_json_add_list(json, list);
    *has_list |= is_item;
    if (is_item)
        vfj_json_add_item(json, list, fact->text);
    else if (fact->is_number && fact->number == (double)(int64_t)fact->number)
        vfj_json_add_integer(json, fact->key, (int64_t)fact->number);
    else if (fact->is_number)
        vfj_json_add_duration(json, fact->key, (int64_t)(fact->number * 1e6));
    else
        vfj_json_add_string(json, fact->key, fact->text);
}

bool vfj_description_print_json(FILE *out, const struct vfj_description *description)
{
    struct vfj_json *json = vfj_json_open();
    bool is_printed = json != NULL, has_list = false;
    for (size_t i = 0; i < description->count && is_printed; i++) {
        if (begins_subject(description, i)) {
            is_printed = i == 0 || vfj_print_object(out, json);
            has_list = false;
            vfj_json_add_string(json, "subject", description->list[i].subject);
        }
        add_member(json, &description->list[i], &has_list);
    }
    if (is_printed && description->count > 0)
        is_printed = vfj_print_object(out, json);
    vfj_json_close(json);
    return is_printed;
}
