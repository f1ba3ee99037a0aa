/* Reads a small file, and replaces a file as a whole. */
#include "tools/replace_file.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/freebsd/guest/guest_file.h"
#include "core/text/text.h"
#include "store/file.h"

enum { PATH_SIZE = 4096 };

typedef bool print_fn(FILE *out, const void *context);

/* The first 32 bits of a request to the process that replaces the file. They are READ, to request
 * the present content, or the length of the new content, which follows. */
#define READ UINT32_MAX

struct content {
    char *bytes;
    size_t length;
};

/* The reply to a request. It comes from a process of another user, so that it must be checked. */
struct answer {
    int32_t error;
    uint32_t length;
    char bytes[VFJ_REPLACE_READ_MAX];
};

/* socket to the process that reads and replaces the file; -1: this process does so itself */
static int publisher = -1;

static int replace(const char *path, mode_t mode, print_fn *print, const void *context)
{
    char name[PATH_SIZE];
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    vfj_text_add(&text, path);
    vfj_text_add(&text, ".XXXXXX");
    if (text.overflow)
        return ENAMETOOLONG;
    int fd = mkstemp(name);
    if (fd < 0)
        return errno;
    FILE *file = fdopen(fd, "w");
    bool written = file != NULL && fchmod(fd, mode) == 0 && print(file, context);
    int error = errno;
    if (file == NULL) {
        (void)close(fd);
    } else if (fclose(file) != 0 && written) {
        written = false;
        error = errno;
    }
    if (written && rename(name, path) == 0)
        return 0;
    error = written ? errno : error;
    (void)unlink(name);
    return error;
}

/* Sends a request and reads the reply. Returns 0 or an errno value. */
static int ask(uint32_t request, const char *bytes, size_t length, struct answer *answer)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    (void)sigaction(SIGPIPE, &ignore, &before);
    bool is_answered = vfj_file_write_all(publisher, &request, sizeof request)
        && vfj_file_write_all(publisher, bytes, length)
        && vfj_file_read_all(publisher, answer, sizeof *answer);
    int error = errno;
    (void)sigaction(SIGPIPE, &before, NULL);
    if (is_answered)
        error = answer->length <= sizeof answer->bytes ? answer->error : EBADMSG;
    return error;
}

static int send_content(const struct content *content)
{
    struct answer answer;
    if (content->length > VFJ_REPLACE_MAX)
        return EFBIG;
    return ask((uint32_t)content->length, content->bytes, content->length, &answer);
}

static int read_file(const char *path, struct answer *answer)
{
    int fd = vfj_guest_file_open(path);
    ssize_t length = fd >= 0 ? read(fd, answer->bytes, sizeof answer->bytes) : -1;
    int error = length < 0 ? errno : 0;
    if (fd >= 0)
        (void)close(fd);
    answer->length = length > 0 ? (uint32_t)length : 0;
    return error;
}

int vfj_replace_file_read(const char *path, char *bytes, size_t size)
{
    struct answer answer = {.length = 0};
    int error = publisher >= 0 ? ask(READ, NULL, 0, &answer) : read_file(path, &answer);
    struct vfj_text text = vfj_text_begin(bytes, size);
    if (error == 0)
        vfj_text_add_span(&text, (struct vfj_span){answer.bytes, answer.length});
    return error;
}

static int print_and_send(print_fn *print, const void *context)
{
    struct content content = {.length = 0};
    FILE *memory = open_memstream(&content.bytes, &content.length);
    bool printed = memory != NULL && print(memory, context);
    int error = errno;
    if (memory != NULL && fclose(memory) != 0 && printed) {
        printed = false;
        error = errno;
    }
    error = printed ? send_content(&content) : error;
    free(content.bytes);
    return error;
}

int vfj_replace_file(const char *path, mode_t mode, print_fn *print, const void *context)
{
    return publisher >= 0 ? print_and_send(print, context) : replace(path, mode, print, context);
}

void vfj_replace_file_by(int socket)
{
    publisher = socket;
}

static bool print_content(FILE *out, const void *context)
{
    const struct content *content = context;
    return fwrite(content->bytes, 1, content->length, out) == content->length;
}

/* Reads the new content from the socket and replaces the file by it. Returns false when the request
 * is invalid, or when the process at the other end has closed the socket. */
static bool take_content(int socket, uint32_t length, const char *path, mode_t mode, int32_t *error)
{
    struct content content = {.length = length};
    if (length > VFJ_REPLACE_MAX)
        return false;
    content.bytes = malloc((size_t)length + 1);
    bool is_whole = content.bytes != NULL && vfj_file_read_all(socket, content.bytes, length);
    if (is_whole)
        *error = replace(path, mode, print_content, &content);
    free(content.bytes);
    return is_whole;
}

void vfj_replace_file_serve(int socket, const char *path, mode_t mode)
{
    uint32_t request;
    while (vfj_file_read_all(socket, &request, sizeof request)) {
        struct answer answer = {.error = 0};
        if (request == READ)
            answer.error = read_file(path, &answer);
        else if (!take_content(socket, request, path, mode, &answer.error))
            return;
        if (!vfj_file_write_all(socket, &answer, sizeof answer))
            return;
    }
}
