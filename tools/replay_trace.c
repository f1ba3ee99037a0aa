/* `vfjournal replay` of a trace: a guest model answers, and the transcript is printed. */
#include <stdlib.h>
#include <string.h>

#include "core/play.h"
#include "tools/replay.h"
#include "tools/trace_file.h"
#include "tools/transcript.h"
#include "tools/verb.h"

/* All of one replay; too large for the stack. */
struct rehearsal {
    struct vfj_play play;
    struct vfj_transcript transcript;
};

static int report(const char *path, enum vfj_status status, const struct vfj_trace_place *place)
{
    if (status == VFJ_OK)
        return VFJ_EXIT_OK;
    if (status == VFJ_BAD_SYNTAX || status == VFJ_TOO_MANY)
        fprintf(stderr, "%s:%llu:%zu: %s\n", path, (unsigned long long)place->line, place->column, place->what);
    else
        fprintf(stderr, "vfjournal: %s: %s\n", path, vfj_status_text(status));
    return VFJ_EXIT_UNUSABLE;
}

int vfj_replay_trace(const char *path, const struct vfj_replay_options *options, FILE *out)
{
    char *bytes = NULL;
    size_t length = 0;
    struct vfj_trace_place place = {0};
    int error = vfj_trace_slurp(path, &bytes, &length);
    if (error != 0) {
        fprintf(stderr, "vfjournal: %s: %s\n", path, strerror(error));
        return VFJ_EXIT_UNUSABLE;
    }
    struct rehearsal *rehearsal = malloc(sizeof *rehearsal);
    if (rehearsal == NULL) {
        free(bytes);
        return VFJ_EXIT_SYSTEM;
    }
    vfj_transcript_init(&rehearsal->transcript, out, options->output, options->probes);
    vfj_play_init(&rehearsal->play, vfj_transcript_sink(&rehearsal->transcript), options->mode, options->policy);
    enum vfj_status status = vfj_trace_play((struct vfj_span){bytes, length}, &rehearsal->play, &place);
    if (status == VFJ_OK)
        vfj_transcript_end(&rehearsal->transcript, &rehearsal->transcript.state, &rehearsal->play);
    free(rehearsal);
    free(bytes);
    return report(path, status, &place);
}
