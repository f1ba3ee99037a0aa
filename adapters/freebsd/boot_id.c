/* Reads the identity of the current boot. */
#include "adapters/freebsd/boot_id.h"

#include <event2/event.h>
#include <inttypes.h>
#include <string.h>

#include "adapters/freebsd/run/clock.h"

enum { LIMIT_MS = 5000 };

struct query {
    bool ended, right;
    size_t length;
    char value[128];
};

static void on_output(void *context, struct vfj_span bytes)
{
    struct query *query = context;
    size_t room = sizeof query->value - 1 - query->length;
    size_t take = bytes.length < room ? bytes.length : room;
    memcpy(query->value + query->length, bytes.text, take);
    query->length += take;
}

static void on_ended(void *context, const struct vfj_program_end *end)
{
    struct query *query = context;
    query->ended = true;
    query->right = end->kind == VFJ_OUTCOME_EXITED && end->status == 0;
    query->value[strcspn(query->value, "\r\n")] = '\0';
}

static bool read_sysctl(struct event_base *base, struct vfj_children *children,
                        enum vfj_request_kind kind, struct query *query)
{
    const struct vfj_request request = {.kind = kind};
    struct vfj_child_spec spec = {
        .request = &request,
        .limit_ms = LIMIT_MS,
        .output_max = VFJ_PATHNAME_SIZE,
        .output = on_output,
        .ended = on_ended,
        .context = query,
    };
    memset(query, 0, sizeof *query);
    vfj_child_start(children, &spec);
    while (!query->ended && event_base_loop(base, EVLOOP_ONCE) == 0 && !event_base_got_break(base))
        continue;
    return query->ended && query->right;
}

static bool take_id(struct vfj_span value, char id[VFJ_BOOT_ID_SIZE])
{
    for (size_t i = 0; i < value.length; i++) {
        if (value.text[i] <= ' ' || value.text[i] > '~')
            return false;
    }
    return value.length > 0 && vfj_span_copy(id, VFJ_BOOT_ID_SIZE, value);
}

/* Parses the value of kern.boottime:
 * { sec = 1763820900, usec = 123456 } Sat Nov 22 14:15:00 2025 */
static bool take_boottime(struct vfj_span value, char id[VFJ_BOOT_ID_SIZE])
{
    struct vfj_span word;
    uint64_t second;
    while (vfj_span_word(&value, &word)) {
        if (!vfj_span_is(word, "sec") || !vfj_span_word(&value, &word)
            || !vfj_span_word(&value, &word))
            continue;
        if (word.length > 0 && word.text[word.length - 1] == ',')
            word.length--;
        if (!vfj_span_to_u64(word, &second))
            return false;
        struct vfj_text text = vfj_text_begin(id, VFJ_BOOT_ID_SIZE);
        vfj_text_format(&text, "boottime-%" PRIu64, second);
        return true;
    }
    return false;
}

bool vfj_boot_id_read(struct event_base *base, struct vfj_children *children,
                      char id[VFJ_BOOT_ID_SIZE])
{
    struct query query;
    if (read_sysctl(base, children, VFJ_REQUEST_BOOT_ID, &query)
        && take_id(vfj_span_of(query.value), id))
        return true;
    if (read_sysctl(base, children, VFJ_REQUEST_BOOT_TIME, &query)
        && take_boottime(vfj_span_of(query.value), id))
        return true;
    struct vfj_text text = vfj_text_begin(id, VFJ_BOOT_ID_SIZE);
    vfj_text_format(&text, "start-%" PRId64, vfj_clock_wall_us());
    return false;
}
