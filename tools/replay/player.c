/* Shows the records of a journal one after the other in the terminal, slowly enough for people to
 * follow. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/freebsd/run/clock.h"
#include "core/data/command.h"
#include "tools/output.h"
#include "tools/progress.h"
#include "tools/replay/replay.h"
#include "tools/replay/screen.h"
#include "tools/terminal.h"
#include "tools/time_format.h"
#include "tools/verb.h"
#include "tools/whatif/whatif.h"

enum {
    /* the longest pause between two records; longer pauses are shortened to it */
    PAUSE_MAX_MS = 2000,
    SPEED_MAX = 6, /* the speed ranges from 2^-6 to 2^6 */
    LINE_SIZE = 1024,
    DIGITS_MAX = 18,
};

struct stop {
    uint64_t seq;
    int64_t wall_us;
};

struct player {
    struct vfj_journal *journal;
    const char *name;
    struct stop *list; /* the records that are shown */
    size_t count, room;
    size_t at; /* index of the newest record on the screen */
    int speed; /* the speed is two to the power of this number */
    bool is_paused;
    bool asks; /* the user is typing the number of a record to jump to */
    char digits[DIGITS_MAX + 1];
    int64_t due_us; /* time at which the next record is shown */
};

/* Returns true when the player shows the record. It shows what `vfjournal show` prints without -a,
 * except for changes of links. */
static bool is_shown(const struct vfj_record *record, struct vfj_event *event,
                     struct vfj_command *command)
{
    if (record->kind == VFJ_RECORD_COMMAND)
        return vfj_command_decode(record->body, command) == VFJ_OK && !vfj_command_reads(command);
    if (record->kind == VFJ_EVENT_DEVD)
        return vfj_event_decode(VFJ_EVENT_DEVD, record->body, event) == VFJ_OK
            && event->as.devd.kind != VFJ_DEVD_OTHER && event->as.devd.kind != VFJ_DEVD_LINK
            && event->as.devd.kind != VFJ_DEVD_ADDRESS;
    return record->kind == VFJ_RECORD_TRANSITION || record->kind == VFJ_EVENT_STARTED
        || record->kind == VFJ_EVENT_STOPPING || record->kind == VFJ_EVENT_STOPPED
        || record->kind == VFJ_EVENT_GAP || record->kind == VFJ_EVENT_CONFIGURED;
}

static bool add(struct player *player, const struct vfj_record *record)
{
    if (player->count == player->room) {
        size_t room = 2 * player->room + 1024;
        struct stop *more = realloc(player->list, room * sizeof *more);
        if (more == NULL)
            return false;
        player->list = more;
        player->room = room;
    }
    player->list[player->count++] = (struct stop){record->seq, record->wall_us};
    return true;
}

static enum vfj_status read_stops(struct player *player)
{
    struct vfj_record record;
    enum vfj_status status;
    bool has_memory = true;
    struct vfj_event *event = malloc(sizeof *event);
    struct vfj_command *command = malloc(sizeof *command);
    vfj_journal_walk(player->journal, 1, VFJ_FORWARD);
    while ((status = vfj_journal_next(player->journal, &record)) == VFJ_OK && has_memory)
        has_memory = event != NULL && command != NULL
            && (!is_shown(&record, event, command) || add(player, &record));
    vfj_journal_walk_end(player->journal);
    free(event);
    free(command);
    if (!has_memory)
        return VFJ_SYSTEM;
    return status == VFJ_END ? VFJ_OK : status;
}

/* Prints a line. Cuts it at the width of the terminal, so that it takes only one row of the
 * screen. */
static void print_cut(const char *line, int columns)
{
    (void)printf("%.*s\033[K\r\n", columns, line);
}

static void print_stop(const struct player *player, size_t index, int columns)
{
    char *bytes = NULL;
    size_t length = 0;
    struct vfj_record record;
    struct vfj_style style = {.width = 0, .who_width = VFJ_WHO_WIDTH};
    FILE *out = open_memstream(&bytes, &length);
    if (out == NULL)
        return;
    if (vfj_journal_get(player->journal, player->list[index].seq, &record) == VFJ_OK)
        vfj_output_record(out, &style, &record, NULL);
    if (fclose(out) == 0 && bytes != NULL) {
        bytes[strcspn(bytes, "\n")] = '\0';
        print_cut(bytes, columns);
    }
    free(bytes);
}

/* Returns the time between a record of the list and the one before it. */
static int64_t gap_us(const struct player *player, size_t index)
{
    int64_t us = index > 0 ? player->list[index].wall_us - player->list[index - 1].wall_us : 0;
    return us > 0 ? us : 0;
}

static void print_status(const struct player *player, int columns)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    const struct stop *stop = &player->list[player->at];
    if (player->asks) {
        vfj_text_format(&text, "jump to record: %s", player->digits);
    } else {
        bool is_end = player->at + 1 == player->count;
        vfj_text_format(&text, "%s %s%d  record %" PRIu64,
                        is_end                  ? "end"
                            : player->is_paused ? "paused"
                                                : "playing",
                        player->speed < 0 ? "1/" : "x",
                        1 << (player->speed < 0 ? -player->speed : player->speed), stop->seq);
        if (gap_us(player, player->at) > PAUSE_MAX_MS * INT64_C(1000)) {
            vfj_text_add(&text, ", after ");
            vfj_time_add_duration(&text, gap_us(player, player->at));
        }
        vfj_text_add(&text, "  space < > n p g q");
    }
    (void)printf("\033[7m%.*s\033[0m\033[K", columns, line);
    (void)fflush(stdout);
}

static void draw(const struct player *player)
{
    int rows, columns;
    vfj_screen_size(&rows, &columns);
    size_t lines = (size_t)rows - 1;
    size_t first = player->at + 1 > lines ? player->at + 1 - lines : 0;
    (void)fputs("\033[H", stdout);
    for (size_t i = first; i <= player->at; i++)
        print_stop(player, i, columns);
    (void)fputs("\033[J", stdout);
    (void)printf("\033[%d;1H", rows);
    print_status(player, columns);
}

/* Sets the time at which the next record is shown. The pause before the record is the recorded one,
 * at most PAUSE_MAX_MS, divided by the chosen speed. */
static void arm(struct player *player)
{
    int64_t pause_us = 0;
    if (player->at + 1 < player->count)
        pause_us = gap_us(player, player->at + 1);
    if (pause_us > PAUSE_MAX_MS * INT64_C(1000))
        pause_us = PAUSE_MAX_MS * INT64_C(1000);
    pause_us = player->speed < 0 ? pause_us << -player->speed : pause_us >> player->speed;
    player->due_us = vfj_clock_mono_us() + pause_us;
}

static void move_to(struct player *player, size_t index)
{
    player->at = index;
    arm(player);
}

static void change_speed(struct player *player, int by)
{
    int speed = player->speed + by;
    if (speed >= -SPEED_MAX && speed <= SPEED_MAX)
        player->speed = speed;
    arm(player);
}

/* Jumps to the record whose number the user has typed. When the player does not show this record,
 * jumps to the last one before it that is shown. */
static void jump(struct player *player)
{
    uint64_t seq = strtoull(player->digits, NULL, 10);
    size_t index = 0;
    while (index + 1 < player->count && player->list[index + 1].seq <= seq)
        index++;
    player->asks = false;
    player->is_paused = true;
    if (player->digits[0] != '\0')
        move_to(player, index);
}

/* Handles a key while the user types the number of a record. */
static void take_digit(struct player *player, int key)
{
    size_t length = strlen(player->digits);
    if (key == '\n' || key == '\r')
        jump(player);
    else if (key == '\033' || key == 'q')
        player->asks = false;
    else if ((key == '\177' || key == '\b') && length > 0)
        player->digits[length - 1] = '\0';
    else if (key >= '0' && key <= '9' && length < DIGITS_MAX)
        player->digits[length] = (char)key;
}

/* Handles a key. Returns false when the player must end. */
static bool take_key(struct player *player, int key)
{
    if (player->asks) {
        take_digit(player, key);
        return true;
    }
    switch (key) {
    case 'q':
        return false;
    case ' ':
        player->is_paused = !player->is_paused;
        arm(player);
        break;
    case '<':
        change_speed(player, -1);
        break;
    case '>':
        change_speed(player, 1);
        break;
    case 'n':
    case 'p':
        player->is_paused = true;
        if (key == 'n' && player->at + 1 < player->count)
            move_to(player, player->at + 1);
        if (key == 'p' && player->at > 0)
            move_to(player, player->at - 1);
        break;
    case 'g':
        player->asks = true;
        memset(player->digits, 0, sizeof player->digits);
        break;
    default:
        break;
    }
    return true;
}

/* Returns how many milliseconds to wait for a key; -1: without a limit. */
static int wait_ms(const struct player *player)
{
    int64_t left_us = player->due_us - vfj_clock_mono_us();
    if (player->is_paused || player->asks || player->at + 1 == player->count)
        return -1;
    return left_us > 0 ? (int)((left_us + 999) / 1000) : 0;
}

static void play(struct player *player)
{
    bool goes_on = true;
    arm(player);
    draw(player);
    while (goes_on) {
        int key = vfj_screen_key(wait_ms(player));
        if (key == VFJ_KEY_END)
            return;
        if (key == VFJ_KEY_NONE && player->at + 1 < player->count)
            move_to(player, player->at + 1);
        if (key >= 0)
            goes_on = take_key(player, key);
        if (goes_on)
            draw(player);
    }
}

static int play_journal(struct vfj_journal *journal, const char *name)
{
    struct player player = {.journal = journal, .name = name};
    enum vfj_status status = read_stops(&player);
    vfj_progress_end();
    int exit_status = VFJ_EXIT_OK;
    if (status != VFJ_OK) {
        exit_status = vfj_complain_status(name, status, vfj_journal_detail(journal));
    } else if (player.count == 0) {
        vfj_complain(name, "no record to play");
        exit_status = VFJ_EXIT_DIFFERENT;
    } else if (!vfj_screen_take()) {
        exit_status = vfj_complain_status("--play", VFJ_SYSTEM, strerror(errno));
    } else {
        play(&player);
        (void)fflush(stdout);
        vfj_screen_give_back();
    }
    free(player.list);
    return exit_status;
}

/* Shows the journal that results from playing a trace, or from playing a journal with other
 * settings. */
static int play_played(const struct vfj_input *input, const struct vfj_replay_options *options)
{
    struct vfj_whatif *whatif = calloc(1, sizeof *whatif);
    if (whatif == NULL)
        return vfj_complain_status(input->name, VFJ_SYSTEM, "out of memory");
    int exit_status = vfj_whatif_open(whatif, input, &options->settings, NULL);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = play_journal(whatif->b.journal, input->name);
    vfj_whatif_close(whatif);
    free(whatif);
    return exit_status;
}

int vfj_replay_play(const struct vfj_input *input, const struct vfj_replay_options *options)
{
    struct vfj_journal *journal = NULL;
    if (input->bytes != NULL || vfj_settings_any(&options->settings))
        return play_played(input, options);
    enum vfj_status status = vfj_journal_open(&journal, input->path, VFJ_JOURNAL_READ);
    int exit_status = status == VFJ_OK
        ? play_journal(journal, input->name)
        : vfj_complain_status(input->name, status, vfj_journal_detail(journal));
    vfj_journal_close(journal);
    return exit_status;
}
