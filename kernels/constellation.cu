// Carrier and interference of users served by given beams, under the many satellites of a trial.
// NumPy twin: constellation_sinr in capest/backend/numpy_constellation.py.
//
// Received power of user u from beam b of satellite s, in units of the user's noise power:
//
//   power = user_gain[u] * satellite_power[s] * beam_power[b] * g * w^element_exponent
//           * exp(-loss) / range^2 / (entry_a[u] * growth + entry_d[u])
//
// with the antenna's gain g at the reduced chord between user and boresight (pattern.cuh), and loss,
// range, w and growth of the link (constellation.cuh).
//
//   carrier      = power of user_beam[u]
//   interference = sum of power over the other beams of its colour, of all satellites of its trial
//                  whose elevation has a sine of lowest_sine or more
//
// Launch: any one-dimensional grid. A thread takes one user at a time, over all satellites of the
// user's trial. Most of them are behind the horizon: a cap around the point below a satellite, a little
// too large, is asked first. Users of a block may differ in trial, colour and horizon, so beams are not
// staged: threads of a warp are neighbours on the ground, mostly ask for the same beam, and the cache
// serves them with one load. A user's sum is made by one thread in the order of the beams, so the
// result depends on neither the grid nor the other users.
//
// With two receive branches (two_branches.cuh) user_gain is that of both together, the carrier that of
// maximum-ratio combining against noise, and
//
//   interference = sum over the other beams of its colour of its satellite
//                  + what combining leaves of other satellites, and of the other polarisation
//
// Compile-time constants (-D): PATTERN_IN_SHARED, see pattern.cuh; BRANCHES, 1 or 2; POLARISATIONS, 2
// where the colours 2k and 2k + 1 share a frequency and both are heard.
#include "constellation.cuh"
#include "two_branches.cuh"

extern "C" __global__ void __launch_bounds__(256, BRANCHES == 1 ? 4 : 3) constellation_sinr(
    const double* __restrict__ user_position,       // (3, users)
    const long long* __restrict__ user_start,       // (trials + 1,)
    const float* __restrict__ user_gain,            // (users,)
    const unsigned char* __restrict__ environment,  // (users,)
    const float* __restrict__ user_sight,           // (users, SECTORS)
    const float* __restrict__ user_shadow,          // (users, SECTORS)
    const float* __restrict__ user_entry,           // (users, 2)
    const int* __restrict__ user_beam,              // (users,)
    const Cap* __restrict__ caps,                   // (satellites,)
    const Satellite* __restrict__ satellites,       // (satellites,)
    const long long* __restrict__ satellite_start,  // (trials + 1,)
    const Beam* __restrict__ beams,                 // (beams,), power times the satellite's
    const int* __restrict__ segment_start,          // (satellites * colours + 1,)
    const int* __restrict__ beam_segment,           // (beams,) satellite * colours + colour
    const float* __restrict__ sky_table,            // (environments, sky_entries, SKY_COLUMNS)
    const PatternLine* __restrict__ pattern,        // (pattern_entries,)
#if BRANCHES == 2
    const unsigned int* __restrict__ wave_key,      // (users,)
    const float* __restrict__ wave_point,           // (3, WAVE_POINTS)
#endif
    float* __restrict__ carrier,                    // out (users,)
    float* __restrict__ interference,               // out (users,)
    const int pattern_entries,
    const float reduced_aperture,
    const float axial_weight,
    const float element_exponent,
    const float lowest_sine,
    const int sky_entries,
    const int fading_gain,
    const long long users,
    const int trials,
    const int colours) {
    const PatternLine* __restrict__ table = staged_pattern(pattern, pattern_entries);
    const int last_bits = last_pattern_bits(pattern_entries);
    const float nadir = reduced_aperture * axial_weight;

    for (long long user = (long long)blockIdx.x * blockDim.x + threadIdx.x; user < users;
         user += (long long)gridDim.x * blockDim.x) {
        const int own_beam = user_beam[user];
        if (own_beam < 0) {
            carrier[user] = 0.0f;
            interference[user] = 0.0f;
            continue;
        }
        int trial = 0;
        for (int end = trials - 1; trial < end;) {  // the last one whose users begin here or before
            const int middle = (trial + end + 1) / 2;
            if (user_start[middle] <= user) {
                trial = middle;
            } else {
                end = middle - 1;
            }
        }

        const Place place = place_of(user_position, user, users);
        const Surroundings around = surroundings_of(environment, user_sight, user_shadow,
                                                    user_entry, sky_table, sky_entries, user);
        const int own_segment = beam_segment[own_beam];
        const int colour = own_segment % colours;
        const int own_satellite = own_segment / colours;

        float own_power = 0.0f;
        float others = 0.0f;
#if BRANCHES == 2
        Waves waves{};
        const unsigned int key = wave_key[user];
#endif
        const int first_satellite = (int)satellite_start[trial];
        const int end_satellite = (int)satellite_start[trial + 1];
        for (int s = first_satellite; s < end_satellite; ++s) {
            const bool own = s == own_satellite;
            const Cap cap = caps[s];
            if (dot(cap.unit, place.up[0], place.up[1], place.up[2]) < cap.least && !own) {
                continue;
            }
            const int first = segment_start[s * colours + colour];
            const int end = segment_start[s * colours + colour + 1];
#if BRANCHES == 2 && POLARISATIONS == 2
            const int other_first = segment_start[s * colours + (colour ^ 1)];
            const int other_end = segment_start[s * colours + (colour ^ 1) + 1];
            if (first == end && other_first == other_end) {
                continue;
            }
#else
            if (first == end) {
                continue;
            }
#endif
            const Sight seen = sight_of(place, satellites[s]);
            const bool heard = seen.sine >= lowest_sine;
            if (!heard && !own) {
                continue;
            }

            const float gain =
                link_gain(seen, around, user_gain[user], element_exponent, sky_entries,
                          fading_gain);
            const float x = seen.u * seen.inverse * reduced_aperture;
            const float y = seen.v * seen.inverse * reduced_aperture;
            const float z = seen.w * seen.inverse * nadir - nadir;
            float sum = 0.0f;
            for (int b = first; b < end; ++b) {
                const Beam beam = beams[b];
                const float power =
                    beam.power *
                    pattern_gain(table, last_bits, x - beam.x, y - beam.y, z - beam.z);
                const bool is_own = b == own_beam;
                own_power = is_own ? power * gain : own_power;
                sum += is_own ? 0.0f : power;
            }
#if BRANCHES == 1
            others += heard ? sum * gain : 0.0f;
#else
            const float power = heard ? sum * gain : 0.0f;
            float opposite = 0.0f;
#if POLARISATIONS == 2
            for (int b = other_first; heard && b < other_end; ++b) {
                const Beam beam = beams[b];
                opposite += beam.power *
                            pattern_gain(table, last_bits, x - beam.x, y - beam.y, z - beam.z);
            }
            opposite *= gain;
#endif
            const Wave wave = wave_of(wave_point, key, (unsigned int)(s - first_satellite));
            others += own ? power : 0.0f;
            waves.add(own ? 0.0f : power, opposite, wave);
#endif
        }
#if BRANCHES == 2
        const unsigned int own_place = (unsigned int)(own_satellite - first_satellite);
        others += waves.left(wave_of(wave_point, key, own_place));
#endif
        carrier[user] = own_power;
        interference[user] = others;
    }
}
