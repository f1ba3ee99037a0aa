/* Writes archives for tar(1), in the format ustar (tar(5); IEEE Std 1003.1, pax). */
#include "tools/bundle/tar.h"

#include <string.h>

#include "core/check.h"

enum { BLOCK = 512, NAME_SIZE = 100 };

/* A field of the header: its offset, and its size including the byte that ends it. */
struct field {
    size_t at, size;
};

static void put_octal(char header[BLOCK], struct field field, uint64_t value)
{
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%0*llo", (int)field.size - 1, (unsigned long long)value);
    VFJ_CHECK(strlen(digits) < field.size);
    memcpy(header + field.at, digits, field.size);
}

static void make_header(char header[BLOCK], const char *name, int64_t mtime, uint64_t size)
{
    static const struct field mode = {100, 8}, uid = {108, 8}, gid = {116, 8}, length = {124, 12},
                              time = {136, 12}, checksum = {148, 7};
    uint64_t sum = 0;
    VFJ_CHECK(strlen(name) < NAME_SIZE);
    memset(header, 0, BLOCK);
    memcpy(header, name, strlen(name));
    put_octal(header, mode, 0600);
    put_octal(header, uid, 0);
    put_octal(header, gid, 0);
    put_octal(header, length, size);
    put_octal(header, time, mtime > 0 ? (uint64_t)mtime : 0);
    /* the checksum is computed as if its own field contained blanks */
    memset(header + checksum.at, ' ', 8);
    header[156] = '0'; /* the type of a regular file */
    memcpy(header + 257, "ustar", 6);
    memcpy(header + 263, "00", 2);
    for (size_t i = 0; i < BLOCK; i++)
        sum += (unsigned char)header[i];
    put_octal(header, checksum, sum);
}

static bool pad(FILE *out, uint64_t length)
{
    static const char zeros[BLOCK];
    size_t rest = (size_t)((BLOCK - length % BLOCK) % BLOCK);
    return fwrite(zeros, 1, rest, out) == rest;
}

bool vfj_tar_add(FILE *out, const char *name, int64_t mtime, const char *bytes, size_t length)
{
    char header[BLOCK];
    make_header(header, name, mtime, length);
    return fwrite(header, 1, BLOCK, out) == BLOCK
        && (length == 0 || fwrite(bytes, 1, length, out) == length) && pad(out, length);
}

bool vfj_tar_add_stream(FILE *out, const char *name, int64_t mtime, FILE *from)
{
    char header[BLOCK], bytes[8192];
    uint64_t copied = 0;
    size_t count;
    off_t size = fseeko(from, 0, SEEK_END) == 0 ? ftello(from) : -1;
    if (size < 0 || fseeko(from, 0, SEEK_SET) != 0)
        return false;
    make_header(header, name, mtime, (uint64_t)size);
    if (fwrite(header, 1, BLOCK, out) != BLOCK)
        return false;
    while ((count = fread(bytes, 1, sizeof bytes, from)) > 0) {
        if (fwrite(bytes, 1, count, out) != count)
            return false;
        copied += count;
    }
    return ferror(from) == 0 && copied == (uint64_t)size && pad(out, copied);
}

bool vfj_tar_end(FILE *out)
{
    static const char zeros[2 * BLOCK];
    return fwrite(zeros, 1, sizeof zeros, out) == sizeof zeros;
}
