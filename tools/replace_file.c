/* Replaces a small file as a whole. */
#include "tools/replace_file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text/text.h"

enum { PATH_SIZE = 4096 };

int vfj_replace_file(const char *path, mode_t mode, bool (*print)(FILE *out, const void *context),
                     const void *context)
{
    char name[PATH_SIZE];
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    vfj_text_add(&text, path);
    vfj_text_add(&text, ".XXXXXX");
    if (text.overflow)
        return ENAMETOOLONG;
    int fd = mkstemp(name);
    if (fd < 0)
        return errno;
    FILE *file = fdopen(fd, "w");
    bool written = file != NULL && fchmod(fd, mode) == 0 && print(file, context);
    int error = errno;
    if (file == NULL) {
        (void)close(fd);
    } else if (fclose(file) != 0 && written) {
        written = false;
        error = errno;
    }
    if (written && rename(name, path) == 0)
        return 0;
    error = written ? errno : error;
    (void)unlink(name);
    return error;
}
