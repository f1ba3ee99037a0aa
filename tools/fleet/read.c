/* Reads the migrations of a fleet from journals, and from rows of the fleet database. */
#include <stdlib.h>
#include <string.h>

#include "store/fleet_row.h"
#include "tools/audit/source.h"
#include "tools/fleet/fleet.h"
#include "tools/terminal.h"
#include "tools/verb.h"

/* Enlarges a list if it has no room for one more element. Returns false when memory runs out. */
static bool grow(struct vfj_fleet *fleet, void **list, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return true;
    size_t wanted = *room == 0 ? 64 : 2 * *room;
    void *grown = wanted <= SIZE_MAX / size ? realloc(*list, wanted * size) : NULL;
    if (grown == NULL) {
        fleet->no_memory = true;
        return false;
    }
    *list = grown;
    *room = wanted;
    return true;
}

size_t vfj_fleet_add_guest(struct vfj_fleet *fleet, const char *name)
{
    char shown[256];
    struct vfj_text text = vfj_text_begin(shown, sizeof shown);
    vfj_terminal_add(&text, vfj_span_of(name));
    /* the rows of a guest are usually next to each other, so the search begins with the newest
     * guest */
    for (size_t i = fleet->guest_count; i > 0; i--) {
        if (strcmp(fleet->guests[i - 1].name, shown) == 0)
            return i - 1;
    }
    void *list = fleet->guests;
    if (!grow(fleet, &list, &fleet->guest_room, fleet->guest_count, sizeof *fleet->guests))
        return SIZE_MAX;
    fleet->guests = list;
    char *copy = strdup(shown);
    if (copy == NULL) {
        fleet->no_memory = true;
        return SIZE_MAX;
    }
    fleet->guests[fleet->guest_count] = (struct vfj_fleet_guest){.name = copy, .longest_us = -1};
    return fleet->guest_count++;
}

void vfj_fleet_add(struct vfj_fleet *fleet, const struct vfj_fleet_migration *migration)
{
    void *list = fleet->migrations;
    if (migration->began_us < fleet->since_us || migration->began_us > fleet->until_us
        || !grow(fleet, &list, &fleet->migration_room, fleet->migration_count,
                 sizeof *fleet->migrations))
        return;
    fleet->migrations = list;
    fleet->migrations[fleet->migration_count++] = *migration;
}

/* --- journals --- */

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static enum vfj_status add_episodes(struct vfj_fleet *fleet, struct vfj_audit_source *source,
                                    size_t guest)
{
    struct vfj_audit *audit = &source->audit;
    enum vfj_status status = VFJ_OK;
    for (size_t i = 0; i < audit->count && status == VFJ_OK; i++) {
        struct vfj_episode *episode = &audit->episodes[i];
        if (episode->kind != VFJ_EPISODE_MIGRATION)
            continue;
        status = vfj_audit_count_commands(source->journal, episode);
        vfj_fleet_add(fleet,
                      &(struct vfj_fleet_migration){
                          .guest = guest,
                          .slot = episode->slot,
                          .began_us = episode->begin.wall_us,
                          .us = episode->ended ? vfj_episode_us(episode) : -1,
                          .failed = episode->has_fault || episode->commands.failed > 0,
                      });
    }
    return status;
}

int vfj_fleet_read_journal(struct vfj_fleet *fleet, const char *path)
{
    struct vfj_audit_source source = {.quiet = false};
    int exit_status = vfj_audit_source_open(&source, path);
    if (exit_status == VFJ_EXIT_OK) {
        size_t guest = vfj_fleet_add_guest(fleet, base_of(path));
        enum vfj_status status
            = guest == SIZE_MAX ? VFJ_SYSTEM : add_episodes(fleet, &source, guest);
        exit_status = status == VFJ_OK ? vfj_audit_source_report(&source)
                                       : vfj_audit_source_fail(&source, status);
    }
    vfj_audit_source_close(&source);
    return exit_status;
}

/* --- rows of the database --- */

/* Adds the migration of a line. Ignores a row that is not a migration. Returns NULL, or the reason
 * why the line is not a valid row. */
static const char *add_row(struct vfj_fleet *fleet, struct vfj_fleet_row_reader *reader,
                           struct vfj_span line)
{
    struct vfj_fleet_row row;
    const char *reason = vfj_fleet_row_read(reader, line, &row);
    size_t guest
        = reason == NULL && row.is_migration ? vfj_fleet_add_guest(fleet, row.guest) : SIZE_MAX;
    if (guest != SIZE_MAX)
        vfj_fleet_add(fleet,
                      &(struct vfj_fleet_migration){
                          .guest = guest,
                          .slot = row.slot,
                          .began_us = row.began_us,
                          .us = row.us,
                          .failed = row.has_errors,
                      });
    return reason;
}

int vfj_fleet_read_rows(struct vfj_fleet *fleet, const char *name, const char *bytes, size_t length)
{
    struct vfj_fleet_row_reader *reader = vfj_fleet_row_open();
    struct vfj_span rest = {bytes, length};
    char first[160] = "", message[240];
    unsigned long bad = 0;
    fleet->no_memory |= reader == NULL;
    for (unsigned long number = 1; reader != NULL && rest.length > 0; number++) {
        const char *end = memchr(rest.text, '\n', rest.length);
        size_t line = end != NULL ? (size_t)(end - rest.text) : rest.length;
        const char *reason = add_row(fleet, reader, (struct vfj_span){rest.text, line});
        if (reason != NULL && bad++ == 0)
            (void)snprintf(first, sizeof first, "line %lu: %s", number, reason);
        line += end != NULL;
        rest = (struct vfj_span){rest.text + line, rest.length - line};
    }
    vfj_fleet_row_close(reader);
    if (bad == 0)
        return VFJ_EXIT_OK;
    (void)snprintf(message, sizeof message, "%s (bad lines: %lu)", first, bad);
    vfj_complain(name, message);
    return VFJ_EXIT_UNUSABLE;
}

void vfj_fleet_free(struct vfj_fleet *fleet)
{
    for (size_t i = 0; i < fleet->guest_count; i++)
        free(fleet->guests[i].name);
    free(fleet->guests);
    free(fleet->migrations);
}
