/* Files that a process holds in memory while SQLite has them open: without a system call for each page. */
#ifndef VFJ_TESTS_KIT_HELD_FILES_H
#define VFJ_TESTS_KIT_HELD_FILES_H

#include <sqlite3.h>

struct kit_held;

/* The file's contents, shared by all who have it open. Aborts when it can't be read, or there is no memory. */
struct kit_held *kit_held_open(const char *path);

/* As xRead, xWrite, xTruncate and xFileSize of a VFS; all but a read past the end succeed. */
int kit_held_read(const struct kit_held *held, void *to, int amount, sqlite3_int64 offset);
void kit_held_write(struct kit_held *held, const void *from, int amount, sqlite3_int64 offset);
void kit_held_truncate(struct kit_held *held, sqlite3_int64 size);
sqlite3_int64 kit_held_size(const struct kit_held *held);

/* The last one to close it writes what has changed. */
void kit_held_close(struct kit_held *held);

/* Write what has changed of all that are open: somebody is about to look at the files themselves. */
void kit_held_flush(void);

#endif
