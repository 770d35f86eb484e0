// Carrier and interference of users served by given beams, under the many satellites of a trial.
// NumPy twin: constellation_sinr in capest/backend/numpy_constellation.py.
//
// Received power of user u from beam b of satellite s, in units of the user's noise power:
//
//   power = user_gain[u] * satellite_power[s] * beam_power[b] * g * w^element_exponent
//           * exp(-loss) / range^2 / (entry_a[u] * growth + entry_d[u])
//
// with the antenna's gain g at the reduced chord between user and boresight (pattern.cuh), and
// from the entry of sky_table nearest to the sine of the elevation, by the user's environment,
//
//   loss = clear + (line of sight ? sigma_los * normal : clutter + sigma_nlos * normal)   [nepers]
//
// where line of sight and normal are those of the azimuth sector in which the user sees s.
//
//   carrier      = power of user_beam[u]
//   interference = sum of power over the other beams of its colour, of all satellites of its trial
//                  whose elevation has a sine of lowest_sine or more
//
// Nothing in the loops is in double precision. Positions are counted from the point of the ground below
// the satellite, in whole metres and what is left: the difference of whole metres is exact, so that
// single precision misses by some 1e-7 of the distance from that point, and a direction by less than
// 1e-7 even from the geostationary orbit.
//
// Launch: any one-dimensional grid. A thread takes one user at a time, over all satellites of the
// user's trial. Most of them are behind the horizon: a cap around the point below a satellite, a little
// too large, is asked first. Users of a block may differ in trial, colour and horizon, so beams are not
// staged: threads of a warp are neighbours on the ground, mostly ask for the same beam, and the cache
// serves them with one load. A user's sum is made by one thread in the order of the beams, so the
// result depends on neither the grid nor the other users.
//
// Compile-time constant (-D): PATTERN_IN_SHARED, see pattern.cuh.
#include "pattern.cuh"

#define SECTORS 8
#define SKY_COLUMNS 6
#define EARTH_RADIUS_M 6371000.0

// Where on the ground a satellite may be heard: unit . up >= least, up being the user's unit vector.
struct alignas(16) Cap {
    float unit[3], least;
};

// A satellite, as seen from the point of the ground below it.
struct alignas(16) Satellite {
    float u[4], v[4], w[4];  // axes, and what each gives for that point, counted from the satellite
    float toward[3], height;  // position in Earth radii; height over that point
    float below[3], spare;    // that point in whole metres
    float rest[3], spare_too;  // and the fraction of metres
};

struct alignas(16) Beam {
    float x, y, z, power;  // reduced boresight, counted from the nadir
};

__device__ inline float dot(const float* axis, const float x, const float y, const float z) {
    return axis[0] * x + axis[1] * y + axis[2] * z;
}

extern "C" __global__ void __launch_bounds__(256, 4) constellation_sinr(
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
    float* __restrict__ carrier,                    // out (users,)
    float* __restrict__ interference,               // out (users,)
    const int pattern_entries,
    const float reduced_aperture,
    const float axial_weight,
    const float element_exponent,
    const float lowest_sine,
    const int sky_entries,
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

        float whole[3], rest[3], up[3];
        for (int axis = 0; axis < 3; ++axis) {
            const double metres = user_position[axis * users + user];
            const double rounded = rint(metres);
            whole[axis] = (float)rounded;
            rest[axis] = (float)(metres - rounded);
            up[axis] = (float)(metres / EARTH_RADIUS_M);
        }
        const float across = sqrtf(up[0] * up[0] + up[1] * up[1]);
        const float east_x = across == 0.0f ? 1.0f : -up[1] / across;
        const float east_y = across == 0.0f ? 0.0f : up[0] / across;
        const float north[3] = {-up[2] * east_y, up[2] * east_x, up[0] * east_y - up[1] * east_x};
        const float entry_a = user_entry[2 * user];
        const float entry_d = user_entry[2 * user + 1];
        const float* __restrict__ sight_draw = user_sight + user * SECTORS;
        const float* __restrict__ shadow_draw = user_shadow + user * SECTORS;
        const float* __restrict__ sky =
            sky_table + (long long)environment[user] * sky_entries * SKY_COLUMNS;
        const int own_segment = beam_segment[own_beam];
        const int colour = own_segment % colours;
        const int own_satellite = own_segment / colours;

        float own_power = 0.0f;
        float others = 0.0f;
        const int end_satellite = (int)satellite_start[trial + 1];
        for (int s = (int)satellite_start[trial]; s < end_satellite; ++s) {
            const bool own = s == own_satellite;
            const Cap cap = caps[s];
            if (dot(cap.unit, up[0], up[1], up[2]) < cap.least && !own) {
                continue;
            }
            const int first = segment_start[s * colours + colour];
            const int end = segment_start[s * colours + colour + 1];
            if (first == end) {
                continue;
            }
            const Satellite satellite = satellites[s];
            const float dx = (whole[0] - satellite.below[0]) + (rest[0] - satellite.rest[0]);
            const float dy = (whole[1] - satellite.below[1]) + (rest[1] - satellite.rest[1]);
            const float dz = (whole[2] - satellite.below[2]) + (rest[2] - satellite.rest[2]);
            const float u = dot(satellite.u, dx, dy, dz) + satellite.u[3];
            const float v = dot(satellite.v, dx, dy, dz) + satellite.v[3];
            const float w = dot(satellite.w, dx, dy, dz) + satellite.w[3];
            const float rise = dot(satellite.toward, dx, dy, dz) + satellite.height;
            const float inverse = 1.0f / sqrtf(u * u + v * v + w * w);
            const float sine = rise * inverse;
            const bool heard = sine >= lowest_sine;
            if (!heard && !own) {
                continue;
            }

            // The satellite and the point below it have the same azimuth, opposite to (dx, dy, dz).
            const float to_west = east_x * dx + east_y * dy;
            const float to_south = dot(north, dx, dy, dz);
            const int sector = 4 * (to_west > 0.0f) + 2 * (to_south > 0.0f) +
                               (fabsf(to_west) < fabsf(to_south));
            const float held = fminf(fmaxf(sine, 0.0f), 1.0f);
            const int row = (int)(held * (float)(sky_entries - 1) + 0.5f);
            const float* __restrict__ entry = sky + (long long)row * SKY_COLUMNS;
            const bool sight = sight_draw[sector] < entry[0];
            const float loss = (sight ? entry[1] : entry[2]) * shadow_draw[sector] + entry[4] +
                               (sight ? 0.0f : entry[3]);
            float gain = expf(-loss) * inverse * inverse * user_gain[user];
            gain /= entry_a * entry[5] + entry_d;
            if (element_exponent != 0.0f) {
                gain *= powf(fmaxf(w * inverse, 0.0f), element_exponent);
            }

            const float x = u * inverse * reduced_aperture;
            const float y = v * inverse * reduced_aperture;
            const float z = w * inverse * nadir - nadir;
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
            others += heard ? sum * gain : 0.0f;
        }
        carrier[user] = own_power;
        interference[user] = others;
    }
}
