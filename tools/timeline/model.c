/* The parts of a timeline's model that do not depend on records. */
#include "tools/timeline/model.h"

#include <stdlib.h>
#include <string.h>

const char *vfj_model_keep(struct vfj_model *model, const char *text)
{
    if (model->text_count == model->text_room) {
        size_t room = model->text_room > 0 ? 2 * model->text_room : 256;
        char **texts = realloc(model->texts, room * sizeof *texts);
        if (texts == NULL)
            return NULL;
        model->texts = texts;
        model->text_room = room;
    }
    char *copy = strdup(text);
    if (copy != NULL)
        model->texts[model->text_count++] = copy;
    return copy;
}

size_t vfj_model_most(const struct vfj_model *model)
{
    return model->most > 0 ? model->most : VFJ_ITEMS_MAX;
}

void vfj_model_free(struct vfj_model *model)
{
    for (size_t i = 0; i < model->text_count; i++)
        free(model->texts[i]);
    free(model->texts);
    free(model->items);
    free(model->rows);
    memset(model, 0, sizeof *model);
}

const char *vfj_lane_title(const struct vfj_lane *lane)
{
    switch ((enum vfj_lane_kind)lane->kind) {
    case VFJ_LANE_DAEMON:
        return "daemon";
    case VFJ_LANE_ANNOUNCED:
        return "announced";
    case VFJ_LANE_SLOW:
        return "slow path";
    case VFJ_LANE_STATE:
        return "state";
    case VFJ_LANE_COMMANDS:
        return "commands";
    case VFJ_LANE_HN:
    case VFJ_LANE_VF:
    case VFJ_LANE_LAGG:
        break;
    }
    return lane->name.text;
}
