/* One value of a what-if. For the files of tools/whatif only. */
#ifndef VFJ_TOOLS_WHATIF_SETTING_H
#define VFJ_TOOLS_WHATIF_SETTING_H

#include <stdbool.h>

#include "core/limits.h"

struct vfj_setting {
    bool is_sysctl;  /* else a variable of rc.conf */
    bool is_of_file; /* of --rc, not of --set */
    char name[64];
    char value[VFJ_VALUE_SIZE];
};

#endif
