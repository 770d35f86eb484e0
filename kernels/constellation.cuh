// Links between users on the ground and the many satellites of a trial, for kernels in both directions.
//
// A link's power over 1 m of free space, at a beam's peak:
//
//   gain = strength * w^element_exponent * exp(-loss) / range^2 / (entry_a * growth + entry_d)
//
// and from the entry of sky_table nearest to the sine of the elevation, by the user's environment,
//
//   loss = clear + (line of sight ? sigma_los * normal : clutter + sigma_nlos * normal)   [nepers]
//
// held at clear or more where fading may not lift a link above free space (fading_gain = 0),
// where line of sight and normal are those of the azimuth sector in which the user sees the satellite.
//
// Nothing but the user's position is in double precision. Positions are counted from the point of the
// ground below the satellite, in whole metres and what is left: the difference of whole metres is exact,
// so that single precision misses by some 1e-7 of the distance from that point, and a direction by less
// than 1e-7 even from the geostationary orbit.
#ifndef CAPEST_CONSTELLATION_CUH
#define CAPEST_CONSTELLATION_CUH
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

// Where a user is: its position in whole metres and what is left, and its horizon.
struct Place {
    float whole[3], rest[3], up[3], north[3];
    float east_x, east_y;
};

__device__ inline Place place_of(
    const double* __restrict__ position,  // (3, users)
    const long long user,
    const long long users) {
    Place place;
    for (int axis = 0; axis < 3; ++axis) {
        const double metres = position[axis * users + user];
        const double rounded = rint(metres);
        place.whole[axis] = (float)rounded;
        place.rest[axis] = (float)(metres - rounded);
        place.up[axis] = (float)(metres / EARTH_RADIUS_M);
    }
    const float* up = place.up;
    const float across = sqrtf(up[0] * up[0] + up[1] * up[1]);
    place.east_x = across == 0.0f ? 1.0f : -up[1] / across;
    place.east_y = across == 0.0f ? 0.0f : up[0] / across;
    place.north[0] = -up[2] * place.east_y;
    place.north[1] = up[2] * place.east_x;
    place.north[2] = up[0] * place.east_y - up[1] * place.east_x;
    return place;
}

// Where a satellite is for a user.
struct Sight {
    float u, v, w, inverse, sine;  // along its axes in m; one over the range; of the elevation
    int sector;                    // of azimuth
};

__device__ inline Sight sight_of(const Place& place, const Satellite& satellite) {
    const float dx = (place.whole[0] - satellite.below[0]) + (place.rest[0] - satellite.rest[0]);
    const float dy = (place.whole[1] - satellite.below[1]) + (place.rest[1] - satellite.rest[1]);
    const float dz = (place.whole[2] - satellite.below[2]) + (place.rest[2] - satellite.rest[2]);
    Sight sight;
    sight.u = dot(satellite.u, dx, dy, dz) + satellite.u[3];
    sight.v = dot(satellite.v, dx, dy, dz) + satellite.v[3];
    sight.w = dot(satellite.w, dx, dy, dz) + satellite.w[3];
    const float rise = dot(satellite.toward, dx, dy, dz) + satellite.height;
    sight.inverse = 1.0f / sqrtf(sight.u * sight.u + sight.v * sight.v + sight.w * sight.w);
    sight.sine = rise * sight.inverse;
    // The satellite and the point below it have the same azimuth, opposite to (dx, dy, dz).
    const float to_west = place.east_x * dx + place.east_y * dy;
    const float to_south = dot(place.north, dx, dy, dz);
    sight.sector = 4 * (to_west > 0.0f) + 2 * (to_south > 0.0f) +
                   (fabsf(to_west) < fabsf(to_south));
    return sight;
}

// What a user's surroundings take of a link.
struct Surroundings {
    const float* sky;     // (sky_entries, SKY_COLUMNS)
    const float* sight;   // (SECTORS,)
    const float* shadow;  // (SECTORS,)
    float entry_a, entry_d;
};

__device__ inline Surroundings surroundings_of(
    const unsigned char* __restrict__ environment,  // (users,)
    const float* __restrict__ user_sight,           // (users, SECTORS)
    const float* __restrict__ user_shadow,          // (users, SECTORS)
    const float* __restrict__ user_entry,           // (users, 2)
    const float* __restrict__ sky_table,            // (environments, sky_entries, SKY_COLUMNS)
    const int sky_entries,
    const long long user) {
    return Surroundings{
        sky_table + (long long)environment[user] * sky_entries * SKY_COLUMNS,
        user_sight + user * SECTORS,
        user_shadow + user * SECTORS,
        user_entry[2 * user],
        user_entry[2 * user + 1],
    };
}

__device__ inline float link_gain(
    const Sight& seen,
    const Surroundings& around,
    const float strength,
    const float element_exponent,
    const int sky_entries,
    const int fading_gain) {
    const float held = fminf(fmaxf(seen.sine, 0.0f), 1.0f);
    const int row = (int)(held * (float)(sky_entries - 1) + 0.5f);
    const float* __restrict__ entry = around.sky + (long long)row * SKY_COLUMNS;
    const bool sight = around.sight[seen.sector] < entry[0];
    const float faded = (sight ? entry[1] : entry[2]) * around.shadow[seen.sector] + entry[4] +
                        (sight ? 0.0f : entry[3]);
    const float loss = fading_gain ? faded : fmaxf(faded, entry[4]);
    float gain = expf(-loss) * seen.inverse * seen.inverse * strength;
    gain /= around.entry_a * entry[5] + around.entry_d;
    if (element_exponent != 0.0f) {
        gain *= powf(fmaxf(seen.w * seen.inverse, 0.0f), element_exponent);
    }
    return gain;
}

#endif
