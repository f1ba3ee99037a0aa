/* Short bodies: in the file of a journal, the body of a snapshot has only the values that differ
 * from those of an earlier snapshot. */
#include "store/short_body.h"

#include <string.h>

#include "core/check.h"
#include "core/text/kv.h"

static const char base_key[] = "as";

/* A pair as written, with its key, its quotes and its escapes. */
struct written {
    struct vfj_kv pair;
    struct vfj_span text;
};

/* Takes the next pair off the front of *rest. Returns false after the last pair. */
static bool next_pair(struct vfj_span *rest, struct written *written)
{
    if (vfj_kv_next(rest, &written->pair) != VFJ_KV_PAIR)
        return false;
    written->text
        = (struct vfj_span){written->pair.key.text, (size_t)(rest->text - written->pair.key.text)};
    return true;
}

static bool is_equal(struct vfj_span a, struct vfj_span b)
{
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

static void add_pair(struct vfj_text *text, const struct written *written)
{
    if (text->length > 0)
        vfj_text_add_char(text, ' ');
    vfj_text_add_span(text, written->text);
}

bool vfj_body_is_short(const struct vfj_record *record, uint64_t *base)
{
    struct vfj_span rest = record->body;
    struct vfj_kv pair;
    *base = 0;
    if (record->kind != VFJ_EVENT_OBSERVED || vfj_kv_next(&rest, &pair) != VFJ_KV_PAIR
        || !vfj_span_is(pair.key, base_key))
        return false;
    if (!vfj_span_to_u64(pair.value, base) || *base >= record->seq)
        *base = 0;
    return true;
}

bool vfj_body_lengthen(struct vfj_span base, struct vfj_span body, struct vfj_text *whole)
{
    struct written pair, other;
    if (base.length > VFJ_BASE_SIZE || !next_pair(&body, &other)) /* as=SEQ */
        return false;
    bool has_other = next_pair(&body, &other);
    while (next_pair(&base, &pair)) {
        bool is_other = has_other && is_equal(pair.pair.key, other.pair.key);
        add_pair(whole, is_other ? &other : &pair);
        if (is_other)
            has_other = next_pair(&body, &other);
    }
    return !has_other && body.length == 0 && base.length == 0 && !whole->overflow;
}

/* Writes the short body. Returns false when the keys of the body are not those of the base. */
static bool shorten(const struct vfj_base *base, struct vfj_span body, struct vfj_text *text)
{
    struct vfj_span rest = {base->body, base->length};
    struct written pair, other;
    vfj_kv_add_u64(text, base_key, base->seq);
    while (next_pair(&rest, &pair)) {
        if (!next_pair(&body, &other) || !is_equal(pair.pair.key, other.pair.key))
            return false;
        if (!is_equal(pair.text, other.text))
            add_pair(text, &other);
    }
    return !next_pair(&body, &other) && !text->overflow;
}

/* Returns true when vfj_body_lengthen() makes `body` of the short body `text`. It does not when a
 * key is repeated, such as that of an address, and only the later pair with that key differs. */
static bool stands_for(const struct vfj_base *base, struct vfj_span text, struct vfj_span body)
{
    char bytes[VFJ_BASE_SIZE];
    struct vfj_text whole = vfj_text_begin(bytes, sizeof bytes);
    return vfj_body_lengthen((struct vfj_span){base->body, base->length}, text, &whole)
        && is_equal((struct vfj_span){whole.bytes, whole.length}, body);
}

static bool find_name(struct vfj_span body, const char *key, struct vfj_name *name)
{
    struct vfj_kv pair;
    return vfj_kv_find(body, key, &pair) && vfj_name_parse(pair.value, name);
}

/* Returns the base for the bodies of the hn, with or without a VF. When there is none, clears
 * the oldest or an unused element of the list, and returns that. */
static struct vfj_base *find_base(struct vfj_bases *bases, struct vfj_name hn, bool has_vf)
{
    struct vfj_base *oldest = &bases->list[0];
    for (unsigned i = 0; i < VFJ_BASES_MAX; i++) {
        struct vfj_base *base = &bases->list[i];
        if (base->seq != 0 && base->has_vf == has_vf && vfj_name_equal(base->hn, hn))
            return base;
        if (base->seq < oldest->seq)
            oldest = base;
    }
    memset(oldest, 0, sizeof *oldest);
    oldest->hn = hn;
    oldest->has_vf = has_vf;
    return oldest;
}

void vfj_bases_forget_after(struct vfj_bases *bases, uint64_t last)
{
    if (bases->newest <= last) /* the usual case, in which no page of the list is touched */
        return;
    for (unsigned i = 0; i < VFJ_BASES_MAX; i++) {
        if (bases->list[i].seq > last)
            bases->list[i].seq = 0;
    }
    bases->newest = last;
}

struct vfj_span vfj_bases_shorten(struct vfj_bases *bases, const struct vfj_record *record,
                                  struct vfj_text *text)
{
    struct vfj_span body = record->body;
    struct vfj_name hn, vf;
    struct vfj_kv probe;
    uint64_t none;
    VFJ_CHECK(!vfj_body_is_short(record, &none));
    if (record->kind == VFJ_RECORD_CHECKPOINT)
        vfj_bases_forget_after(bases, 0);
    if (record->kind != VFJ_EVENT_OBSERVED || body.length > VFJ_BASE_SIZE
        || !vfj_kv_find(body, "probe", &probe) || !vfj_span_is(probe.value, "snapshot")
        || !find_name(body, "hn_if", &hn))
        return body;
    struct vfj_base *base = find_base(bases, hn, find_name(body, "vf_if", &vf));
    struct vfj_span written = {text->bytes, 0};
    if (base->seq != 0 && shorten(base, body, text) && text->length < body.length / 2) {
        written.length = text->length;
        if (stands_for(base, written, body))
            return written;
    }
    base->seq = bases->newest = record->seq;
    base->length = body.length;
    memcpy(base->body, body.text, body.length);
    return body;
}
