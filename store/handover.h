/* A new journal handed to another process, which puts it into a directory that this one has no rights in. */
#ifndef VFJ_STORE_HANDOVER_H
#define VFJ_STORE_HANDOVER_H

#include <stdbool.h>

/* The two processes share a stream socket. The publisher says first whether the new file can be made. Then the maker
 * sends the file's length and its bytes. The publisher answers when they are durable at the new path. Both answers are
 * numbers of errno(2), 0 for success. The publisher reads nothing else and never looks at the bytes. */

/* The maker: from now on all places (store/publish.h) are made at PREFIX.XXXXXX, which must hold as long as the process,
 * and put by the publisher behind `socket`. A process does so once. SIGPIPE must be ignored. */
void vfj_handover_use(int socket, const char *prefix);

/* The prefix; NULL when there is no publisher. */
const char *vfj_handover_prefix(void);

/* Waits for the publisher's first answer. False, with errno, when the file can't be made. */
bool vfj_handover_begin(void);

/* Sends the file at `path`. False, with errno, when it can't be read, sent or published. */
bool vfj_handover_send(const char *path);

/* The publisher: serve one maker, then return. Nothing is left beside `to` when the maker ends early. */
void vfj_handover_serve(int socket, const char *to);

/* The publisher's part of it when it can't even try. */
void vfj_handover_refuse(int socket, int error);

#endif
