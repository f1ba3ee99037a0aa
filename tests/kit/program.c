/* Writes small shell scripts that a test lets the adapter run. */
#include "tests/kit/program.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/kit/scratch.h"

const char *kit_program(const char *name, const char *body)
{
    char text[4096];
    (void)snprintf(text, sizeof text, "#!/bin/sh\n%s\n", body);
    const char *path = kit_text(name, text);
    assert_int_equal(chmod(path, 0755), 0);
    return path;
}

const char *kit_text(const char *name, const char *text)
{
    const char *path = kit_path(name);
    kit_write(path, text, strlen(text));
    return path;
}

unsigned kit_open_descriptors(void)
{
    unsigned count = 0;
    for (int fd = 0; fd < 1024; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}
