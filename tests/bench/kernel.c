/* A simulated kernel for a daemon that reads its guest through the kernel. The functions here are
 * linked in place of those of adapters/freebsd. They return the same prepared output that the
 * guest's programs print. VFJ_BENCH_GUEST is the guest's directory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
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

/* Reads which interface has the data path from the end of the prepared sysctl(8) output, such as
 * "dev.hn.0.rxvf: mce0". */
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

/* The next functions simulate a guest in transparent mode. The file answers/transparent contains
 * the number of its hn interfaces. Their VFs exist as long as the file answers/attached exists. The
 * VFs get the data path when the time vf_xpnt_attwait has passed, as with hn(4). */

static bool has_answer(const char *name)
{
    int fd = open_answer(name);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

enum { RINGS = 4, ATTWAIT_S = 2 };

/* Returns the number of hn interfaces when the guest is in transparent mode, and otherwise 0. */
static unsigned transparent_hns(void)
{
    static int count = -1; /* -1: unknown yet */
    char text[16] = "";
    if (count >= 0)
        return (unsigned)count;
    int fd = open_answer("transparent");
    count = fd >= 0 && read(fd, text, sizeof text - 1) > 0 ? atoi(text) : 0;
    if (fd >= 0)
        close(fd);
    return (unsigned)count;
}

static bool is_transparent(void)
{
    return transparent_hns() > 0;
}

static int64_t milliseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int64_t now_ms(void)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return milliseconds(now);
}

/* Returns the time at which the VFs get the data path, or INT64_MAX when no VF is attached. */
static int64_t switch_ms(void)
{
    struct stat facts;
    int fd = open_answer("attached");
    bool is_attached = fd >= 0 && fstat(fd, &facts) == 0;
    if (fd >= 0)
        close(fd);
    return is_attached ? milliseconds(facts.st_mtim) + ATTWAIT_S * 1000 : INT64_MAX;
}

static bool is_switched(void)
{
    return now_ms() >= switch_ms();
}

/* Returns a counter of packets that has increased by one in each millisecond until the given
 * time. */
static int64_t count_packets(int64_t until_ms)
{
    return 1000000000 + until_ms % 1000000000;
}

/* Returns a counter of packets in hn's own queues. It does not increase while the VFs have the data
 * path. */
static int64_t count_synthetic(void)
{
    int64_t now = now_ms(), switched = switch_ms();
    return count_packets(now < switched ? now : switched);
}

static int list_vfs(bool with_hns, char *value, size_t size)
{
    size_t at = 0;
    value[0] = '\0';
    for (unsigned i = 0; i < transparent_hns() && has_answer("attached"); i++) {
        int length = with_hns
            ? snprintf(value + at, size - at, "%smce%u:hn%u", i > 0 ? " " : "", i, i)
            : snprintf(value + at, size - at, "%smce%u", i > 0 ? " " : "", i);
        if (length < 0 || (size_t)length >= size - at)
            return EIO;
        at += (size_t)length;
    }
    return 0;
}

/* Reads the sysctl dev.hn.UNIT.LEAF into `value`. Returns 0 or an errno. */
static int read_leaf(unsigned unit, const char *leaf, char *value, size_t size)
{
    unsigned ring = 0;
    char rest[16] = "";
    bool is_ring = (sscanf(leaf, "rx.%u.%15s", &ring, rest) == 2
                    || sscanf(leaf, "tx.%u.%15s", &ring, rest) == 2)
        && ring < RINGS && strcmp(rest, "packets") == 0;
    value[0] = '\0';
    if (strcmp(leaf, "vf") == 0)
        return has_answer("attached") && snprintf(value, size, "mce%u", unit) < 0 ? EIO : 0;
    if (strcmp(leaf, "vf_xpnt_enabled") == 0)
        return snprintf(value, size, "%d", is_switched()) < 0 ? EIO : 0;
    if (strcmp(leaf, "tso_max") == 0 || is_ring)
        return snprintf(value, size, "%lld", is_ring ? (long long)count_synthetic() : 65535) < 0
            ? EIO
            : 0;
    return ENOENT;
}

static int read_transparent(const char *name, char *value, size_t size)
{
    static const char *const values[][2]
        = {{"hw.hn.vf_transparent", "1"}, {"hw.hn.vf_xpnt_attwait", "2"}};
    unsigned unit = 0;
    int at = 0;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        if (strcmp(name, values[i][0]) == 0)
            return snprintf(value, size, "%s", values[i][1]) < 0 ? EIO : 0;
    }
    if (strcmp(name, "hw.hn.vflist") == 0 || strcmp(name, "hw.hn.vfmap") == 0)
        return list_vfs(name[sizeof "hw.hn.vf" - 1] == 'm', value, size);
    if (sscanf(name, "dev.mlx5_core.%u.%n", &unit, &at) == 1 && at > 0)
        return snprintf(value, size, "slot=2 function=%u dbsf=pci2:0:2:%u", unit, unit) < 0 ? EIO
                                                                                            : 0;
    if (sscanf(name, "dev.hn.%u.%n", &unit, &at) == 1 && at > 0 && unit < transparent_hns())
        return read_leaf(unit, name + at, value, size);
    return ENOENT;
}

/* Passes the ifconfig text of one interface to the parser. An hn interface has an address, a VF has
 * none. */
static void tell_one(struct vfj_ifconfig_parser *parser, struct vfj_name name)
{
    char text[512];
    bool is_hn = strncmp(name.text, "hn", 2) == 0;
    int length
        = snprintf(text, sizeof text,
                   "%s: flags=8863<%sBROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
                   "\toptions=8051b<RXCSUM,TXCSUM,VLAN_MTU,VLAN_HWTAGGING,TSO4,LRO,LINKSTATE>\n"
                   "%s\tmedia: Ethernet autoselect (10Gbase-T <full-duplex>)\n"
                   "\tstatus: active\n",
                   name.text, is_hn || is_switched() ? "UP," : "",
                   is_hn ? "\tinet 10.0.0.4 netmask 0xffffff00 broadcast 10.0.0.255\n" : "");
    vfj_ifconfig_feed(parser, (struct vfj_span){text, (size_t)length});
}

int vfj_kernel_sysctl(const char *name, char *value, size_t size)
{
    if (is_transparent())
        return read_transparent(name, value, size);
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
    if (is_transparent()) {
        vfj_ifconfig_begin(&parser, tell, context);
        for (unsigned i = 0; i < count; i++) {
            if (wanted[i].text[0] != '\0')
                tell_one(&parser, wanted[i]);
        }
        vfj_ifconfig_end(&parser);
        return 0;
    }
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
    *counters = (struct vfj_counters){.in = count_packets(now_ms()),
                                      .out = count_packets(now_ms()),
                                      .errors_in = 0,
                                      .errors_out = 0,
                                      .drops_in = 12,
                                      .drops_out = 0,
                                      .bits_per_s = INT64_C(40000000000),
                                      .options = 0x8051b,
                                      .media = "Ethernet 40Gbase-CR4 <full-duplex>"};
    return 0;
}

int vfj_kernel_routes(const struct vfj_name *through, unsigned count, vfj_table_route_fn *found,
                      void *context)
{
    (void)through;
    (void)count;
    (void)found;
    (void)context;
    return 0;
}

int vfj_kernel_default_route(bool inet6, struct vfj_default_route *route)
{
    (void)inet6;
    memset(route, 0, sizeof *route);
    return 0;
}
