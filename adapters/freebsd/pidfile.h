/* The daemon's pidfile. */
#ifndef VFJ_FREEBSD_PIDFILE_H
#define VFJ_FREEBSD_PIDFILE_H

/* Make and lock it and write our pid into it, as pidfile(3) does. The descriptor, to be kept open as long as
 * we run, or -1 and errno: EWOULDBLOCK when another process has it locked. */
int vfj_pidfile_open(const char *path);

/* Remove it. */
void vfj_pidfile_close(const char *path, int fd);

#endif
