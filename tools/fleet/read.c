/* Reads the migrations of a fleet from journals, and from rows of the database. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "tools/audit/source.h"
#include "tools/fleet/fleet.h"
#include "tools/terminal.h"
#include "tools/verb.h"

/* Makes room for one more element. Returns false when memory runs out. */
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
    /* the rows of a guest are usually next to each other, so start with the newest guest */
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

/* julianday() returns days with a resolution of milliseconds. */
static const char row_sql[] = /**/
    "SELECT CASE WHEN json_extract(?1, '$.host') GLOB '00000000-0000-0000-0000-*'"
    "  THEN json_extract(?1, '$.source') ELSE json_extract(?1, '$.host') END,"
    "  json_extract(?1, '$.slot'),"
    "  (julianday(json_extract(?1, '$.began')) - 2440587.5) * 86400.0,"
    "  json_extract(?1, '$.seconds'), json_extract(?1, '$.errors') > 0,"
    "  json_extract(?1, '$.kind') "
    "WHERE json_valid(?1) AND json_type(?1) = 'object'";

static const char *text_of(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_TEXT
        ? (const char *)sqlite3_column_text(statement, column)
        : NULL;
}

/* Adds the row in the line. Returns NULL, or the reason why the line is no valid row. */
static const char *add_row(struct vfj_fleet *fleet, sqlite3_stmt *statement, struct vfj_span line)
{
    const char *reason = NULL;
    if (line.length > (1 << 20))
        return "longer than 1 MiB";
    (void)sqlite3_bind_text(statement, 1, line.text, (int)line.length, SQLITE_STATIC);
    if (sqlite3_step(statement) == SQLITE_ROW) {
        const char *host = text_of(statement, 0), *slot = text_of(statement, 1);
        const char *kind = text_of(statement, 5);
        double began = sqlite3_column_double(statement, 2);
        double seconds = sqlite3_column_type(statement, 3) == SQLITE_NULL
            ? -1
            : sqlite3_column_double(statement, 3);
        struct vfj_fleet_migration migration = {
            .began_us = began > -1e12 && began < 1e12 ? (int64_t)(began * 1e6) : 0,
            .us = seconds >= 0 && seconds < 1e10 ? (int64_t)(seconds * 1e6) : -1,
            .failed = sqlite3_column_int(statement, 4) != 0,
        };
        if (host == NULL || slot == NULL || kind == NULL
            || sqlite3_column_type(statement, 2) == SQLITE_NULL
            || !vfj_name_parse(vfj_span_of(slot), &migration.slot))
            reason = "no row of the view migration: host, slot, kind or began is missing";
        else if (strcmp(kind, "migration") == 0) {
            migration.guest = vfj_fleet_add_guest(fleet, host);
            if (migration.guest != SIZE_MAX)
                vfj_fleet_add(fleet, &migration);
        }
    } else {
        reason = "no JSON object";
    }
    (void)sqlite3_reset(statement);
    return reason;
}

static int read_lines(struct vfj_fleet *fleet, const char *name, struct vfj_span rest,
                      sqlite3_stmt *statement)
{
    char first[160] = "";
    unsigned long bad = 0;
    for (unsigned long number = 1; rest.length > 0; number++) {
        const char *end = memchr(rest.text, '\n', rest.length);
        size_t length = end != NULL ? (size_t)(end - rest.text) : rest.length;
        const char *reason = add_row(fleet, statement, (struct vfj_span){rest.text, length});
        if (reason != NULL && bad++ == 0)
            (void)snprintf(first, sizeof first, "line %lu: %s", number, reason);
        length += end != NULL;
        rest = (struct vfj_span){rest.text + length, rest.length - length};
    }
    if (bad == 0)
        return VFJ_EXIT_OK;
    char message[240];
    (void)snprintf(message, sizeof message, "%s (bad lines: %lu)", first, bad);
    vfj_complain(name, message);
    return VFJ_EXIT_UNUSABLE;
}

int vfj_fleet_read_rows(struct vfj_fleet *fleet, const char *name, const char *bytes, size_t length)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int exit_status = VFJ_EXIT_SYSTEM;
    if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK
        && sqlite3_prepare_v2(db, row_sql, -1, &statement, NULL) == SQLITE_OK)
        exit_status = read_lines(fleet, name, (struct vfj_span){bytes, length}, statement);
    else
        exit_status = vfj_complain_status(name, VFJ_SYSTEM, sqlite3_errmsg(db));
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return exit_status;
}

void vfj_fleet_free(struct vfj_fleet *fleet)
{
    for (size_t i = 0; i < fleet->guest_count; i++)
        free(fleet->guests[i].name);
    free(fleet->guests);
    free(fleet->migrations);
}
