/* An SQLite VFS whose files are held in memory: without a system call for each page, lock and look
 * at a name. */
#ifndef VFJ_TESTS_KIT_HELD_VFS_H
#define VFJ_TESTS_KIT_HELD_VFS_H

/* Make it the default VFS, for good. It is for one process that has the files for itself. Others
 * see of a file that it is there, and its size and the database header that it begins with as they
 * were when SQLite closed it. */
void kit_held_install(void);

/* Show others the size and the header of each file as they are now. */
void kit_held_show(void);

/* Write the files out, and forget them: somebody is about to read or change them themselves. Nobody
 * has one open. */
void kit_held_release(void);

#endif
