/* Messages of nlsysevent(4). */
#include "adapters/freebsd/devd/sysevent_message.h"

#include <string.h>

/* Sizes and numbers in the headers of netlink messages, from the files that sysevent_message.h
 * names. */
enum {
    ALIGN = 4,
    HEADER = 16,        /* length u32, type u16, flags u16, sequence u32, port u32 */
    GENERIC = 4,        /* command u8, version u8, reserved u16 */
    ATTRIBUTE = 4,      /* length u16, type u16 */
    TYPE_MASK = 0x3fff, /* removes the two flags from an attribute's type */
    CONTROL = 16,       /* type of messages about families: GENL_ID_CTRL */
    FLAG_REQUEST = 1,
    COMMAND_NEW_FAMILY = 1,
    COMMAND_GET_FAMILY = 3,
    FAMILY_ID = 1, /* attributes of a family */
    FAMILY_NAME = 2,
    FAMILY_GROUPS = 7,
    GROUP_NAME = 1, /* attributes of a group */
    GROUP_ID = 2,
    EVENT_SYSTEM = 1, /* attributes of an event */
    EVENT_SUBSYSTEM = 2,
    EVENT_TYPE = 3,
    EVENT_DATA = 4,
    EVENT_ATTRIBUTES,
};

static const char family_name[] = "nlsysevent";

static uint16_t read_u16(const char *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint32_t read_u32(const char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static size_t aligned(size_t length)
{
    return (length + ALIGN - 1) / ALIGN * ALIGN;
}

static void skip(struct vfj_span *rest, size_t length)
{
    length = length < rest->length ? length : rest->length;
    *rest = (struct vfj_span){rest->text + length, rest->length - length};
}

size_t vfj_sysevent_request(uint8_t bytes[VFJ_SYSEVENT_REQUEST_SIZE])
{
    const uint16_t attribute[] = {ATTRIBUTE + sizeof family_name, FAMILY_NAME};
    const uint32_t length = (uint32_t)(HEADER + GENERIC + aligned(attribute[0]));
    const uint16_t type[] = {CONTROL, FLAG_REQUEST};
    memset(bytes, 0, VFJ_SYSEVENT_REQUEST_SIZE);
    memcpy(bytes, &length, sizeof length);
    memcpy(bytes + 4, type, sizeof type);
    bytes[8] = 1; /* any sequence number */
    bytes[HEADER] = COMMAND_GET_FAMILY;
    bytes[HEADER + 1] = 1;
    memcpy(bytes + HEADER + GENERIC, attribute, sizeof attribute);
    memcpy(bytes + HEADER + GENERIC + ATTRIBUTE, family_name, sizeof family_name);
    return length;
}

struct attribute {
    unsigned type;
    struct vfj_span value;
};

/* Reads the next attribute at the front of *rest, and removes it. Returns false at the end, and
 * for a malformed attribute. */
static bool next_attribute(struct vfj_span *rest, struct attribute *attribute)
{
    if (rest->length < ATTRIBUTE)
        return false;
    size_t length = read_u16(rest->text);
    if (length < ATTRIBUTE || length > rest->length)
        return false;
    attribute->type = read_u16(rest->text + 2) & TYPE_MASK;
    attribute->value = (struct vfj_span){rest->text + ATTRIBUTE, length - ATTRIBUTE};
    skip(rest, aligned(length));
    return true;
}

/* Reads the next message at the front of *rest, and removes it. `body` is the message without
 * its header. Returns false when no whole message is left. */
static bool next_message(struct vfj_span *rest, uint16_t *type, struct vfj_span *body)
{
    if (rest->length < HEADER)
        return false;
    size_t length = read_u32(rest->text);
    if (length < HEADER || length > rest->length)
        return false;
    *type = read_u16(rest->text + 4);
    *body = (struct vfj_span){rest->text + HEADER, length - HEADER};
    skip(rest, aligned(length));
    return true;
}

/* Returns the value of a string attribute without its NUL. */
static struct vfj_span string_of(struct vfj_span value)
{
    const char *nul = value.length > 0 ? memchr(value.text, '\0', value.length) : NULL;
    if (nul != NULL)
        value.length = (size_t)(nul - value.text);
    return value;
}

static bool is_network(struct vfj_span name)
{
    return vfj_span_is(name, "ETHERNET") || vfj_span_is(name, "IFNET")
        || vfj_span_is(name, "HYPERV_NIC_VF");
}

static void take_group(struct vfj_span group, bool network_only, struct vfj_sysevent_family *family)
{
    struct attribute attribute;
    struct vfj_span name = {"", 0};
    uint32_t id = 0;
    while (next_attribute(&group, &attribute)) {
        if (attribute.type == GROUP_NAME)
            name = string_of(attribute.value);
        else if (attribute.type == GROUP_ID && attribute.value.length == sizeof id)
            id = read_u32(attribute.value.text);
    }
    if (id != 0 && family->group_count < VFJ_SYSEVENT_GROUPS_MAX
        && (!network_only || is_network(name)))
        family->groups[family->group_count++] = id;
}

static void take_groups(struct vfj_span groups, bool network_only,
                        struct vfj_sysevent_family *family)
{
    struct attribute group;
    while (next_attribute(&groups, &group))
        take_group(group.value, network_only, family);
}

bool vfj_sysevent_read_family(struct vfj_span bytes, bool network_only,
                              struct vfj_sysevent_family *family)
{
    struct attribute attribute;
    struct vfj_span body;
    uint16_t type;
    memset(family, 0, sizeof *family);
    if (!next_message(&bytes, &type, &body) || type != CONTROL || body.length < GENERIC
        || body.text[0] != COMMAND_NEW_FAMILY)
        return false;
    skip(&body, GENERIC);
    while (next_attribute(&body, &attribute)) {
        if (attribute.type == FAMILY_ID && attribute.value.length == sizeof family->id)
            family->id = read_u16(attribute.value.text);
        else if (attribute.type == FAMILY_GROUPS)
            take_groups(attribute.value, network_only, family);
    }
    return family->id != 0;
}

static void add_event(struct vfj_span body, struct vfj_text *line)
{
    struct vfj_span values[EVENT_ATTRIBUTES] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}};
    struct attribute attribute;
    skip(&body, GENERIC);
    while (next_attribute(&body, &attribute)) {
        if (attribute.type < EVENT_ATTRIBUTES)
            values[attribute.type] = string_of(attribute.value);
    }
    if (values[EVENT_SYSTEM].length == 0)
        return;
    vfj_text_add(line, "!system=");
    vfj_text_add_span(line, values[EVENT_SYSTEM]);
    vfj_text_add(line, " subsystem=");
    vfj_text_add_span(line, values[EVENT_SUBSYSTEM]);
    vfj_text_add(line, " type=");
    vfj_text_add_span(line, values[EVENT_TYPE]);
    if (values[EVENT_DATA].length > 0)
        vfj_text_add_char(line, ' ');
    vfj_text_add_span(line, values[EVENT_DATA]);
}

bool vfj_sysevent_next(struct vfj_span *rest, uint16_t family, struct vfj_text *line, bool *is_cut)
{
    struct vfj_span body;
    uint16_t type;
    *line = vfj_text_begin(line->bytes, line->size);
    *is_cut = false;
    if (rest->length == 0)
        return false;
    if (!next_message(rest, &type, &body)) {
        *is_cut = true;
        return false;
    }
    if (type == family && body.length >= GENERIC)
        add_event(body, line);
    return true;
}
