/* Replaces libFuzzer where it is not available. Passes each file of the named directories to the
 * fuzz target once. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what, const char *path)
{
    fprintf(stderr, "run_corpus: %s: %s\n", what, path);
    exit(1);
}

static void run_file(const char *path, size_t size)
{
    /* The buffer is exactly as large as the input, so that the sanitizer detects a read past its
     * end. */
    uint8_t *data = malloc(size > 0 ? size : 1);
    FILE *file = fopen(path, "rb");

    if (data == NULL || file == NULL || fread(data, 1, size, file) != size)
        fail("cannot read", path);
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
}

static unsigned run_directory(const char *directory)
{
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    unsigned count = 0;

    if (entries == NULL)
        fail("cannot open", directory);
    while ((entry = readdir(entries)) != NULL) {
        char path[4096];
        struct stat status;
        int length = snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);

        if (length < 0 || (size_t)length >= sizeof path || stat(path, &status) != 0)
            fail("cannot read", entry->d_name);
        if (!S_ISREG(status.st_mode))
            continue;
        run_file(path, (size_t)status.st_size);
        count++;
    }
    closedir(entries);
    return count;
}

int main(int argc, char **argv)
{
    unsigned count = 0;

    for (int i = 1; i < argc; i++)
        count += run_directory(argv[i]);
    printf("%u inputs\n", count);
    return 0;
}
