/* The boots that `vfjournal show --list-boots` lists. */
#ifndef VFJ_TOOLS_SHOW_BOOTS_H
#define VFJ_TOOLS_SHOW_BOOTS_H

#include "tools/show/show.h"

/* A boot, and the times of its records. */
struct vfj_boot {
    uint64_t number;
    int64_t first_us, last_us;
    char id[64]; /* the kernel's boot id; untrusted bytes */
};

/* Prints the header of the format, if it has one. */
void vfj_boots_print_header(const struct vfj_show *show);

/* Prints a boot in the format of the options. */
void vfj_boot_print(struct vfj_show *show, const struct vfj_boot *boot);

#endif
