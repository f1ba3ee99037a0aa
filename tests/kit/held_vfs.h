/* An SQLite VFS that holds its files in memory. It makes no system call for a page, a lock or a
 * check of a name. */
#ifndef VFJ_TESTS_KIT_HELD_VFS_H
#define VFJ_TESTS_KIT_HELD_VFS_H

/* Makes this VFS the default one until the process ends. The process must be the only one that
 * uses the files. Other processes see that a file exists, and its size and first 100 bytes as of
 * its last close. */
void kit_held_install(void);

/* Writes the present size and first 100 bytes of each file to disk, for other processes. */
void kit_held_show(void);

/* Writes all files to disk and forgets them. Call it before other code reads or changes them. No
 * file may be open. */
void kit_held_release(void);

#endif
