/* One value of the settings of a what-if. Only for the files in tools/whatif. */
#ifndef VFJ_TOOLS_WHATIF_SETTING_H
#define VFJ_TOOLS_WHATIF_SETTING_H

#include <stdbool.h>

#include "core/limits.h"

struct vfj_setting {
    bool is_sysctl;  /* a sysctl; otherwise a variable of rc.conf */
    bool is_of_file; /* the value comes from --rc, not from --set */
    char name[64];
    char value[VFJ_VALUE_SIZE];
};

#endif
