/* Observes the guest for the verbs doctor and config. */
#include "tools/guest_observation.h"

#include <string.h>
#include <unistd.h>

#include "core/text/kv.h"
#include "tools/terminal.h"
#include "tools/verb.h"

/* Makes the guest's root directory an absolute path that can precede other paths: "" for "/", and
 * "/guest" for "/guest/". */
static bool absolute_root(char to[VFJ_PATHNAME_SIZE], const char *root)
{
    char here[VFJ_PATHNAME_SIZE];
    bool fits = root[0] == '/' ? vfj_paths_set(to, root) == VFJ_OK
                               : root[0] != '\0' && getcwd(here, sizeof here) != NULL
            && vfj_paths_join(to, here, root, "", "");
    for (size_t length = fits ? strlen(to) : 0; length > 0 && to[length - 1] == '/'; length--)
        to[length - 1] = '\0';
    return fits;
}

bool vfj_guest_paths(struct vfj_paths *paths, char journal[VFJ_PATHNAME_SIZE], const char *root)
{
    char prefix[VFJ_PATHNAME_SIZE];
    return absolute_root(prefix, root) && vfj_paths_init(paths, prefix) == VFJ_OK
        && vfj_paths_join(journal, prefix, &VFJ_JOURNAL_PATH[1], "", "");
}

bool vfj_guest_is_roots(const struct vfj_paths *paths)
{
    char why[VFJ_PATHNAME_SIZE + 64];
    struct vfj_text text = vfj_text_begin(why, sizeof why);
    if (vfj_paths_are_roots(paths, &text))
        return true;
    vfj_complain("root runs nothing of it", why);
    return false;
}

static void add(struct vfj_hns *hns, struct vfj_name name)
{
    for (unsigned i = 0; i < hns->count; i++) {
        if (vfj_name_equal(hns->names[i], name))
            return;
    }
    if (hns->count < VFJ_SLOTS_MAX && !vfj_name_is_empty(name))
        hns->names[hns->count++] = name;
}

static void add_listed(struct vfj_query *ask, const struct vfj_paths *paths, struct vfj_hns *hns)
{
    static char output[64 * 1024];
    const char *const argv[] = {"ifconfig", "-l", NULL};
    struct vfj_program_end end;
    struct vfj_span word;
    struct vfj_name name;
    vfj_query_program(ask, paths->ifconfig, argv, output, sizeof output, &end);
    if (end.kind != VFJ_OUTCOME_EXITED || end.status != 0)
        return;
    for (struct vfj_span rest = vfj_span_of(output); vfj_span_word(&rest, &word);) {
        if (vfj_name_parse(word, &name) && vfj_name_has_driver(name, "hn"))
            add(hns, name);
    }
}

/* Adds the hn of each variable ifconfig_hnN. Skips variables such as ifconfig_hnN_alias0, in which
 * other characters follow the digits. */
static void add_configured(const struct vfj_rc *rc, struct vfj_hns *hns)
{
    const size_t prefix = sizeof "ifconfig_" - 1;
    struct vfj_kv pair;
    struct vfj_name name;
    for (struct vfj_span rest = vfj_span_of(rc->text); vfj_kv_next(&rest, &pair) == VFJ_KV_PAIR;) {
        if (vfj_span_starts(pair.key, "ifconfig_hn")
            && vfj_name_parse((struct vfj_span){pair.key.text + prefix, pair.key.length - prefix},
                              &name)
            && vfj_name_has_driver(name, "hn"))
            add(hns, name);
    }
}

void vfj_guest_hns(struct vfj_query *ask, const struct vfj_paths *paths, const struct vfj_map *map,
                   const struct vfj_rc *rc, struct vfj_hns *hns)
{
    memset(hns, 0, sizeof *hns);
    add_listed(ask, paths, hns);
    for (unsigned i = 0; i < map->pair_count; i++)
        add(hns, map->pairs[i].hn);
    add_configured(rc, hns);
}

bool vfj_guest_observe_map(struct vfj_query *ask, struct vfj_map *map)
{
    struct vfj_command command = {.id = 1, .kind = VFJ_COMMAND_PROBE_MAP};
    static struct vfj_observation answer;
    vfj_query_probe(ask, &command, &answer);
    *map = answer.as.map;
    return answer.ok;
}

struct vfj_name vfj_guest_unit(const struct vfj_map *map, struct vfj_name hn)
{
    for (unsigned i = 0; i < map->pair_count; i++) {
        if (vfj_name_equal(map->pairs[i].hn, hn) && !vfj_name_is_empty(map->pairs[i].unit))
            return map->pairs[i].unit;
    }
    return vfj_name_has_driver(hn, "hn") ? vfj_name_digits(hn) : (struct vfj_name){{0}};
}

bool vfj_guest_observe_slot(struct vfj_query *ask, const struct vfj_map *map, struct vfj_name hn,
                            struct vfj_view *view)
{
    struct vfj_command command = {.id = 1, .kind = VFJ_COMMAND_PROBE_SLOT, .hn = hn, .a = hn};
    static struct vfj_observation answer;
    struct vfj_name unit = vfj_guest_unit(map, hn);
    if (!vfj_name_is_empty(unit)) {
        command.b = vfj_name_lagg(unit);
        vfj_span_copy(command.text, sizeof command.text, vfj_span_of(unit.text));
    }
    for (unsigned i = 0; i < map->pair_count; i++) {
        if (vfj_name_equal(map->pairs[i].hn, hn))
            command.c = map->pairs[i].vf;
    }
    vfj_query_probe(ask, &command, &answer);
    *view = answer.as.view;
    return answer.ok;
}

bool vfj_delay_is_clamped(const char *value, int64_t delay_s)
{
    int64_t written = 0;
    struct vfj_span word;
    struct vfj_span rest = vfj_span_of(value);
    if (!vfj_span_word(&rest, &word))
        return true;
    if (word.length > 1 && word.text[0] == '+')
        word = (struct vfj_span){word.text + 1, word.length - 1};
    return !vfj_span_to_i64(word, &written) || written != delay_s;
}
