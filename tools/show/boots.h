/* The boots that `vfjournal show --list-boots` lists. */
#ifndef VFJ_TOOLS_SHOW_BOOTS_H
#define VFJ_TOOLS_SHOW_BOOTS_H

#include "tools/show/show.h"

/* A boot of the guest, and the times of the first and the last record that were written during
 * it. */
struct vfj_boot {
    uint64_t number;
    int64_t first_us, last_us;
    char id[64]; /* the id that the kernel gave to this boot; bytes that must not be trusted */
};

/* Prints the header line, if the output format has one. */
void vfj_boots_print_header(const struct vfj_show *show);

/* Prints a line about a boot in the output format that the options give. */
void vfj_boot_print(struct vfj_show *show, const struct vfj_boot *boot);

#endif
