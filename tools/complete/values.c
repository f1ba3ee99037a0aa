/* Prints the candidates for the values of options and fields. They come from the program's own
 * lists and from the journal. */
#include <stdio.h>
#include <string.h>

#include "core/data/decision.h"
#include "core/data/event.h"
#include "core/text/kv.h"
#include "store/journal.h"
#include "tools/act_as_owner.h"
#include "tools/audit/read.h"
#include "tools/complete/complete.h"
#include "tools/output.h"
#include "tools/show/match.h"
#include "tools/verb.h"

enum {
    ROWS_MAX = 20000, /* number of rows that are read, those at the end of the journal */
    NAMES_MAX = 64,
    MIGRATIONS_MAX = 50, /* only this many migrations are offered, the newest ones */
};

/* The values that an option of a verb accepts. An entry with the verb NULL applies to each verb
 * without its own entry for this option earlier in the list. */
static const struct {
    const char *verb, *option;
    const char *words[8];
} lists[] = {
    {"show", "output", {"short", "delta", "verbose", "json", "csv", "cat"}},
    {"replay", "output", {"text", "commands", "json"}},
    {"graph", "output", {"text", "dot", "mermaid", "svg"}},
    {"migrations", "output", {"short", "json"}},
    {"fleet", "output", {"html", "svg"}},
    {"timeline", "output", {"txt", "svg", "html"}},
    {"export", "output", {"cloudevents", "otlp"}},
    {"migrations", "verdict", {"clean", "slow", "failed", "unfinished"}},
    {NULL, "output", {"text", "json"}},
    {NULL, "policy", {"vfjournal", "scripts"}},
    {"replay", "mode", {"act", "observe"}},
    {"diff", "mode", {"act", "observe"}},
    {NULL, "set", {"hyperv_vf_delay=", "vfjournal_link_wait=", "defaultrouter="}},
    {NULL, "sysctl", {"hw.hn.vf_transparent="}},
    {NULL, "on-journal-error", {"continue", "stop"}},
    {NULL, "capture", {"all", "network"}},
    {NULL, "probe", {"programs", "kernel"}},
    {NULL, "source", {"devd", "auto", "nlsysevent", "both"}},
    {NULL, "lines", {"all"}},
    {NULL, "since", {"today", "yesterday", "now", "-1h", "-1d"}},
    {NULL, "until", {"today", "yesterday", "now", "-1h", "-1d"}},
};

static void print_list(const struct vfj_completion *completion, const char *name)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        bool is_of_verb = lists[i].verb == NULL || strcmp(lists[i].verb, completion->verb) == 0;
        if (!is_of_verb || strcmp(lists[i].option, name) != 0)
            continue;
        for (size_t k = 0; k < sizeof lists[i].words / sizeof lists[i].words[0]; k++) {
            if (lists[i].words[k] != NULL)
                vfj_complete_print(completion, lists[i].words[k]);
        }
        return;
    }
}

static void print_states(const struct vfj_completion *completion)
{
    for (unsigned i = 0; i < VFJ_SLOT_STATE_COUNT; i++)
        vfj_complete_print(completion, vfj_slot_state_name((enum vfj_slot_state)i));
}

static void print_record_kinds(const struct vfj_completion *completion)
{
    for (unsigned kind = 0; kind < VFJ_RECORD_KIND_COUNT; kind++)
        vfj_complete_print(completion, vfj_record_kind_name(kind));
}

static void print_kinds(const struct vfj_completion *completion)
{
    static const char *const words[] = {"run", "probe", "state", "notice"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        vfj_complete_print(completion, words[i]);
    print_record_kinds(completion);
    for (unsigned kind = 0; kind < VFJ_DEVD_COUNT; kind++)
        vfj_complete_print(completion, vfj_devd_kind_name((enum vfj_devd_kind)kind));
}

/* The names and boots that the newest rows of the journal contain. */
struct found {
    unsigned count;
    struct vfj_name names[NAMES_MAX];
    uint64_t newest_boot, oldest_boot;
};

static void add_name(struct found *found, struct vfj_name name)
{
    if (vfj_name_is_empty(name) || found->count == NAMES_MAX)
        return;
    for (unsigned i = 0; i < found->count; i++) {
        if (vfj_name_equal(found->names[i], name))
            return;
    }
    found->names[found->count++] = name;
}

static void add_value(struct found *found, struct vfj_span body, const char *key)
{
    struct vfj_kv pair;
    struct vfj_name name;
    if (vfj_kv_find(body, key, &pair) && vfj_name_parse(pair.value, &name))
        add_name(found, name);
}

/* Returns the path of the journal: the value of -J or --journal in the command line that is being
 * completed, or the default. */
static const char *path_of(const struct vfj_completion *completion)
{
    for (int i = 1; i < completion->count - 2; i++) {
        const char *word = completion->words[i];
        if (strcmp(word, "-J") == 0 || strcmp(word, "--journal") == 0)
            return completion->words[i + 1];
    }
    return VFJ_JOURNAL_PATH;
}

/* Opens the journal of the command line that is being completed. Returns NULL when that fails. */
static struct vfj_journal *open_journal(const struct vfj_completion *completion)
{
    struct vfj_journal *journal = NULL;
    const char *path = path_of(completion);
    if (vfj_act_as_owner(path) == VFJ_EXIT_OK
        && vfj_journal_open(&journal, path, VFJ_JOURNAL_READ) == VFJ_OK)
        return journal;
    vfj_journal_close(journal);
    return NULL;
}

static void read_journal(const struct vfj_completion *completion, struct found *found)
{
    struct vfj_record record;
    struct vfj_journal *journal = open_journal(completion);
    memset(found, 0, sizeof *found);
    if (journal == NULL)
        return;
    vfj_journal_walk(journal, UINT64_MAX, VFJ_BACKWARD);
    for (unsigned i = 0; i < ROWS_MAX && vfj_journal_next(journal, &record) == VFJ_OK; i++) {
        if (found->newest_boot == 0)
            found->newest_boot = record.boot;
        found->oldest_boot = record.boot;
        if (record.kind == VFJ_RECORD_TRANSITION) {
            add_value(found, record.body, "slot");
            add_value(found, record.body, "vf");
        }
    }
    vfj_journal_walk_end(journal);
    vfj_journal_close(journal);
}

static void print_names(const struct vfj_completion *completion)
{
    struct found found;
    read_journal(completion, &found);
    for (unsigned i = 0; i < found.count; i++)
        vfj_complete_print(completion, found.names[i].text);
}

static void print_boots(const struct vfj_completion *completion)
{
    struct found found;
    char word[32];
    read_journal(completion, &found);
    for (uint64_t boot = found.newest_boot; boot > 0 && boot >= found.oldest_boot; boot--) {
        (void)snprintf(word, sizeof word, "%llu", (unsigned long long)boot);
        vfj_complete_print(completion, word);
    }
}

void vfj_complete_migrations(const struct vfj_completion *completion)
{
    struct vfj_audit audit;
    char word[32];
    struct vfj_journal *journal = open_journal(completion);
    if (journal == NULL)
        return;
    bool is_read = vfj_audit_read(journal, 0, NULL, NULL, &audit) == VFJ_OK;
    for (size_t i = 0; is_read && i < audit.count && i < MIGRATIONS_MAX; i++) {
        (void)snprintf(word, sizeof word, "%llu",
                       (unsigned long long)audit.episodes[audit.count - 1 - i].id);
        vfj_complete_print(completion, word);
    }
    vfj_audit_free(&audit);
    vfj_journal_close(journal);
}

void vfj_complete_value(const struct vfj_completion *completion, const char *name)
{
    if (strcmp(name, "interface") == 0)
        print_names(completion);
    else if (strcmp(name, "boot") == 0)
        print_boots(completion);
    else if (strcmp(name, "migration") == 0)
        vfj_complete_migrations(completion);
    else if (strcmp(name, "state") == 0 && strcmp(completion->verb, "show") == 0)
        print_states(completion);
    else if (strcmp(name, "kind") == 0)
        print_kinds(completion);
    else if (strcmp(name, "types") == 0)
        print_record_kinds(completion);
    else
        print_list(completion, name);
}

static void print_field_values(struct vfj_completion *completion, enum vfj_show_field field)
{
    if (field == VFJ_SHOW_INTERFACE || field == VFJ_SHOW_SLOT || field == VFJ_SHOW_VF)
        print_names(completion);
    else if (field == VFJ_SHOW_STATE || field == VFJ_SHOW_FROM || field == VFJ_SHOW_TO)
        print_states(completion);
    else if (field == VFJ_SHOW_KIND || field == VFJ_SHOW_WORD)
        print_kinds(completion);
    else if (field == VFJ_SHOW_BOOT)
        print_boots(completion);
}

void vfj_complete_fields(const struct vfj_completion *completion)
{
    const char *equals = strchr(completion->prefix, '=');
    for (unsigned i = 0; i < VFJ_SHOW_FIELD_COUNT; i++) {
        const char *name = vfj_show_field_name((enum vfj_show_field)i);
        size_t length = strlen(name);
        char word[64];
        if (equals == NULL) {
            (void)snprintf(word, sizeof word, "%s=", name);
            vfj_complete_print(completion, word);
        } else if (vfj_span_is(
                       (struct vfj_span){completion->prefix, (size_t)(equals - completion->prefix)},
                       name)) {
            struct vfj_completion value = *completion;
            value.joined = (struct vfj_span){completion->prefix, length + 1};
            value.prefix = equals + 1;
            print_field_values(&value, (enum vfj_show_field)i);
        }
    }
}
