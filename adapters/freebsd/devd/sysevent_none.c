/* Systems without nlsysevent(4). */
#include <errno.h>

#include "adapters/freebsd/devd/sysevent.h"

int vfj_sysevent_open(bool network_only, uint16_t *family)
{
    (void)network_only;
    *family = 0;
    errno = ENOSYS;
    return -1;
}
