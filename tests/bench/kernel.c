/* The guest's kernel, for the daemon that asks it: it says what the guest's programs print, from
 * the same prepared answers. The linker takes these functions, not the adapter's. VFJ_BENCH_GUEST
 * is the directory of the guest. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/guest/kernel.h"

static int open_answer(const char *name)
{
    char path[512];
    const char *guest = getenv("VFJ_BENCH_GUEST");
    (void)snprintf(path, sizeof path, "%s/answers/%s", guest != NULL ? guest : "", name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

bool vfj_kernel_answers(void)
{
    return true;
}

/* The end of the answer that sysctl(8) gives for a slot: "dev.hn.0.rxvf: mce0". */
static int read_data_path(char *value, size_t size)
{
    char text[512] = "";
    int fd = open_answer("slot");
    ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    const char *found = length > 0 ? strstr(text, "rxvf: ") : NULL;
    if (found == NULL)
        return EIO;
    (void)snprintf(value, size, "%.*s", (int)strcspn(found + 6, "\n"), found + 6);
    return 0;
}

int vfj_kernel_sysctl(const char *name, char *value, size_t size)
{
    static const char *const values[][2] = {{"hw.hn.vf_transparent", "0"},
                                            {"hw.hn.vflist", "mce0"},
                                            {"hw.hn.vfmap", "mce0:hn0"},
                                            {"dev.hn.0.vf", "mce0"}};
    if (strcmp(name, "dev.hn.0.rxvf") == 0)
        return read_data_path(value, size);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (strcmp(name, values[i][0]) == 0)
            return snprintf(value, size, "%s", values[i][1]) < 0 ? EIO : 0;
    }
    return ENOENT;
}

int vfj_kernel_interfaces(const struct vfj_name *wanted, unsigned count, vfj_interface_fn *tell,
                          void *context)
{
    static char bytes[65536];
    static struct vfj_ifconfig_parser parser;
    (void)wanted;
    (void)count;
    int fd = open_answer("ifconfig");
    ssize_t length = fd >= 0 ? read(fd, bytes, sizeof bytes) : -1;
    if (fd >= 0)
        close(fd);
    if (length < 0)
        return EIO;
    vfj_ifconfig_begin(&parser, tell, context);
    vfj_ifconfig_feed(&parser, (struct vfj_span){bytes, (size_t)length});
    vfj_ifconfig_end(&parser);
    return 0;
}

int vfj_kernel_counters(struct vfj_name name, struct vfj_counters *counters)
{
    (void)name;
    *counters = vfj_counters_unknown();
    return 0;
}

int vfj_kernel_default_route(bool inet6, struct vfj_default_route *route)
{
    (void)inet6;
    memset(route, 0, sizeof *route);
    return 0;
}
