/* The verb play of vfj_guest: runs a scenario, which is a file of lines "@SECONDS host-command
 * ...". Each command runs at its time. */
#include "tests/guest/control.h"
#include "tests/guest/text.h"

#include <stdio.h>
#include <string.h>

static int play_line(char *line, const char *path, unsigned number, double began, double speed)
{
    char *words[GUEST_WORDS_MAX];
    double at;
    size_t count = guest_words(line, words, GUEST_WORDS_MAX);

    if (count == 0 || words[0][0] == '#') {
        return 0;
    }
    if (count < 2 || words[0][0] != '@' || !guest_seconds(words[0] + 1, &at)) {
        fprintf(stderr, "vfj_guest: %s:%u: not a line of a scenario\n", path, number);
        return 65;
    }
    double left = began + at / speed - guest_now();
    if (left > 0) {
        guest_sleep(left);
    }
    return guest_host((int)count - 1, words + 1);
}

/* Continues after a command that failed. Returns the first exit status that is not 0, or 0 when
 * every command succeeded. */
int guest_play(void *file, const char *path, double speed)
{
    char line[GUEST_LINE_SIZE];
    double began = guest_now();
    int status = 0;

    for (unsigned number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        int one = play_line(line, path, number, began, speed);
        status = status != 0 ? status : one;
    }
    return status;
}
