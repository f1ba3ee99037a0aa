/* The functions of process.h for Linux: proc(5) and prctl(2). */
#include "adapters/freebsd/guest/process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/text/text.h"

bool vfj_process_name(pid_t pid, char *name, size_t size)
{
    char path[48], bytes[64];
    struct vfj_text text = vfj_text_begin(path, sizeof path);
    vfj_text_format(&text, "/proc/%ld/comm", (long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t count = read(fd, bytes, sizeof bytes);
    close(fd);
    if (count <= 0)
        return false;
    const char *end = memchr(bytes, '\n', (size_t)count);
    vfj_span_copy(name, size,
                  (struct vfj_span){bytes, end != NULL ? (size_t)(end - bytes) : (size_t)count});
    return true;
}

bool vfj_process_executable(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size);
    if (length <= 0 || (size_t)length >= size)
        return false;
    path[length] = '\0';
    return true;
}

void vfj_process_set_title(const char *title)
{
    (void)prctl(PR_SET_NAME, title, 0, 0, 0);
}

bool vfj_process_signal_at_parents_end(int signal)
{
    return prctl(PR_SET_PDEATHSIG, (unsigned long)signal, 0, 0, 0) == 0;
}

void vfj_process_forgo_rights(void)
{
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
