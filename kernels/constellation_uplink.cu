// What every receive beam of the many satellites of a trial hears of the users of other beams.
// NumPy twin: constellation_uplink in capest/backend/numpy_constellation_uplink.py.
//
// Power that beam b of satellite s receives from user u, in units of the beam's noise and as a mean over
// time and places, in sum k:
//
//   power(k, b, u) = power[k, u] * g * w^element_exponent * exp(-loss) / range^2
//                    / (entry_a[u] * growth + entry_d[u])
//
// with the antenna's gain g at the reduced chord between user and boresight (pattern.cuh), and loss,
// range, w and growth of the link (constellation.cuh): those of the downlink.
//
//   heard[k, b] = sum of power(k, b, u) over the users of all OTHER beams of b's colour, of all
//                 satellites of its trial, whose elevation of s has a sine of lowest_sine or more
//
// in units of HEARD_UNIT, as a whole number. Dark beams, of power 0, hear nothing.
//
// Users are dealt out in tiles of TILE neighbours of one trial and colour. A block takes one tile at a
// time over all satellites near it, works out the links of the tile's users and stages them in shared
// memory; then a thread takes one beam and GROUP of these users at a time. Such a sum is made by one
// thread in the order of the users, rounded to a whole number and added to the beam's: whole numbers
// add up exactly in any order, so the result depends on neither the grid nor the size of blocks.
// All loop bounds with a barrier inside are the same for all threads of a block.
//
// Launch: any one-dimensional grid.
//
// Compile-time constants (-D): PATTERN_IN_SHARED, see pattern.cuh; SUMS, made at the same time.
#include "constellation.cuh"

#define TILE 64
#define GROUP 16
#define PER_NOISE 16777216.0f   // one over HEARD_UNIT
#define MOST_HEARD 16777216.0f  // of a group, in units of the noise: sums fit 64 bits

// The neighbours of a tile: what lies within an angle of their middle.
struct alignas(16) Neighbours {
    float unit[3], cosine, sine;  // of the middle, of the angle
    float spare[3];
};

// A user as one satellite sees it.
struct alignas(16) Sender {
    float x, y, z;
    int beam;  // its own
};

// Whether a satellite may be heard somewhere in a tile; never too seldom.
__device__ inline bool is_near(const Cap& cap, const Neighbours& tile) {
    if (cap.least <= 0.0f || tile.cosine <= 0.0f) {
        return true;
    }
    const float sine = sqrtf(fmaxf(1.0f - cap.least * cap.least, 0.0f));
    const float least = cap.least * tile.cosine - sine * tile.sine;
    return dot(cap.unit, tile.unit[0], tile.unit[1], tile.unit[2]) >= least - 1e-5f;
}

extern "C" __global__ void __launch_bounds__(256, 4) constellation_uplink(
    const double* __restrict__ user_position,       // (3, users)
    const unsigned char* __restrict__ environment,  // (users,)
    const float* __restrict__ user_sight,           // (users, SECTORS)
    const float* __restrict__ user_shadow,          // (users, SECTORS)
    const float* __restrict__ user_entry,           // (users, 2)
    const int* __restrict__ user_beam,              // (users,)
    const float* __restrict__ user_power,           // (SUMS, users)
    const long long* __restrict__ tile_user,        // (tiles, TILE), -1: nobody
    const int* __restrict__ tile_group,             // (tiles,) trial * colours + colour, -1: none
    const Neighbours* __restrict__ tile_place,      // (tiles,)
    const Cap* __restrict__ caps,                   // (satellites,)
    const Satellite* __restrict__ satellites,       // (satellites,)
    const long long* __restrict__ satellite_start,  // (trials + 1,)
    const Beam* __restrict__ beams,                 // (beams,)
    const int* __restrict__ segment_start,          // (satellites * colours + 1,)
    const float* __restrict__ sky_table,            // (environments, sky_entries, SKY_COLUMNS)
    const PatternLine* __restrict__ pattern,        // (pattern_entries,)
    unsigned long long* __restrict__ heard,         // in and out (SUMS, beams), signed
    const int pattern_entries,
    const float reduced_aperture,
    const float axial_weight,
    const float element_exponent,
    const float lowest_sine,
    const int sky_entries,
    const int fading_gain,
    const long long users,
    const int tiles,
    const int beam_count,
    const int colours) {
    static __shared__ Place places[TILE];
    static __shared__ Sender senders[TILE];
    static __shared__ float received[SUMS][TILE];
    const PatternLine* __restrict__ table = staged_pattern(pattern, pattern_entries);
    const int last_bits = last_pattern_bits(pattern_entries);
    const float nadir = reduced_aperture * axial_weight;
    const int threads = (int)blockDim.x;
    const int thread = (int)threadIdx.x;

    for (int tile = (int)blockIdx.x; tile < tiles; tile += (int)gridDim.x) {
        const int group = tile_group[tile];
        if (group < 0) {
            continue;
        }
        const long long* __restrict__ members = tile_user + (long long)tile * TILE;
        const Neighbours neighbours = tile_place[tile];
        const int trial = group / colours;
        const int colour = group % colours;
        __syncthreads();  // nobody still reads the tile before
        for (int place = thread; place < TILE; place += threads) {
            const long long user = members[place];
            if (user >= 0) {
                places[place] = place_of(user_position, user, users);
            }
        }

        const int end_satellite = (int)satellite_start[trial + 1];
        for (int s = (int)satellite_start[trial]; s < end_satellite; ++s) {
            const int first = segment_start[s * colours + colour];
            const int end = segment_start[s * colours + colour + 1];
            if (first == end || !is_near(caps[s], neighbours)) {
                continue;
            }
            __syncthreads();  // nobody still reads the links to the satellite before
            for (int place = thread; place < TILE; place += threads) {
                const long long user = members[place];
                Sender sender{0.0f, 0.0f, 0.0f, -1};
                float gain = 0.0f;
                if (user >= 0) {
                    const Sight seen = sight_of(places[place], satellites[s]);
                    const Surroundings around =
                        surroundings_of(environment, user_sight, user_shadow, user_entry,
                                        sky_table, sky_entries, user);
                    sender.x = seen.u * seen.inverse * reduced_aperture;
                    sender.y = seen.v * seen.inverse * reduced_aperture;
                    sender.z = seen.w * seen.inverse * nadir - nadir;
                    sender.beam = user_beam[user];
                    if (seen.sine >= lowest_sine) {
                        gain = link_gain(seen, around, 1.0f, element_exponent, sky_entries,
                                         fading_gain);
                    }
                }
                senders[place] = sender;
                for (int k = 0; k < SUMS; ++k) {
                    received[k][place] = user < 0 ? 0.0f : gain * user_power[k * users + user];
                }
            }
            __syncthreads();

            const int items = (end - first) * (TILE / GROUP);
            for (int item = thread; item < items; item += threads) {
                const int number = first + item / (TILE / GROUP);
                const int from = item % (TILE / GROUP) * GROUP;
                const Beam beam = beams[number];
                if (!(beam.power > 0.0f)) {
                    continue;
                }
                float sum[SUMS] = {};
                for (int place = from; place < from + GROUP; ++place) {
                    const Sender sender = senders[place];
                    const float gain = pattern_gain(table, last_bits, sender.x - beam.x,
                                                    sender.y - beam.y, sender.z - beam.z);
                    for (int k = 0; k < SUMS; ++k) {
                        sum[k] += sender.beam == number ? 0.0f : gain * received[k][place];
                    }
                }
                for (int k = 0; k < SUMS; ++k) {
                    const float held = fminf(fmaxf(sum[k], -MOST_HEARD), MOST_HEARD);
                    const long long units = (long long)rintf(held * PER_NOISE);
                    if (units != 0) {
                        atomicAdd(heard + (long long)k * beam_count + number,
                                  (unsigned long long)units);
                    }
                }
            }
        }
    }
}
