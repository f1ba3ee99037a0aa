/* One value among the settings of a what-if. Only the files in tools/whatif use this. */
#ifndef VFJ_TOOLS_WHATIF_SETTING_H
#define VFJ_TOOLS_WHATIF_SETTING_H

#include <stdbool.h>

#include "core/limits.h"

struct vfj_setting {
    /* the value is that of a sysctl; otherwise it is that of a variable of rc.conf */
    bool is_sysctl;
    bool is_of_file; /* the value comes from the file of --rc, not from --set */
    char name[64];
    char value[VFJ_VALUE_SIZE];
};

#endif
