// Carrier and interference of users served by given beams, under the many satellites of a trial.
// NumPy twin: constellation_sinr in capest/backend/numpy_constellation.py.
//
// Received power of user u from beam b of satellite s, in units of the user's noise power:
//
//   power = user_gain[u] * satellite_power[s] * beam_power[b] * a^2 * w^element_exponent
//           * exp(-loss) / range^2 / (entry_a[u] * growth + entry_d[u])
//
// with the antenna's amplitude a at the reduced chord between user and boresight (pattern.cuh), and
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
// Launch: any one-dimensional grid. A thread takes one user at a time, over all satellites of the
// user's trial; what depends on the satellite only once per satellite. Users of a block may differ in
// trial, colour and horizon, so beams are not staged: threads of a warp are neighbours on the ground,
// mostly ask for the same beam, and the cache serves them with one load. Only differences of positions
// are in double precision: in single ones a direction would be wrong by 0.5 m over the range, which a
// beam of 0.18 degrees notices. A user's sum is made by one thread in the order of the beams.
//
// Compile-time constant (-D): AMPLITUDE_IN_SHARED, see pattern.cuh.
#include "pattern.cuh"

#define SECTORS 8
#define SKY_COLUMNS 6
#define EARTH_RADIUS_M 6371000.0

struct Direction {
    float x, y, z;  // reduced, counted from the nadir
};

extern "C" __global__ void __launch_bounds__(256) constellation_sinr(
    const double* __restrict__ user_position,        // (3, users)
    const long long* __restrict__ user_start,        // (trials + 1,)
    const float* __restrict__ user_gain,             // (users,)
    const unsigned char* __restrict__ environment,   // (users,)
    const float* __restrict__ user_sight,            // (users, SECTORS)
    const float* __restrict__ user_shadow,           // (users, SECTORS)
    const float* __restrict__ user_entry,            // (users, 2)
    const int* __restrict__ user_beam,               // (users,)
    const double* __restrict__ satellite_position,   // (3, satellites)
    const double* __restrict__ satellite_axes,       // (3, 3, satellites)
    const long long* __restrict__ satellite_start,   // (trials + 1,)
    const float* __restrict__ satellite_power,       // (satellites,)
    const float* __restrict__ beam_direction,        // (3, beams)
    const float* __restrict__ beam_power,            // (beams,)
    const int* __restrict__ segment_start,           // (satellites * colours + 1,)
    const int* __restrict__ beam_segment,            // (beams,) satellite * colours + colour
    const float* __restrict__ sky_table,             // (environments, sky_entries, SKY_COLUMNS)
    const AmplitudeStep* __restrict__ amplitude,     // (amplitude_entries,)
    float* __restrict__ carrier,                     // out (users,)
    float* __restrict__ interference,                // out (users,)
    const float steps_per_unit,                      // 1 / amplitude_step
    const int amplitude_entries,
    const float reduced_aperture,
    const float axial_weight,
    const float element_exponent,
    const float lowest_sine,
    const int sky_entries,
    const long long users,
    const int trials,
    const int satellites,
    const int beams,
    const int colours) {
    const AmplitudeStep* __restrict__ table = staged_amplitude(amplitude, amplitude_entries);
    const float last_step = (float)(amplitude_entries - 1);
    const float nadir = reduced_aperture * axial_weight;

    for (long long user = (long long)blockIdx.x * blockDim.x + threadIdx.x; user < users;
         user += (long long)gridDim.x * blockDim.x) {
        const int own_beam = user_beam[user];
        float own_power = 0.0f;
        float others = 0.0f;
        if (own_beam >= 0) {
            int trial = 0;
            for (int low = 0, high = trials; low < high;) {  // the last start not beyond the user
                const int middle = (low + high) / 2;
                if (user_start[middle + 1] <= user) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
                trial = low;
            }
            const double x = user_position[user];
            const double y = user_position[users + user];
            const double z = user_position[2 * users + user];
            const float up_x = (float)(x / EARTH_RADIUS_M);
            const float up_y = (float)(y / EARTH_RADIUS_M);
            const float up_z = (float)(z / EARTH_RADIUS_M);
            const float across = sqrtf(up_x * up_x + up_y * up_y);
            const float east_x = across == 0.0f ? 1.0f : -up_y / across;
            const float east_y = across == 0.0f ? 0.0f : up_x / across;
            const float north_x = -up_z * east_y;
            const float north_y = up_z * east_x;
            const float north_z = up_x * east_y - up_y * east_x;
            const float entry_a = user_entry[2 * user];
            const float entry_d = user_entry[2 * user + 1];
            const int own_segment = beam_segment[own_beam];
            const int colour = own_segment % colours;
            const int own_satellite = own_segment / colours;
            const float* __restrict__ sky =
                sky_table + (long long)environment[user] * sky_entries * SKY_COLUMNS;

            for (long long s = satellite_start[trial]; s < satellite_start[trial + 1]; ++s) {
                const int segment = (int)s * colours + colour;
                const int first = segment_start[segment];
                const int end = segment_start[segment + 1];
                if (first == end) {
                    continue;
                }
                const float dx = (float)(satellite_position[s] - x);
                const float dy = (float)(satellite_position[satellites + s] - y);
                const float dz = (float)(satellite_position[2ll * satellites + s] - z);
                const float inverse = 1.0f / sqrtf(dx * dx + dy * dy + dz * dz);
                const float sine = (dx * up_x + dy * up_y + dz * up_z) * inverse;
                const bool heard = sine >= lowest_sine;
                const bool own = s == own_satellite;
                if (!heard && !own) {
                    continue;
                }

                float cosine[3];
                for (int axis = 0; axis < 3; ++axis) {
                    const double* __restrict__ unit =
                        satellite_axes + (long long)axis * 3 * satellites + s;
                    cosine[axis] = -((float)unit[0] * dx + (float)unit[satellites] * dy +
                                     (float)unit[2ll * satellites] * dz) *
                                   inverse;
                }
                // 1 - w without cancellation near the nadir.
                const float off = cosine[0] * cosine[0] + cosine[1] * cosine[1];
                const Direction direction = {cosine[0] * reduced_aperture,
                                             cosine[1] * reduced_aperture,
                                             -off / (1.0f + cosine[2]) * nadir};

                const float to_east = east_x * dx + east_y * dy;
                const float to_north = north_x * dx + north_y * dy + north_z * dz;
                const int sector = 4 * (to_east < 0.0f) + 2 * (to_north < 0.0f) +
                                   (fabsf(to_east) < fabsf(to_north));
                const float held = fminf(fmaxf(sine, 0.0f), 1.0f);
                const int row = (int)rintf(held * (float)(sky_entries - 1));
                const float* __restrict__ entry = sky + (long long)row * SKY_COLUMNS;
                const bool sight = user_sight[user * SECTORS + sector] < entry[0];
                const float normal = user_shadow[user * SECTORS + sector];
                const float loss =
                    (sight ? entry[1] : entry[2]) * normal + entry[4] + (sight ? 0.0f : entry[3]);
                float gain = expf(-loss) * inverse * inverse * user_gain[user];
                gain /= entry_a * entry[5] + entry_d;
                gain *= satellite_power[s];
                if (element_exponent != 0.0f) {
                    gain *= powf(fmaxf(cosine[2], 0.0f), element_exponent);
                }

                float sum = 0.0f;
                for (int b = first; b < end; ++b) {
                    const float power =
                        beam_power[b] *
                        pattern_gain(table, last_step, steps_per_unit,
                                     direction.x - beam_direction[b],
                                     direction.y - beam_direction[beams + b],
                                     direction.z - (beam_direction[2 * beams + b] - nadir));
                    const bool is_own = b == own_beam;
                    own_power = is_own ? power * gain : own_power;
                    sum += is_own ? 0.0f : power;
                }
                others += heard ? sum * gain : 0.0f;
            }
        }
        carrier[user] = own_power;
        interference[user] = others;
    }
}
