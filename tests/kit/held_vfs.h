/* An SQLite VFS whose files are held in memory: without a system call for each page, lock and look at a name. */
#ifndef VFJ_TESTS_KIT_HELD_VFS_H
#define VFJ_TESTS_KIT_HELD_VFS_H

/* Make it the default VFS, for good. It is for one process that has the files for itself. What others see of them is that
 * they are there; and, while SQLite has one closed, its size and the database header it begins with. */
void kit_held_install(void);

/* Write out what has changed: somebody is about to read the files themselves. */
void kit_held_flush(void);

/* Likewise, and forget all of them, for somebody is about to change the files themselves: nobody has one open. */
void kit_held_release(void);

#endif
