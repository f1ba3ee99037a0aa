/* Makes an SQLite URI of a path. */
#include "store/uri.h"

#include <string.h>

#include "core/text/text.h"

static bool literal(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || (c != '\0' && strchr("-._~/", c) != NULL);
}

bool vfj_uri_of(const char *path, const char *query, char uri[VFJ_URI_SIZE])
{
    struct vfj_text text = vfj_text_begin(uri, VFJ_URI_SIZE);
    vfj_text_add(&text, path[0] == '/' ? "file://" : "file:./");
    for (const char *c = path; *c != '\0'; c++) {
        if (literal(*c)) {
            vfj_text_add_char(&text, *c);
        } else {
            vfj_text_add_char(&text, '%');
            vfj_text_add_hex(&text, (unsigned char)*c, 2);
        }
    }
    vfj_text_add(&text, query);
    return !text.overflow && path[0] != '\0';
}
