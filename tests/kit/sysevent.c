/* Makes messages like those of nlsysevent(4), for tests. */
#include "tests/kit/sysevent.h"

#include <string.h>

#include "core/check.h"

static void put(struct kit_sysevent *to, const void *bytes, size_t length)
{
    VFJ_CHECK(to->length + length + 4 <= sizeof to->bytes);
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
    while (to->length % 4 != 0)
        to->bytes[to->length++] = '\0';
}

void kit_sysevent_begin(struct kit_sysevent *to, uint16_t type, uint8_t command)
{
    const uint16_t header[8] = {0, 0, type};
    const uint8_t generic[4] = {command};
    to->message = to->length;
    put(to, header, sizeof header);
    put(to, generic, sizeof generic);
}

void kit_sysevent_end(struct kit_sysevent *to)
{
    uint32_t length = (uint32_t)(to->length - to->message);
    memcpy(to->bytes + to->message, &length, sizeof length);
}

size_t kit_sysevent_open(struct kit_sysevent *to, uint16_t type)
{
    const uint16_t header[2] = {0, type};
    size_t place = to->length;
    put(to, header, sizeof header);
    return place;
}

void kit_sysevent_close(struct kit_sysevent *to, size_t place)
{
    uint16_t length = (uint16_t)(to->length - place);
    memcpy(to->bytes + place, &length, sizeof length);
}

void kit_sysevent_add(struct kit_sysevent *to, uint16_t type, const void *value, size_t length)
{
    const uint16_t header[2] = {(uint16_t)(length + 4), type};
    put(to, header, sizeof header);
    put(to, value, length);
}

void kit_sysevent_event(struct kit_sysevent *to, const char *system, const char *subsystem,
                        const char *type, const char *data)
{
    kit_sysevent_begin(to, KIT_SYSEVENT_FAMILY, 0);
    kit_sysevent_add(to, 1, system, strlen(system) + 1);
    kit_sysevent_add(to, 2, subsystem, strlen(subsystem) + 1);
    kit_sysevent_add(to, 3, type, strlen(type) + 1);
    if (data != NULL)
        kit_sysevent_add(to, 4, data, strlen(data) + 1);
    kit_sysevent_end(to);
}
