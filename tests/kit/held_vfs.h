/* An SQLite VFS that keeps the content of its files in memory. It makes no system call to read or
 * write a page, to lock a file, or to check a name. */
#ifndef VFJ_TESTS_KIT_HELD_VFS_H
#define VFJ_TESTS_KIT_HELD_VFS_H

/* Makes this VFS the default one until the process ends. No other process may write the files.
 * Other processes can see that a file exists; they see its size and its first 100 bytes as they
 * were when it was last closed. */
void kit_held_install(void);

/* Writes the present size and first 100 bytes of each file to disk, for other processes. */
void kit_held_show(void);

/* Writes all files to disk and frees their memory. Call this before other code reads or changes the
 * files. No file may be open. */
void kit_held_release(void);

#endif
