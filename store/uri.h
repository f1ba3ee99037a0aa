/* Makes an SQLite URI of a path. */
#ifndef VFJ_STORE_URI_H
#define VFJ_STORE_URI_H

#include <limits.h>
#include <stdbool.h>

enum { VFJ_URI_SIZE = 3 * PATH_MAX + 64 };

/* Writes "file:PATH?query" and encodes every special byte of the path
 * (https://www.sqlite.org/uri.html). Even the paths ":memory:" and "file:x?mode=rwc" therefore
 * name files. Returns false when the path is empty or too long. */
bool vfj_uri_of(const char *path, const char *query, char uri[VFJ_URI_SIZE]);

#endif
