// Serving beam, carrier and interference of every user: the hot spot of a trial.
// NumPy twin: capest/backend/numpy_sinr.py.
//
// Received power of user u from beam b of satellite s, in units of the user's noise power:
//
//   power = link_gain[s, u] * beam_power[b] * g
//
// with the antenna's gain g at the reduced chord |user_direction[s, :, u] - beam_direction[:, b]|
// (pattern.cuh), and
//
//   serving_beam = the beam of greatest power over all satellites, lit or dark (ties: lowest index),
//                  or the one given, -1 for none: carrier and interference are then 0
//   carrier      = its power
//   interference = sum of power over the other LIT beams of its colour, of all satellites
//
// The interference is a sum of the others, never a total minus the carrier: that would cancel.
// For each colour the thread keeps the strongest beam so far and the sum of the lit rest, so
// whichever colour wins in the end has its sum ready.
//
// Compile-time constants (-D):
//   COLOURS             number of colours, 1 to 7: the state of each colour lives in registers
//   ALL_LIT             1: every beam is lit and user_trial, beam_lit are not read (may be null)
//   SERVING_GIVEN       1: given_beam says who serves; else it is not read (may be null)
//   PATTERN_IN_SHARED see pattern.cuh
//
// Launch: any one-dimensional grid, at most 256 threads a block. A thread takes one user at a time,
// a block strides over the users; the beams pass through shared memory in tiles. A user's sums are
// made by one thread in the order of the beams, so the result depends on neither the grid nor the
// other users. Single precision throughout; denormals do not matter in units of noise power.
#include "pattern.cuh"

#define TILE_BEAMS 128
constexpr int UNROLLED = COLOURS > 4 ? 2 : 4;  // with seven colours no registers are left for more

struct alignas(16) Beam {
    float x, y, z, power;
};

// What a thread knows of one colour: its strongest beam so far and the lit others. Where the
// serving beam is given, that beam takes the place of the strongest.
struct ColourState {
    float strongest;         // power of the strongest beam, 0 before the first
    float strongest_if_lit;  // the same if that beam is lit, else 0
    float others;            // sum of power over the other lit beams
    int beam;                // index of the strongest beam; -1 before the given one
};

extern "C" __global__ void __launch_bounds__(256, 4) downlink_sinr(
    const float* __restrict__ user_direction,       // (satellites, 3, users)
    const float* __restrict__ link_gain,            // (satellites, users)
    const int* __restrict__ user_trial,             // (users,)
    const float* __restrict__ beam_direction,       // (3, beams)
    const float* __restrict__ beam_power,           // (beams,)
    const int* __restrict__ segment_start,          // (satellites * COLOURS + 1,)
    const unsigned char* __restrict__ beam_lit,     // (trials, beams)
    const PatternLine* __restrict__ pattern,        // (pattern_entries,)
    const int* __restrict__ given_beam,             // (users,)
    int* __restrict__ serving_beam,                 // out (users,)
    float* __restrict__ carrier,                    // out (users,)
    float* __restrict__ interference,               // out (users,)
    const int pattern_entries,
    const long long users,
    const int satellites,
    const int beams) {
    static __shared__ Beam tile[TILE_BEAMS];
    const PatternLine* __restrict__ table = staged_pattern(pattern, pattern_entries);
    const int last_bits = last_pattern_bits(pattern_entries);

    // The loop bounds are the same for all threads of a block, so every thread meets every barrier;
    // threads beyond the last user repeat that user and write nothing.
    for (long long start = (long long)blockIdx.x * blockDim.x; start < users;
         start += (long long)gridDim.x * blockDim.x) {
        const long long own = start + threadIdx.x;
        const long long user = own < users ? own : users - 1;
#if !ALL_LIT
        const unsigned char* __restrict__ lit = beam_lit + (long long)user_trial[user] * beams;
#endif
        ColourState state[COLOURS];
#pragma unroll
        for (int colour = 0; colour < COLOURS; ++colour) {
            state[colour] = ColourState{0.0f, 0.0f, 0.0f, SERVING_GIVEN ? -1 : 0};
        }
#if SERVING_GIVEN
        const int given = given_beam[user];
#endif

        for (int satellite = 0; satellite < satellites; ++satellite) {
            const float* __restrict__ direction = user_direction + 3ll * satellite * users + user;
            const float user_x = direction[0];
            const float user_y = direction[users];
            const float user_z = direction[2 * users];
            const float gain = link_gain[(long long)satellite * users + user];
            const int first_beam = segment_start[satellite * COLOURS];
            const int end_beam = segment_start[(satellite + 1) * COLOURS];

            for (int tile_start = first_beam; tile_start < end_beam; tile_start += TILE_BEAMS) {
                const int tile_end =
                    tile_start + TILE_BEAMS < end_beam ? tile_start + TILE_BEAMS : end_beam;
                __syncthreads();  // nobody still reads the tile before
                for (int b = tile_start + (int)threadIdx.x; b < tile_end; b += blockDim.x) {
                    tile[b - tile_start] = Beam{beam_direction[b], beam_direction[beams + b],
                                                beam_direction[2 * beams + b], beam_power[b]};
                }
                __syncthreads();

#pragma unroll
                for (int colour = 0; colour < COLOURS; ++colour) {
                    const int segment = satellite * COLOURS + colour;
                    const int segment_first = segment_start[segment];
                    const int segment_end = segment_start[segment + 1];
                    const int begin = segment_first > tile_start ? segment_first : tile_start;
                    const int end = segment_end < tile_end ? segment_end : tile_end;
                    ColourState best = state[colour];
#pragma unroll UNROLLED
                    for (int b = begin; b < end; ++b) {
                        const Beam beam = tile[b - tile_start];
                        const float dx = user_x - beam.x;
                        const float dy = user_y - beam.y;
                        const float dz = user_z - beam.z;
                        const float power =
                            gain * beam.power * pattern_gain(table, last_bits, dx, dy, dz);
#if SERVING_GIVEN
                        const bool is_own = b == given;
                        best.strongest = is_own ? power : best.strongest;
                        best.beam = is_own ? b : best.beam;
#if ALL_LIT
                        best.others += is_own ? 0.0f : power;
#else
                        best.others += is_own || !lit[b] ? 0.0f : power;
#endif
#else
                        // The weaker of the two, if lit, joins the others.
                        const bool stronger = power > best.strongest;
#if ALL_LIT
                        best.others += fminf(power, best.strongest);
#else
                        const float power_if_lit = lit[b] ? power : 0.0f;
                        best.others += stronger ? best.strongest_if_lit : power_if_lit;
                        best.strongest_if_lit = stronger ? power_if_lit : best.strongest_if_lit;
#endif
                        best.strongest = fmaxf(power, best.strongest);
                        best.beam = stronger ? b : best.beam;
#endif
                    }
                    state[colour] = best;
                }
            }
        }

        ColourState winner = state[0];
#pragma unroll
        for (int colour = 1; colour < COLOURS; ++colour) {
            const ColourState other = state[colour];
#if SERVING_GIVEN
            const bool wins = other.beam >= 0;
#else
            const bool wins = other.strongest > winner.strongest ||
                              (other.strongest == winner.strongest && other.beam < winner.beam);
#endif
            winner = wins ? other : winner;
        }
#if SERVING_GIVEN
        if (winner.beam < 0) winner.others = 0.0f;
#endif
        if (own < users) {
            serving_beam[own] = winner.beam;
            carrier[own] = winner.strongest;
            interference[own] = winner.others;
        }
    }
}
