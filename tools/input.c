/* Opens the FILE argument of a verb. A FILE that is not a regular file, such as a pipe, is read
 * only once. */
#include "tools/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file.h"
#include "store/progress.h"
#include "tools/act_as_owner.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum {
    BLOCK_SIZE = 1 << 16,
    /* a FIFO counts as empty when no process has opened it for writing within this time */
    WRITER_WAIT_MS = 1000,
};

static const char magic[16] = "SQLite format 3";

/* The first bytes of an input, which were read to find out whether it is a journal or a trace. */
struct start {
    char bytes[sizeof magic];
    size_t length;
};

int vfj_path_descriptor(const char *path)
{
    uint64_t fd = 0;
    if (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdin") == 0)
        return STDIN_FILENO;
    struct vfj_span span = vfj_span_of(path);
    if (!vfj_span_starts(span, "/dev/fd/"))
        return -1;
    span = vfj_span_of(path + strlen("/dev/fd/"));
    return vfj_span_to_u64(span, &fd) && fd < 65536 ? (int)fd : -1;
}

static int fail(const struct vfj_input *input, int error)
{
    if (error == EACCES || error == EPERM)
        return vfj_complain_status(input->name, VFJ_JOURNAL_ACCESS, strerror(error));
    vfj_complain(input->name, strerror(error));
    return error == EFBIG ? VFJ_EXIT_UNUSABLE : vfj_exit_status_of(vfj_file_status_of(error));
}

/* Reads until `size` bytes were read or the file ends. Returns the number of bytes, or -1 when a
 * read fails. */
static ssize_t read_all(int fd, char *bytes, size_t size)
{
    size_t used = 0;
    while (used < size) {
        ssize_t count = read(fd, bytes + used, size - used);
        if (count < 0 && errno == EAGAIN) {
            struct pollfd ready = {.fd = fd, .events = POLLIN};
            (void)poll(&ready, 1, -1);
            continue;
        }
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        if (count == 0)
            break;
        used += (size_t)count;
    }
    return (ssize_t)used;
}

static bool copy_rest(int from, int to, const struct start *start)
{
    static char block[BLOCK_SIZE];
    ssize_t count;
    uint64_t done = start->length;
    if (!vfj_file_write_all(to, start->bytes, start->length))
        return false;
    vfj_progress_begin("reading the journal", "bytes", 0);
    while ((count = read_all(from, block, sizeof block)) > 0) {
        if (!vfj_file_write_all(to, block, (size_t)count))
            return false;
        done += (uint64_t)count;
        vfj_progress_set(done);
    }
    return count == 0;
}

/* Copies a journal from a descriptor to a temporary file, because SQLite opens files only by
 * name. */
static int copy_journal(struct vfj_input *input, int fd, const struct start *start)
{
    char prefix[PATH_MAX], why[512];
    struct vfj_text text = vfj_text_begin(prefix, sizeof prefix);
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    vfj_text_add(&text, vfj_scratch_directory());
    vfj_text_add(&text, "/vfjournal");
    enum vfj_status status = vfj_publish_begin_temporary(&input->copy, prefix, &detail);
    if (status != VFJ_OK)
        return vfj_complain_status(vfj_scratch_directory(), status, why);
    input->path = input->copy.path;
    int to = open(input->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0)
        return fail(input, errno);
    bool copied = copy_rest(fd, to, start);
    int error = errno;
    bool closed = close(to) == 0;
    error = copied && !closed ? errno : error;
    return copied && closed ? VFJ_EXIT_OK : fail(input, error);
}

static bool grow(struct vfj_input *input, size_t *size)
{
    *size = *size > 0 ? 2 * *size : BLOCK_SIZE;
    char *more = realloc(input->bytes, *size);
    if (more != NULL)
        input->bytes = more;
    return more != NULL;
}

static int read_trace(struct vfj_input *input, int fd, const struct start *start)
{
    size_t size = 0;
    struct stat facts;
    if (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size >= VFJ_TRACE_FILE_MAX)
        return fail(input, EFBIG);
    if (!grow(input, &size))
        return fail(input, ENOMEM);
    memcpy(input->bytes, start->bytes, start->length);
    input->length = start->length;
    vfj_progress_begin("reading the trace", "bytes", 0);
    for (;;) {
        vfj_progress_set(input->length);
        ssize_t count = read_all(fd, input->bytes + input->length, size - input->length);
        if (count < 0)
            return fail(input, errno);
        input->length += (size_t)count;
        if (input->length < size)
            return VFJ_EXIT_OK;
        if (size >= VFJ_TRACE_FILE_MAX)
            return fail(input, EFBIG);
        if (!grow(input, &size))
            return fail(input, ENOMEM);
    }
}

static int refuse_empty(const struct vfj_input *input)
{
    vfj_complain(input->name, "the file is empty: it holds no records");
    return VFJ_EXIT_DIFFERENT;
}

static bool is_journal(const struct start *start)
{
    return start->length > 0 && memcmp(start->bytes, magic, start->length) == 0;
}

/* Reads an input, such as a pipe, that can be read only once. */
static int read_stream(struct vfj_input *input, int fd, bool takes_trace)
{
    struct start start = {.length = 0};
    ssize_t count = read_all(fd, start.bytes, sizeof start.bytes);
    if (count < 0)
        return fail(input, errno);
    start.length = (size_t)count;
    if (start.length == 0)
        return refuse_empty(input);
    if (is_journal(&start))
        return copy_journal(input, fd, &start);
    if (takes_trace)
        return read_trace(input, fd, &start);
    vfj_complain(input->name, "not a vfjournal journal: not a database");
    return VFJ_EXIT_UNUSABLE;
}

static int open_regular(struct vfj_input *input, int fd, const struct stat *facts, bool takes_trace)
{
    struct start start = {.length = 0};
    if (facts->st_size == 0)
        return refuse_empty(input);
    if (!takes_trace)
        return VFJ_EXIT_OK;
    ssize_t count = read_all(fd, start.bytes, sizeof start.bytes);
    if (count < 0)
        return fail(input, errno);
    start.length = (size_t)count;
    return is_journal(&start) ? VFJ_EXIT_OK : read_trace(input, fd, &start);
}

/* Waits a limited time until a process opens the FIFO for writing. */
static void await_writer(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    (void)poll(&ready, 1, WRITER_WAIT_MS);
}

static int open_path(struct vfj_input *input, int fd, bool takes_trace)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0)
        return fail(input, errno);
    if (S_ISREG(facts.st_mode))
        return open_regular(input, fd, &facts, takes_trace);
    if (S_ISFIFO(facts.st_mode)) {
        await_writer(fd);
        return read_stream(input, fd, takes_trace);
    }
    if (!takes_trace)
        return VFJ_EXIT_OK; /* vfj_journal_open() will report what is wrong with the file */
    vfj_complain(input->name, "not a regular file");
    return VFJ_EXIT_UNUSABLE;
}

static int open_input(struct vfj_input *input, const char *path, bool takes_trace)
{
    memset(input, 0, sizeof *input);
    input->path = path;
    input->name = path;
    int fd = vfj_path_descriptor(path);
    if (fd >= 0) {
        input->name = fd == STDIN_FILENO ? "standard input" : path;
        return read_stream(input, fd, takes_trace);
    }
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return takes_trace ? fail(input, errno) : VFJ_EXIT_OK;
    int exit_status = open_path(input, fd, takes_trace);
    (void)close(fd);
    return exit_status;
}

int vfj_input_open_journal(struct vfj_input *input, const char *path)
{
    return open_input(input, path, false);
}

int vfj_input_open(struct vfj_input *input, const char *path)
{
    return open_input(input, path, true);
}

void vfj_input_close(struct vfj_input *input)
{
    vfj_publish_end(&input->copy);
    free(input->bytes);
    input->bytes = NULL;
}
