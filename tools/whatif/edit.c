/* Writes a trace in which the values of the settings replace the trace's own values. */
#include <stdio.h>
#include <stdlib.h>

#include "core/model/trace.h"
#include "core/text/trace_quote.h"
#include "tools/replay/trace_file.h"
#include "tools/whatif/setting.h"
#include "tools/whatif/settings.h"

/* Returns true when the line sets a value for which the settings have another one. */
static bool is_replaced(const struct vfj_settings *settings, const struct vfj_trace_line *line)
{
    bool is_rc = line->kind == VFJ_TRACE_RC || line->kind == VFJ_TRACE_NORC;
    bool is_sysctl = line->kind == VFJ_TRACE_SYSCTL || line->kind == VFJ_TRACE_NOSYSCTL;
    if (is_rc && settings->rc != NULL)
        return true;
    for (size_t i = 0; (is_rc || is_sysctl) && i < settings->count; i++) {
        const struct vfj_setting *setting = &settings->list[i];
        if (setting->is_sysctl == is_sysctl && vfj_span_is(line->key, setting->name))
            return true;
    }
    return false;
}

static void insert(const struct vfj_settings *settings, FILE *out)
{
    char value[2 * VFJ_VALUE_SIZE + 2];
    for (size_t i = 0; i < settings->count; i++) {
        const struct vfj_setting *setting = &settings->list[i];
        struct vfj_text text = vfj_text_begin(value, sizeof value);
        if (!setting->is_sysctl)
            vfj_quoted_add(&text, setting->value);
        (void)fprintf(out, "%s %s=%s\n", setting->is_sysctl ? "%sysctl" : "%rc", setting->name,
                      setting->is_sysctl ? setting->value : value);
    }
}

/* Writes the trace. Puts the values of the settings after its first line, which must be the
 * version. */
static void write_trace(const struct vfj_settings *settings, struct vfj_span trace, FILE *out)
{
    struct vfj_trace_line read;
    struct vfj_trace_error error;
    struct vfj_span line;
    bool is_inserted = false;
    for (uint64_t number = 1; vfj_trace_next_line(&trace, &line); number++) {
        bool is_right = vfj_trace_read(line, number, &read, &error);
        if (!is_inserted && (!is_right || read.kind != VFJ_TRACE_VERSION)) {
            insert(settings, out);
            is_inserted = true;
        }
        if (!is_right || !is_replaced(settings, &read))
            (void)fwrite(line.text, 1, line.length, out);
        (void)fputc('\n', out);
    }
}

char *vfj_settings_edit(const struct vfj_settings *settings, struct vfj_span trace, size_t *length,
                        uint64_t *inserted)
{
    char *bytes = NULL;
    FILE *out = open_memstream(&bytes, length);
    if (out == NULL)
        return NULL;
    *inserted = settings->count;
    write_trace(settings, trace, out);
    bool is_written = !ferror(out);
    if (fclose(out) != 0 || !is_written) {
        free(bytes);
        return NULL;
    }
    return bytes;
}
