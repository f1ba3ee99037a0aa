/* Prepares the disk before a daemon starts: the empty journal with which most runs begin, and the
 * snapshot beside the journal. A snapshot is not synced and not part of a transaction, so that
 * after a crash it can be an older one, torn, or missing. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/kit/held_vfs.h"
#include "tests/sim/sim.h"

static struct {
    unsigned char bytes[1 << 16];
    size_t size;
} empty;

void sim_disk_prepare(struct sim *sim)
{
    FILE *file = NULL;
    if (vfj_ledger_open(&sim->loop.ledger, sim->journal, VFJ_ON_ERROR_STOP) == VFJ_OK) {
        vfj_ledger_close(sim->loop.ledger);
        kit_held_release();
        file = fopen(sim->journal, "r");
    }
    if (file != NULL) {
        empty.size = fread(empty.bytes, 1, sizeof empty.bytes, file);
        (void)fclose(file);
    }
}

void sim_disk_begin(struct sim *sim)
{
    if (sim->seed % 8 == 0)
        return;
    int fd = open(sim->journal, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, empty.bytes, empty.size) == (ssize_t)empty.size;
    if (fd >= 0)
        (void)close(fd);
    if (!written || empty.size == 0 || empty.size == sizeof empty.bytes)
        sim_fail(sim, "the simulator can't write an empty journal");
}

static FILE *open_snapshot(const struct sim *sim, const char *mode)
{
    char name[SIM_PATH_SIZE + 16];
    snprintf(name, sizeof name, "%s-snapshot", sim->journal);
    return fopen(name, mode);
}

static size_t read_snapshot(const struct sim *sim, unsigned char bytes[SIM_SNAPSHOT_SIZE])
{
    FILE *file = open_snapshot(sim, "r");
    size_t size = file != NULL ? fread(bytes, 1, SIM_SNAPSHOT_SIZE, file) : 0;
    if (file != NULL)
        (void)fclose(file);
    return size;
}

static void write_snapshot(struct sim *sim, const unsigned char *bytes, size_t size)
{
    FILE *file = open_snapshot(
        sim, "r+"); /* the mode "r+" opens the file for update, so that its permissions remain */
    if (file == NULL)
        return;
    if (fwrite(bytes, 1, size, file) != size || fflush(file) != 0
        || ftruncate(fileno(file), (off_t)size) != 0)
        sim_fail(sim, "the simulator can't write a snapshot");
    (void)fclose(file);
}

void sim_disk_keep(struct sim *sim)
{
    static unsigned char bytes[SIM_SNAPSHOT_SIZE];
    if (sim->snapshot_rows == 0 || !sim_chance(sim, 30))
        return;
    size_t size = read_snapshot(sim, bytes);
    if (size == 0)
        return;
    for (size_t i = 0; i < size; i++)
        sim->snapshot[i] = bytes[i];
    sim->snapshot_size = size;
}

static void tear(struct sim *sim)
{
    static unsigned char bytes[SIM_SNAPSHOT_SIZE];
    size_t size = read_snapshot(sim, bytes);
    if (size == 0)
        return;
    if (sim_chance(sim, 50)) {
        size = (size_t)sim_roll(sim, size);
    } else {
        bytes[sim_roll(sim, size)] ^= (unsigned char)(1 + sim_roll(sim, 255));
    }
    sim_say(sim, "disk: the snapshot is torn");
    write_snapshot(sim, bytes, size);
}

static void remove_snapshot(const struct sim *sim)
{
    char name[SIM_PATH_SIZE + 16];
    snprintf(name, sizeof name, "%s-snapshot", sim->journal);
    (void)unlink(name);
}

void sim_disk_spoil(struct sim *sim)
{
    if (sim->snapshot_rows == 0)
        return;
    switch (sim_roll(sim, sim->power ? 6 : 15)) {
    case 0:
        sim_say(sim, "disk: there is no snapshot");
        remove_snapshot(sim);
        break;
    case 1:
        tear(sim);
        break;
    case 2:
        if (sim->snapshot_size > 0) {
            sim_say(sim, "disk: an old snapshot");
            write_snapshot(sim, sim->snapshot, sim->snapshot_size);
        }
        break;
    default:
        break;
    }
}
