/* SQLite's name for a path. */
#ifndef VFJ_STORE_URI_H
#define VFJ_STORE_URI_H

#include <limits.h>
#include <stdbool.h>

enum { VFJ_URI_SIZE = 3 * PATH_MAX + 64 };

/* "file:PATH?query" with every byte of the path taken literally (sqlite.org/uri.html), so that a file named
 * ":memory:" or "file:x?mode=rwc" is that file. False when it is too long. */
bool vfj_uri_of(const char *path, const char *query, char uri[VFJ_URI_SIZE]);

#endif
