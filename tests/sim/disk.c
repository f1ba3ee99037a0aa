/* The snapshot beside the journal: it is not synced and in no transaction, so after a crash there is any of them, or what is
 * left of one, or none. */
#include <stdio.h>
#include <unistd.h>

#include "tests/sim/sim.h"

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
    FILE *file = open_snapshot(sim, "r+"); /* as private as it was */
    if (file == NULL)
        return;
    if (fwrite(bytes, 1, size, file) != size || fflush(file) != 0 || ftruncate(fileno(file), (off_t)size) != 0)
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
