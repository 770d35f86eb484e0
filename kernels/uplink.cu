// What every receive beam hears of the scheduled users: carrier and interference in a drop.
// NumPy twin: uplink_sinr in capest/backend/numpy_uplink.py.
//
// In a drop d a beam b serves one user at most, scheduled[d, b]. Power that beam b of satellite s
// receives from user u, in units of the beam's noise in the user's bandwidth:
//
//   power(b, u) = link_gain[s, u] * beam_gain[b] * g
//
// with the antenna's gain g at the reduced chord |user_direction[s, :, u] - beam_direction[:, b]|
// (pattern.cuh). This is the uplink of 3GPP TR 38.821 clause 6.1.1.1:
//
//   carrier[d, b]      = power(b, scheduled[d, b]), 0 if nobody is scheduled
//   interference[d, b] = sum of power(b, scheduled[d, b']) over all OTHER beams b' of b's colour, of
//                        all satellites, that have somebody scheduled
//
// The interference is a sum of the others, never a total minus the carrier: that would cancel.
//
// Compile-time constant (-D): PATTERN_IN_SHARED, see pattern.cuh.
//
// Launch: any one-dimensional grid, at most 256 threads a block. A thread takes one (drop, beam) at a
// time. The beams of one satellite and colour, a segment, hear the same users: a block takes as
// many drops of one segment as it has threads for, stages their users in shared memory and passes on
// to its next group of drops. A sum is made by one thread in the order of the beams, so the result
// depends on neither the grid nor the other drops. Single precision throughout.
#include "pattern.cuh"

#define TILE_USERS 256  // as many as a block has threads, or more: one at least for each of its drops

// A scheduled user as one satellite sees it.
struct alignas(16) Transmitter {
    float x, y, z, gain;
};

// Nobody, -1, is a user without power.
__device__ inline Transmitter transmitter(
    const float* __restrict__ direction,  // (3, users)
    const float* __restrict__ gain,       // (users,)
    const long long users,
    const int user) {
    if (user < 0) {
        return Transmitter{0.0f, 0.0f, 0.0f, 0.0f};
    }
    return Transmitter{direction[user], direction[users + user], direction[2 * users + user],
                       gain[user]};
}

extern "C" __global__ void __launch_bounds__(256, 5) uplink_sinr(
    const float* __restrict__ user_direction,     // (satellites, 3, users)
    const float* __restrict__ link_gain,          // (satellites, users)
    const int* __restrict__ scheduled,            // (drops, beams), -1: nobody
    const float* __restrict__ beam_direction,     // (3, beams)
    const float* __restrict__ beam_gain,          // (beams,)
    const int* __restrict__ segment_start,        // (satellites * colours + 1,)
    const PatternLine* __restrict__ pattern,      // (pattern_entries,)
    float* __restrict__ carrier,                  // out (drops, beams)
    float* __restrict__ interference,             // out (drops, beams)
    const int pattern_entries,
    const long long users,
    const int drops,
    const int satellites,
    const int colours,
    const int beams) {
    static __shared__ Transmitter tile[TILE_USERS];
    const PatternLine* __restrict__ table = staged_pattern(pattern, pattern_entries);
    const int last_bits = last_pattern_bits(pattern_entries);
    const int threads = (int)blockDim.x;
    const int thread = (int)threadIdx.x;

    // Groups of drops are numbered through all segments and dealt to the blocks in turn: `group` is
    // this block's next one, counted from the first of the segment at hand. All loop bounds are the
    // same for all threads of a block, so every thread meets every barrier.
    int group = (int)blockIdx.x;
    for (int segment = 0; segment < satellites * colours; ++segment) {
        const int first_receiver = segment_start[segment];
        const int receivers = segment_start[segment + 1] - first_receiver;
        if (receivers == 0) {
            continue;
        }
        const int satellite = segment / colours;
        const int colour = segment % colours;
        const float* __restrict__ direction = user_direction + 3ll * satellite * users;
        const float* __restrict__ gain = link_gain + satellite * users;
        const int group_drops = receivers < threads ? threads / receivers : 1;
        const int tile_beams = TILE_USERS / group_drops;  // transmitters of each drop in a tile
        const int groups = (drops - 1) / group_drops + 1;

        for (; group < groups; group += (int)gridDim.x) {
            const int first_drop = group * group_drops;
            const int own_drop = thread / receivers;  // within the group
            const int drop = first_drop + own_drop;

            // More than one turn only where the receivers are more than the threads.
            for (int turn = 0; turn < receivers; turn += threads) {
                const int own = turn + thread % receivers;
                const bool active = own_drop < group_drops && drop < drops && own < receivers;
                // A thread without a beam repeats one and writes nothing.
                const int beam = first_receiver + (active ? own : 0);
                const Transmitter* __restrict__ heard = tile + (active ? own_drop * tile_beams : 0);
                const float beam_x = beam_direction[beam];
                const float beam_y = beam_direction[beams + beam];
                const float beam_z = beam_direction[2 * beams + beam];
                float own_power = 0.0f;
                float others = 0.0f;

                for (int source = 0; source < satellites; ++source) {
                    const int first_beam = segment_start[source * colours + colour];
                    const int end_beam = segment_start[source * colours + colour + 1];
                    for (int start = first_beam; start < end_beam; start += tile_beams) {
                        const int left = end_beam - start;
                        const int count = left < tile_beams ? left : tile_beams;
                        __syncthreads();  // nobody still reads the tile before
                        for (int i = thread; i < group_drops * count; i += threads) {
                            const int tile_drop = i / count;
                            const int place = i % count;
                            const int row = first_drop + tile_drop;
                            const long long from = (long long)row * beams + start + place;
                            const int user = row < drops ? scheduled[from] : -1;
                            tile[tile_drop * tile_beams + place] =
                                transmitter(direction, gain, users, user);
                        }
                        __syncthreads();

                        const int own_place = beam - start;
                        for (int place = 0; place < count; ++place) {
                            const Transmitter user = heard[place];
                            const float power =
                                user.gain * pattern_gain(table, last_bits, user.x - beam_x,
                                                         user.y - beam_y, user.z - beam_z);
                            const bool is_own = place == own_place;
                            own_power = is_own ? power : own_power;
                            others += is_own ? 0.0f : power;
                        }
                    }
                }
                if (active) {
                    const long long result = (long long)drop * beams + beam;
                    carrier[result] = beam_gain[beam] * own_power;
                    interference[result] = beam_gain[beam] * others;
                }
            }
        }
        group -= groups;
    }
}
