/* The only source of random numbers in the simulator. A seed therefore determines the whole run. */
#include "tests/sim/sim.h"

uint64_t sim_roll(struct sim *sim, uint64_t sides)
{
    uint64_t z = sim->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % sides;
}

bool sim_chance(struct sim *sim, unsigned percent)
{
    return sim_roll(sim, 100) < percent;
}

int64_t sim_between(struct sim *sim, int64_t low_us, int64_t high_us)
{
    return low_us + (int64_t)sim_roll(sim, (uint64_t)(high_us - low_us) + 1);
}
