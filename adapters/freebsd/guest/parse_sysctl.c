/* Parses the output of sysctl(8): lines "NAME: VALUE", or, of `sysctl -n`, values alone. */
#include "adapters/freebsd/guest/parse_sysctl.h"

#include <string.h>

static struct vfj_span trimmed(struct vfj_span span)
{
    while (span.length > 0 && (span.text[0] == ' ' || span.text[0] == '\t')) {
        span.text++;
        span.length--;
    }
    while (span.length > 0 && memchr(" \t\r", span.text[span.length - 1], 3) != NULL)
        span.length--;
    return span;
}

static void read_line(void *context, struct vfj_span line)
{
    struct vfj_sysctl_parser *parser = context;
    bool cut = line.length > VFJ_SYSCTL_LINE_SIZE;
    const char *colon = line.length > 0 ? memchr(line.text, ':', line.length) : NULL;
    if (colon == NULL)
        return;
    struct vfj_span name = {line.text, (size_t)(colon - line.text)};
    struct vfj_span value = {colon + 1, line.length - name.length - 1};
    parser->pair(parser->context, name, trimmed(value), cut);
}

void vfj_sysctl_begin(struct vfj_sysctl_parser *parser, vfj_sysctl_fn *pair, void *context)
{
    parser->lines = vfj_lines_begin(parser->bytes, sizeof parser->bytes, read_line, parser);
    parser->pair = pair;
    parser->context = context;
}

void vfj_sysctl_feed(struct vfj_sysctl_parser *parser, struct vfj_span bytes)
{
    vfj_lines_feed(&parser->lines, bytes);
}

void vfj_sysctl_end(struct vfj_sysctl_parser *parser)
{
    vfj_lines_end(&parser->lines);
}

static void add_pair(struct vfj_span word, struct vfj_map *map)
{
    struct vfj_pair pair = {0};
    const char *colon = memchr(word.text, ':', word.length);
    if (colon == NULL)
        return;
    size_t length = (size_t)(colon - word.text);
    if (!vfj_name_parse((struct vfj_span){word.text, length}, &pair.vf)
        || !vfj_name_parse((struct vfj_span){colon + 1, word.length - length - 1}, &pair.hn))
        return;
    if (map->pair_count == VFJ_SLOTS_MAX)
        map->truncated = true;
    else
        map->pairs[map->pair_count++] = pair;
}

void vfj_sysctl_vfmap(struct vfj_span value, struct vfj_map *map)
{
    struct vfj_span word;
    while (vfj_span_word(&value, &word))
        add_pair(word, map);
}

int32_t vfj_sysctl_transparent(struct vfj_span value)
{
    int64_t number;
    if (!vfj_span_to_i64(value, &number) || number < INT32_MIN || number > INT32_MAX)
        return VFJ_TRANSPARENT_ABSENT;
    return (int32_t)number;
}

/* Parses the line "dev.hn.N.vf: VF". Adds the unit N to the map's pair with that VF. */
static void add_unit(struct vfj_map *map, struct vfj_span name, struct vfj_span vf)
{
    const size_t before = sizeof "dev.hn." - 1, after = sizeof ".vf" - 1;
    uint64_t number;
    if (name.length <= before + after || memcmp(name.text + name.length - after, ".vf", after) != 0
        || !vfj_span_to_u64((struct vfj_span){name.text + before, name.length - before - after},
                            &number)
        || number >= VFJ_UNITS_MAX)
        return;
    for (unsigned i = 0; i < map->pair_count; i++) {
        if (vfj_span_is(vf, map->pairs[i].vf.text))
            map->pairs[i].unit = vfj_name_of_number(number);
    }
}

void vfj_sysctl_map_line(struct vfj_map *map, struct vfj_span name, struct vfj_span value, bool cut)
{
    if (vfj_span_is(name, "hw.hn.vf_transparent")) {
        map->transparent = vfj_sysctl_transparent(value);
    } else if (vfj_span_is(name, "hw.hn.vflist")) {
        map->has_list = true;
    } else if (vfj_span_is(name, "hw.hn.vfmap")) {
        map->pair_count = 0;
        map->truncated = cut;
        vfj_sysctl_vfmap(value, map);
    } else if (vfj_span_starts(name, "dev.hn.")) {
        add_unit(map, name, value);
    }
}
