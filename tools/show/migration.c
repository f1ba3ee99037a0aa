/* Selects the records of one migration for the option -M of `vfjournal show`. */
#include <string.h>

#include "tools/audit/source.h"
#include "tools/show/show.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static void add_name(struct vfj_names *names, struct vfj_name name)
{
    if (vfj_name_is_empty(name) || names->count == VFJ_NAMES_MAX
        || (names->count > 0 && vfj_names_choose(names, name)))
        return;
    names->list[names->count++] = name;
}

/* Selects the records of the episode, beginning with the event that caused its first change of
 * state. Without the option -i, selects only records about the slot and its VFs. */
static void choose(struct vfj_show *show, const struct vfj_audit *audit,
                   const struct vfj_episode *episode)
{
    struct vfj_criteria *criteria = &show->criteria;
    struct vfj_record record;
    bool has_cause
        = vfj_source_get(&show->source, episode->id, &record) == VFJ_OK && record.cause != 0;
    uint64_t first = has_cause ? record.cause : episode->id;
    show->migration_names |= criteria->about.count == 0;
    if (show->migration_names) {
        add_name(&criteria->about, episode->slot);
        add_name(&criteria->about, episode->vf_before);
        add_name(&criteria->about, episode->vf_after);
    }
    if (criteria->after < first - 1)
        criteria->after = first - 1;
    criteria->last = vfj_audit_last_of(audit, episode);
    show->migration_is_ended = episode->end.seq != 0 || episode->ended_by != VFJ_REASON_NONE;
}

int vfj_show_take_migration(struct vfj_show *show)
{
    struct vfj_audit audit;
    struct vfj_episode *episode = NULL;
    if (show->migration == NULL || (show->has_begun && !vfj_show_has_news(show)))
        return VFJ_EXIT_OK;
    if (show->source.journal == NULL) {
        vfj_complain(show->input.name, "damaged: -M needs the file's first pages");
        return VFJ_EXIT_DAMAGED;
    }
    enum vfj_status status = vfj_audit_read(show->source.journal, 0, NULL, NULL, &audit);
    int exit_status = status != VFJ_OK
        ? vfj_complain_status(show->input.name, status, vfj_source_detail(&show->source))
        : vfj_audit_find_word(&audit, show->input.name, "show", show->migration, &episode);
    if (episode != NULL)
        choose(show, &audit, episode);
    vfj_audit_free(&audit);
    return exit_status;
}
