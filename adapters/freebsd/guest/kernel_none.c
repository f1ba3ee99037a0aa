/* The functions of kernel.h for systems other than FreeBSD. They always fail. */
#include <errno.h>

#include "adapters/freebsd/guest/kernel.h"

bool vfj_kernel_answers(void)
{
    return false;
}

int vfj_kernel_sysctl(const char *name, char *value, size_t size)
{
    (void)name;
    (void)value;
    (void)size;
    return ENOSYS;
}

int vfj_kernel_interfaces(const struct vfj_name *wanted, unsigned count, vfj_interface_fn *found,
                          void *context)
{
    (void)wanted;
    (void)count;
    (void)found;
    (void)context;
    return ENOSYS;
}

int vfj_kernel_counters(struct vfj_name name, struct vfj_counters *counters)
{
    (void)name;
    (void)counters;
    return ENOSYS;
}

int vfj_kernel_routes(const struct vfj_name *through, unsigned count, vfj_table_route_fn *found,
                      void *context)
{
    (void)through;
    (void)count;
    (void)found;
    (void)context;
    return ENOSYS;
}

int vfj_kernel_default_route(bool inet6, struct vfj_default_route *route)
{
    (void)inet6;
    (void)route;
    return ENOSYS;
}
