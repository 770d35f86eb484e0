// Links between a block of users on the ground and the many satellites of a trial, in both directions.
// NumPy twin: capest/backend/numpy_sky_links.py. CUDA twin: ../constellation.cuh, which has the formulas.
//
// Every lane is computed alone and by the same operations, so that a user's bits depend on nobody in
// its block. Positions are counted from the point of the ground below the satellite, in whole metres and
// what is left, as in the CUDA twin: nothing but the records of satellites is in double precision.
#ifndef CAPEST_NATIVE_SKY_LINKS_HPP
#define CAPEST_NATIVE_SKY_LINKS_HPP

#include <vector>

#include "functions.hpp"
#include "lanes.hpp"

namespace capest {

constexpr int LANES = MOST_LANES;  // users of a block
constexpr int SECTORS = 8;
constexpr double EARTH_RADIUS_M = 6371000.0;

using Lanes = float[LANES];

// The arrays of all users, as backend.arguments.ConstellationDownlink has them.
struct Users {
    const double* position;         // (3, users)
    const uint8_t* environment;     // (users,)
    const float* sight;             // (users, SECTORS)
    const float* shadow;            // (users, SECTORS)
    const float* entry;             // (users, 2)
    const int32_t* serving;         // (users,)
    int64_t count;
};

// A block of users, with what all their links have in common.
struct alignas(64) Block {
    Lanes whole[3], rest[3];     // position in whole metres and what is left
    Lanes east[2], north[3];     // unit vectors; the east has no third component
    Lanes entry_a, entry_d;      // entry loss: a * growth + d; 1 where only d counts,
    Lanes entry_factor;          // which is in one over d here
    float sight[SECTORS * LANES], shadow[SECTORS * LANES];
    int32_t environment[LANES];  // first entry of the sky table
    int32_t serving[LANES];
    bool indoors;                // whether somebody's entry loss grows with elevation

    // Of LANES users; -1 is nobody, in whose lane is the first one again.
    Block(const Users& users, const int64_t* member, int64_t sky_entries);
};

// A satellite, as seen from the point of the ground below it.
struct Satellite {
    float u[4], v[4], w[4];   // axes, and what each gives for that point, counted from the satellite
    float toward[3], height;  // position in Earth radii; height over that point
    float below[3], rest[3];  // that point in whole metres, and the fraction of metres

    Satellite(const double* position, const double* axes, int64_t satellites, int64_t number);
};

// The links of a block to one satellite.
struct alignas(64) Links {
    Directions<LANES> direction;  // reduced, counted from the nadir
    Lanes gain;     // at a beam's peak, relative to 1 m of free space
    Lanes sine;     // of the elevation
};

// What lies between users and satellites.
class Sky {
public:
    Sky(const float* table, int64_t environments, int64_t entries, double reduced_aperture,
        double axial_weight, double element_exponent, bool fading_gain);

    void links(const Block& block, const Satellite& satellite, Links& links) const;

private:
    std::vector<float> sight_, growth_;  // probability of line of sight; growth of entry loss
    // Standard deviation of shadow fading and what is fixed of the loss, one after the other: without
    // line of sight, then with it.
    std::vector<float> loss_;
    float last_entry_, aperture_, nadir_, element_exponent_;
    bool fading_gain_;  // whether fading may lift a link above free space
};

}  // namespace capest

#endif
