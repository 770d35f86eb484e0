// Power that every user receives from every beam, one by one: what plans of beam hopping go by.
// NumPy twin: capest/backend/numpy_powers.py.
//
//   power[b, u] = link_gain[s, u] * beam_power[b] * g
//
// in units of the user's noise power, for beam b of satellite s, with the antenna's gain g at the
// reduced chord |user_direction[s, :, u] - beam_direction[:, b]| (pattern.cuh): the terms that
// sinr.cu sums up, of beams of all colours, lit or dark.
//
// Compile-time constants (-D):
//   PATTERN_IN_SHARED see pattern.cuh
//
// Launch: any one-dimensional grid, at most 256 threads a block. A thread takes one user at a time,
// so that neighbours write neighbouring users of a beam; a block strides over the users.
#include "pattern.cuh"

extern "C" __global__ void __launch_bounds__(256) beam_powers(
    const float* __restrict__ user_direction,       // (satellites, 3, users)
    const float* __restrict__ link_gain,            // (satellites, users)
    const float* __restrict__ beam_direction,       // (3, beams)
    const float* __restrict__ beam_power,           // (beams,)
    const int* __restrict__ segment_start,          // (satellites * colours + 1,)
    const PatternLine* __restrict__ pattern,        // (pattern_entries,)
    float* __restrict__ power,                      // out (beams, users)
    const int pattern_entries,
    const long long users,
    const int satellites,
    const int colours,
    const int beams) {
    const PatternLine* __restrict__ table = staged_pattern(pattern, pattern_entries);
    const int last_bits = last_pattern_bits(pattern_entries);

    for (long long user = (long long)blockIdx.x * blockDim.x + threadIdx.x; user < users;
         user += (long long)gridDim.x * blockDim.x) {
        for (int satellite = 0; satellite < satellites; ++satellite) {
            const float* __restrict__ direction = user_direction + 3ll * satellite * users + user;
            const float user_x = direction[0];
            const float user_y = direction[users];
            const float user_z = direction[2 * users];
            const float gain = link_gain[(long long)satellite * users + user];
            const int end_beam = segment_start[(satellite + 1) * colours];
            for (int b = segment_start[satellite * colours]; b < end_beam; ++b) {
                const float dx = user_x - beam_direction[b];
                const float dy = user_y - beam_direction[beams + b];
                const float dz = user_z - beam_direction[2 * beams + b];
                power[b * users + user] =
                    gain * beam_power[b] * pattern_gain(table, last_bits, dx, dy, dz);
            }
        }
    }
}
