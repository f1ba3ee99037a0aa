/* Events as record bodies. */
#include "core/data/event.h"

#include <string.h>

#include "core/check.h"
#include "core/limits.h"
#include "core/text/kv.h"

static const char *const kind_names[] = {
#define X(symbol, name) [VFJ_EVENT_##symbol] = (name),
    VFJ_EVENT_KINDS(X)
#undef X
};

static const char *const outcome_names[] = {
#define X(symbol, name) [VFJ_OUTCOME_##symbol] = (name),
    VFJ_OUTCOMES(X)
#undef X
};

static const char *const mode_names[] = {[VFJ_MODE_OBSERVE] = "observe", [VFJ_MODE_ACT] = "act"};
static const char *const policy_names[]
    = {[VFJ_POLICY_SCRIPTS] = "scripts", [VFJ_POLICY_VFJOURNAL] = "vfjournal"};

/* Returns the index of the name in the table, or `count` when the table lacks the name. */
static unsigned find_name(const char *const *names, unsigned count, struct vfj_span name)
{
    for (unsigned i = 0; i < count; i++) {
        if (vfj_span_is(name, names[i]))
            return i;
    }
    return count;
}

const char *vfj_event_kind_name(enum vfj_event_kind kind)
{
    VFJ_CHECK(kind < VFJ_EVENT_COUNT);
    return kind_names[kind];
}

enum vfj_event_kind vfj_event_kind_parse(struct vfj_span name)
{
    return (enum vfj_event_kind)find_name(kind_names, VFJ_EVENT_COUNT, name);
}

const char *vfj_devd_kind_name(enum vfj_devd_kind kind)
{
    static const char *const names[] = {
#define X(symbol, name) [VFJ_DEVD_##symbol] = (name),
        VFJ_DEVD_KINDS(X)
#undef X
    };
    VFJ_CHECK(kind < VFJ_DEVD_COUNT);
    return names[kind];
}

const char *vfj_mode_name(enum vfj_mode mode)
{
    return mode_names[mode];
}

const char *vfj_policy_name(enum vfj_policy policy)
{
    return policy_names[policy];
}

bool vfj_mode_parse(struct vfj_span span, enum vfj_mode *mode)
{
    unsigned found = find_name(mode_names, 2, span);
    *mode = (enum vfj_mode)(found % 2);
    return found < 2;
}

bool vfj_policy_parse(struct vfj_span span, enum vfj_policy *policy)
{
    unsigned found = find_name(policy_names, 2, span);
    *policy = (enum vfj_policy)(found % 2);
    return found < 2;
}

bool vfj_outcome_ok(const struct vfj_outcome *outcome)
{
    return outcome->kind == VFJ_OUTCOME_SKIPPED
        || (outcome->kind == VFJ_OUTCOME_EXITED && outcome->status == 0);
}

bool vfj_outcome_ran(const struct vfj_outcome *outcome)
{
    return outcome->kind != VFJ_OUTCOME_SKIPPED && outcome->kind != VFJ_OUTCOME_NOT_RUN;
}

static void encode_started(const struct vfj_started *started, struct vfj_text *body)
{
    vfj_kv_add_string(body, "boot", started->boot_id);
    vfj_kv_add_string(body, "mode", mode_names[started->mode]);
    vfj_kv_add_string(body, "policy", policy_names[started->policy]);
    vfj_kv_add_u64(body, "rules", started->rules);
}

static void encode_outcome(const struct vfj_outcome *outcome, struct vfj_text *body)
{
    vfj_kv_add_u64(body, "command", outcome->command);
    vfj_kv_add_string(body, "outcome", outcome_names[outcome->kind]);
    vfj_kv_add_i64(body, "status", outcome->status);
    vfj_kv_add_i64(body, "duration_us", outcome->duration_us);
    if (outcome->output[0] != '\0')
        vfj_kv_add_string(body, "output", outcome->output);
}

/* Writes a pair whose value needs no escapes, since the decoded text is part of the record. '"'
 * becomes "'", and '\\' becomes '/'. */
static void encode_text(const char *key, struct vfj_span text, struct vfj_text *body)
{
    size_t kept = body->length;
    vfj_kv_add(body, key, text);
    for (size_t i = kept; i < body->length; i++) {
        char c = body->bytes[i];
        if (c == '\\')
            c = i + 1 < body->length && body->bytes[++i] == '"' ? '\'' : '/';
        body->bytes[kept++] = c != '\0' ? c : '?';
    }
    body->length = kept;
    body->bytes[kept] = '\0';
}

void vfj_event_encode(const struct vfj_event *event, struct vfj_text *body)
{
    switch ((enum vfj_event_kind)event->kind) {
    case VFJ_EVENT_STARTED:
        encode_started(&event->as.started, body);
        break;
    case VFJ_EVENT_STOPPING:
    case VFJ_EVENT_STOPPED:
    case VFJ_EVENT_GAP:
        encode_text("reason", event->as.text, body);
        break;
    case VFJ_EVENT_CONNECTED:
        encode_text("socket", event->as.text, body);
        break;
    case VFJ_EVENT_CONFIGURED:
        vfj_text_add_span(body, event->as.rc);
        break;
    case VFJ_EVENT_DEVD:
        vfj_text_add_span(body, event->as.devd.raw);
        break;
    case VFJ_EVENT_OBSERVED:
        vfj_observation_encode(&event->as.observed, body);
        break;
    case VFJ_EVENT_FINISHED:
        encode_outcome(&event->as.finished, body);
        break;
    case VFJ_EVENT_TIMER:
        break;
    case VFJ_EVENT_SCHEDULED:
        vfj_scheduled_encode(&event->as.scheduled, body);
        break;
    case VFJ_EVENT_COUNT:
        VFJ_CHECK(false);
    }
}

/* Reads the next pair. Returns false when there is none or it has another key. */
static bool next_is(struct vfj_span *rest, const char *key, struct vfj_kv *pair)
{
    return vfj_kv_next(rest, pair) == VFJ_KV_PAIR && vfj_span_is(pair->key, key);
}

static bool at_end(struct vfj_span rest)
{
    struct vfj_kv pair;
    return vfj_kv_next(&rest, &pair) == VFJ_KV_END;
}

static bool decode_started(struct vfj_span rest, struct vfj_started *started)
{
    struct vfj_kv pair;
    enum vfj_mode mode;
    enum vfj_policy policy;
    uint64_t rules = 0;
    memset(started, 0, sizeof *started);
    if (!next_is(&rest, "boot", &pair)
        || !vfj_kv_value(&pair, started->boot_id, sizeof started->boot_id))
        return false;
    if (!next_is(&rest, "mode", &pair) || !vfj_mode_parse(pair.value, &mode))
        return false;
    if (!next_is(&rest, "policy", &pair) || !vfj_policy_parse(pair.value, &policy))
        return false;
    if (!next_is(&rest, "rules", &pair) || !vfj_span_to_u64(pair.value, &rules)
        || rules > UINT32_MAX)
        return false;
    started->mode = (uint8_t)mode;
    started->policy = (uint8_t)policy;
    started->rules = (uint32_t)rules;
    return at_end(rest);
}

static bool decode_outcome(struct vfj_span rest, struct vfj_outcome *outcome)
{
    struct vfj_kv pair;
    int64_t status = 0;
    memset(outcome, 0, sizeof *outcome);
    if (!next_is(&rest, "command", &pair) || !vfj_span_to_u64(pair.value, &outcome->command))
        return false;
    if (!next_is(&rest, "outcome", &pair))
        return false;
    outcome->kind = (uint8_t)find_name(outcome_names, VFJ_OUTCOME_COUNT, pair.value);
    if (outcome->kind == VFJ_OUTCOME_COUNT)
        return false;
    if (!next_is(&rest, "status", &pair) || !vfj_span_to_i64(pair.value, &status)
        || status < INT32_MIN || status > INT32_MAX)
        return false;
    outcome->status = (int32_t)status;
    if (!next_is(&rest, "duration_us", &pair)
        || !vfj_span_to_i64(pair.value, &outcome->duration_us))
        return false;
    if (at_end(rest))
        return true;
    return next_is(&rest, "output", &pair)
        && vfj_kv_value(&pair, outcome->output, sizeof outcome->output) && at_end(rest);
}

/* Reads the only pair of a record. *text points to the value, which must have no escapes. */
static bool decode_text(struct vfj_span rest, const char *key, struct vfj_span *text)
{
    struct vfj_kv pair;
    if (!next_is(&rest, key, &pair) || !at_end(rest))
        return false;
    *text = pair.value;
    for (size_t i = 0; i < text->length; i++) {
        if (text->text[i] == '\\' || text->text[i] == '"' || text->text[i] == '\0')
            return false;
    }
    return true;
}

static bool decode_rc(struct vfj_span rest, struct vfj_span *rc)
{
    struct vfj_kv pair;
    enum vfj_kv_result result;
    *rc = rest;
    while ((result = vfj_kv_next(&rest, &pair)) == VFJ_KV_PAIR)
        continue;
    return result == VFJ_KV_END && rc->length < VFJ_RC_SIZE;
}

enum vfj_status vfj_event_decode(enum vfj_event_kind kind, struct vfj_span body,
                                 struct vfj_event *event)
{
    bool right = false;
    event->kind = (uint8_t)kind;
    switch (kind) {
    case VFJ_EVENT_STARTED:
        right = decode_started(body, &event->as.started);
        break;
    case VFJ_EVENT_STOPPING:
    case VFJ_EVENT_STOPPED:
    case VFJ_EVENT_GAP:
        right = decode_text(body, "reason", &event->as.text);
        break;
    case VFJ_EVENT_CONNECTED:
        right = decode_text(body, "socket", &event->as.text);
        break;
    case VFJ_EVENT_CONFIGURED:
        right = decode_rc(body, &event->as.rc);
        break;
    case VFJ_EVENT_DEVD:
        vfj_devd_parse(body, &event->as.devd);
        right = true;
        break;
    case VFJ_EVENT_OBSERVED:
        right = vfj_observation_decode(body, &event->as.observed) == VFJ_OK;
        break;
    case VFJ_EVENT_FINISHED:
        right = decode_outcome(body, &event->as.finished);
        break;
    case VFJ_EVENT_TIMER:
        right = body.length == 0;
        break;
    case VFJ_EVENT_SCHEDULED:
        right = vfj_scheduled_decode(body, &event->as.scheduled);
        break;
    case VFJ_EVENT_COUNT:
        break;
    }
    return right ? VFJ_OK : VFJ_BAD_BODY;
}
