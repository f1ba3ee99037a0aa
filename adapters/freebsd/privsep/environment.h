/* Cleans the environment of a process that gives up root's rights. */
#ifndef VFJ_FREEBSD_PRIVSEP_ENVIRONMENT_H
#define VFJ_FREEBSD_PRIVSEP_ENVIRONMENT_H

/* Keeps TZ, LANG, LC_*, TERM, COLUMNS, NO_COLOR and TMPDIR in the environment. Overwrites the
 * bytes of all other variables in place, since the kernel shows these bytes to the new user, and
 * a core dump contains them. The caller has started no thread, and has not called setenv(3) or
 * putenv(3). */
void vfj_environment_clean(void);

#endif
