/* Makes messages like those of nlsysevent(4), for tests. */
#ifndef VFJ_TESTS_KIT_SYSEVENT_H
#define VFJ_TESTS_KIT_SYSEVENT_H

#include <stddef.h>
#include <stdint.h>

enum { KIT_SYSEVENT_FAMILY = 27, KIT_SYSEVENT_SIZE = 4096 };

/* A datagram that is being written. */
struct kit_sysevent {
    size_t length, message;
    char bytes[KIT_SYSEVENT_SIZE];
};

/* kit_sysevent_begin() begins a message with this type and command; kit_sysevent_end() ends it. */
void kit_sysevent_begin(struct kit_sysevent *to, uint16_t type, uint8_t command);
void kit_sysevent_end(struct kit_sysevent *to);

/* These functions add an attribute to the message. kit_sysevent_open() begins an attribute that
 * contains all attributes added until kit_sysevent_close() is called with its result. */
void kit_sysevent_add(struct kit_sysevent *to, uint16_t type, const void *value, size_t length);
size_t kit_sysevent_open(struct kit_sysevent *to, uint16_t type);
void kit_sysevent_close(struct kit_sysevent *to, size_t place);

/* Adds the attributes of a whole event. `data` may be NULL. */
void kit_sysevent_event(struct kit_sysevent *to, const char *system, const char *subsystem,
                        const char *type, const char *data);

#endif
