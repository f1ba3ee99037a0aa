/* Prints the result of verifying a journal. */
#include "tools/finding.h"

#include "tools/terminal.h"
#include "tools/verb.h"

/* Returns true when the journal is sound but contains no records. An example is a journal that was
 * copied without its -wal file. */
static bool has_no_records(const struct vfj_verified *verified)
{
    bool is_whole
        = verified->finding == VFJ_FINDING_SOUND || verified->finding == VFJ_FINDING_RULES_CHANGED;
    return is_whole && verified->head.seq == 0;
}

int vfj_finding_exit_status(const struct vfj_verified *verified)
{
    switch ((enum vfj_finding)verified->finding) {
    case VFJ_FINDING_SOUND:
        return has_no_records(verified) ? VFJ_EXIT_DIFFERENT : VFJ_EXIT_OK;
    case VFJ_FINDING_DAMAGED:
        return VFJ_EXIT_DAMAGED;
    case VFJ_FINDING_EDITED:
        return VFJ_EXIT_EDITED;
    case VFJ_FINDING_INCOMPLETE:
        return VFJ_EXIT_INCOMPLETE;
    case VFJ_FINDING_DIVERGED:
        return VFJ_EXIT_DIFFERENT;
    case VFJ_FINDING_RULES_CHANGED:
    case VFJ_FINDING_ANCHOR_PRUNED:
        return VFJ_EXIT_UNSURE;
    case VFJ_FINDING_NOT_ANCHORED:
        return VFJ_EXIT_NOT_ANCHORED;
    case VFJ_FINDING_UNUSABLE:
    case VFJ_FINDING_COUNT:
        break;
    }
    return vfj_exit_status_of((enum vfj_status)verified->status);
}

int vfj_verdict_exit_status(enum vfj_verdict verdict)
{
    switch (verdict) {
    case VFJ_VERDICT_SAME:
        return VFJ_EXIT_OK;
    case VFJ_VERDICT_DIVERGED:
        return VFJ_EXIT_DIFFERENT;
    case VFJ_VERDICT_EDITED:
        return VFJ_EXIT_EDITED;
    case VFJ_VERDICT_INCOMPLETE:
        return VFJ_EXIT_INCOMPLETE;
    case VFJ_VERDICT_RULES_CHANGED:
        return VFJ_EXIT_UNSURE;
    case VFJ_VERDICT_UNUSABLE:
    case VFJ_VERDICT_COUNT:
        break;
    }
    return VFJ_EXIT_UNUSABLE;
}

static void print_anchor(FILE *out, const struct vfj_verified *verified)
{
    char bytes[VFJ_ANCHOR_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_anchor_print(&verified->head, &text);
    (void)fputs(bytes, out);
}

void vfj_finding_print(FILE *out, const char *path, const struct vfj_verified *verified)
{
    enum vfj_finding finding = (enum vfj_finding)verified->finding;
    if (finding == VFJ_FINDING_UNUSABLE) {
        (void)vfj_complain_status(path, (enum vfj_status)verified->status, verified->detail);
        return;
    }
    if (has_no_records(verified)) {
        vfj_terminal_print(out, vfj_span_of(path));
        (void)fputs(": " VFJ_NO_RECORDS "\n", out);
        return;
    }
    vfj_terminal_print(out, vfj_span_of(path));
    (void)fprintf(out, ": %s: %s", vfj_finding_name(finding), vfj_finding_text(finding));
    if (verified->detail[0] != '\0') {
        (void)fputs(" (", out);
        vfj_terminal_print(out, vfj_span_of(verified->detail));
        (void)fputc(')', out);
    }
    if (finding == VFJ_FINDING_DAMAGED && verified->head.seq == 0) {
        (void)fputs("; no record was checked; vfjournal recover saves the readable ones\n", out);
        return;
    }
    if (verified->first > 1)
        (void)fprintf(out, "; records %llu to %llu hold, head ",
                      (unsigned long long)verified->first, (unsigned long long)verified->head.seq);
    else
        (void)fprintf(out, "; %llu record%s hold, head ", (unsigned long long)verified->head.seq,
                      verified->head.seq == 1 ? "" : "s");
    vfj_finding_print_head(out, verified);
}

void vfj_finding_print_head(FILE *out, const struct vfj_verified *verified)
{
    print_anchor(out, verified);
    (void)fputc('\n', out);
}
