/* Reads a devd line. */
#include <string.h>

#include "core/data/event.h"
#include "core/limits.h"
#include "core/text/kv.h"

/* The pairs of a devd notice that this program uses, unchanged from the line. */
struct notice {
    struct vfj_kv system, subsystem, type, name;
};

static bool read_notice(struct vfj_span rest, struct notice *notice)
{
    struct vfj_kv pair;
    enum vfj_kv_result result;
    memset(notice, 0, sizeof *notice);
    while ((result = vfj_kv_next(&rest, &pair)) == VFJ_KV_PAIR) {
        if (vfj_span_is(pair.key, "system"))
            notice->system = pair;
        else if (vfj_span_is(pair.key, "subsystem"))
            notice->subsystem = pair;
        else if (vfj_span_is(pair.key, "type"))
            notice->type = pair;
        else if (vfj_span_is(pair.key, "name"))
            notice->name = pair;
    }
    return result == VFJ_KV_END;
}

static bool value_is(const struct vfj_kv *pair, const char *text)
{
    return vfj_span_is_nocase(pair->value, text);
}

static enum vfj_devd_kind classify(const struct notice *notice)
{
    if (value_is(&notice->system, "HYPERV_NIC_VF")) {
        if (value_is(&notice->type, "VF_UP"))
            return VFJ_DEVD_VF_UP;
        if (value_is(&notice->type, "VF_DOWN"))
            return VFJ_DEVD_VF_DOWN;
    } else if (value_is(&notice->system, "ETHERNET")) {
        if (value_is(&notice->type, "IFATTACH"))
            return VFJ_DEVD_VF_ATTACHED;
    } else if (value_is(&notice->system, "IFNET")) {
        if (value_is(&notice->type, "DETACH"))
            return VFJ_DEVD_VF_DETACHED;
        if (value_is(&notice->type, "RENAME"))
            return VFJ_DEVD_RENAMED;
        if (value_is(&notice->type, "LINK_UP") || value_is(&notice->type, "LINK_DOWN"))
            return VFJ_DEVD_LINK;
        if (value_is(&notice->type, "ADDR_ADD") || value_is(&notice->type, "ADDR_DEL"))
            return VFJ_DEVD_ADDRESS;
    }
    return VFJ_DEVD_OTHER;
}

static enum vfj_reason other_note(const struct notice *notice)
{
    if (notice->type.key.length == 0)
        return VFJ_REASON_NO_TYPE;
    return value_is(&notice->system, "HYPERV_NIC_VF") ? VFJ_REASON_UNKNOWN_TYPE : VFJ_REASON_NONE;
}

static bool is_network(const struct notice *notice)
{
    return value_is(&notice->system, "HYPERV_NIC_VF") || value_is(&notice->system, "ETHERNET")
        || value_is(&notice->system, "IFNET");
}

static bool take_name(const struct vfj_kv *pair, struct vfj_name *name)
{
    char value[VFJ_NAME_SIZE];
    return vfj_kv_value(pair, value, sizeof value) && vfj_name_parse(vfj_span_of(value), name);
}

static void read_notification(struct vfj_devd *devd)
{
    struct notice notice;
    if (!read_notice((struct vfj_span){devd->raw.text + 1, devd->raw.length - 1}, &notice)) {
        devd->note = VFJ_REASON_MALFORMED;
        return;
    }
    enum vfj_devd_kind kind = classify(&notice);
    if (kind == VFJ_DEVD_OTHER) {
        devd->note = (uint8_t)other_note(&notice);
        return;
    }
    if (!take_name(&notice.subsystem, &devd->name)
        || (kind == VFJ_DEVD_RENAMED && !take_name(&notice.name, &devd->new_name))) {
        memset(&devd->name, 0, sizeof devd->name);
        devd->note = VFJ_REASON_BAD_NAME;
        return;
    }
    devd->kind = (uint8_t)kind;
    devd->link_up = value_is(&notice.type, "LINK_UP");
}

void vfj_devd_parse(struct vfj_span raw, struct vfj_devd *devd)
{
    memset(devd, 0, sizeof *devd);
    devd->raw = raw;
    devd->kind = VFJ_DEVD_OTHER;
    if (raw.length > VFJ_LINE_MAX)
        devd->note = VFJ_REASON_LINE_TOO_LONG;
    else if (raw.length > 0 && memchr(raw.text, '\0', raw.length) != NULL)
        devd->note = VFJ_REASON_NUL_BYTE;
    else if (raw.length > 0 && raw.text[0] == '!')
        read_notification(devd);
    else if (raw.length == 0 || memchr("+-?", raw.text[0], 3) == NULL)
        devd->note = VFJ_REASON_MALFORMED;
}

bool vfj_devd_is_network(struct vfj_span raw)
{
    struct notice notice;
    if (raw.length == 0 || raw.text[0] != '!')
        return false;
    read_notice((struct vfj_span){raw.text + 1, raw.length - 1}, &notice);
    return is_network(&notice);
}
