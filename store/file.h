/* Inspects, identifies and creates the files of a journal. Only vfj_file_create() uses SQLite. */
#ifndef VFJ_STORE_FILE_H
#define VFJ_STORE_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "core/status.h"
#include "core/text/text.h"

struct vfj_file_facts {
    struct stat stat;
    bool wal;      /* a -wal file (SQLite's write-ahead log) exists and is not empty */
    bool shm;      /* a -shm file exists, so that a process may have the WAL open */
    bool rollback; /* a -journal file exists: SQLite may roll the database back with it */
};

/* Returns the status for an errno value of a file operation: JOURNAL_FULL without space,
 * JOURNAL_ACCESS when the path or its permissions are the cause, JOURNAL_IO otherwise. */
enum vfj_status vfj_file_status_of(int error);

/* Writes all bytes to a file or a socket. After a failure returns false and sets errno, which is
 * EPIPE when the peer has closed. */
bool vfj_file_write_all(int fd, const void *bytes, size_t size);

/* Reads exactly `size` bytes. After a failure returns false and sets errno, which is EPIPE when
 * the file or stream ends early. */
bool vfj_file_read_all(int fd, void *bytes, size_t size);

/* The device and the inodes of a journal's open files. 0: unknown. */
struct vfj_file_identity {
    dev_t device;
    ino_t file, wal;
};

/* Checks the first 100 bytes of the file (https://www.sqlite.org/fileformat2.html, section 1.3),
 * and the files beside it. Changes nothing. Returns VFJ_OK when SQLite may open the file. Fails
 * as vfj_journal_open() does, and writes the cause to `detail`. */
enum vfj_status vfj_file_inspect(const char *path, struct vfj_file_facts *facts,
                                 struct vfj_text *detail);

/* Returns true when the file or its WAL has changed since the inspection. */
bool vfj_file_changed(const char *path, const struct vfj_file_facts *facts);

/* Returns the device and inodes of the files that `path` and its -wal name now. */
struct vfj_file_identity vfj_file_identify(const char *path);

/* Returns true when `path` or its -wal no longer names the file of `identity`, since somebody
 * moved, removed or replaced that file. `directory` is an open descriptor of the journal's
 * directory. A process in capability mode cannot look paths up. Such a process looks only the
 * file names up in `directory`, and does not detect that a directory above was moved. */
bool vfj_file_is_moved(const char *path, int directory, const struct vfj_file_identity *identity);

/* Makes a new, empty journal at `path`, durably. The file is complete before it gets the name
 * `path`. Fails with JOURNAL_ACCESS, JOURNAL_FULL or JOURNAL_IO, and writes the cause to
 * `detail`. */
enum vfj_status vfj_file_create(const char *path, struct vfj_text *detail);

#endif
