// Two receive branches of a phone, whose combining rejects other satellites.
//
// The wave of each satellite reaches a user's branches from a point of the Poincaré sphere, one of
// WAVE_POINTS, drawn for each user and satellite by a hash of whole numbers: the same on every machine.
// With P_j the power of other satellites, summed over the branches, in units of the noise of one,
//
//   half = sum of P_j / 2,   (x, y, z) = sum of P_j s_j / 2,
//   left = (half + b.s0 + half^2 - |b|^2) / (1 + half - b.s0),   b = (x, y, z),
//
// is the interference that combining leaves of them: capest/physics/two_branches.py derives it.
// Text of CUDA and of C++: the compiled CPU backend includes it behind native/cuda.hpp.
#ifndef CAPEST_TWO_BRANCHES_CUH
#define CAPEST_TWO_BRANCHES_CUH

#define WAVE_POINTS 1024
#define WAVE_SHIFT 22  // leaves the number of a point of the leading bits

// Which point the wave of the satellite at a place in its trial comes from, for the user of a key: the
// last step of MurmurHash3 (Appleby, public domain).
__device__ inline unsigned int wave_number(const unsigned int key, const unsigned int place) {
    unsigned int bits = key + place * 0x9E3779B9u;
    bits ^= bits >> 16;
    bits *= 0x85EBCA6Bu;
    bits ^= bits >> 13;
    bits *= 0xC2B2AE35u;
    bits ^= bits >> 16;
    return bits >> WAVE_SHIFT;
}

// A point of the sphere.
struct Wave {
    float x, y, z;
};

__device__ inline Wave wave_of(
    const float* __restrict__ point,  // (3, WAVE_POINTS)
    const unsigned int key,
    const unsigned int place) {
    const unsigned int number = wave_number(key, place);
    return Wave{point[number], point[WAVE_POINTS + number], point[2 * WAVE_POINTS + number]};
}

// Sums over the waves of other satellites.
struct Waves {
    float total, x, y, z;

    // Add a satellite's: by one polarisation and by the other.
    __device__ inline void add(const float power, const float opposite, const Wave& wave) {
        const float along = power - opposite;
        total += power + opposite;
        x += along * wave.x;
        y += along * wave.y;
        z += along * wave.z;
    }

    // The interference that combining leaves of them.
    __device__ inline float left(const Wave& own) const {
        const float half = 0.5f * total;
        const float bx = 0.5f * x;
        const float by = 0.5f * y;
        const float bz = 0.5f * z;
        const float along = bx * own.x + by * own.y + bz * own.z;
        const float length = sqrtf(bx * bx + by * by + bz * bz);
        // No sum of vectors is longer than that of their lengths, but for rounding.
        const float parallel = fmaxf(half + along, 0.0f);
        const float across = fmaxf(half - along, 0.0f);
        const float spread = fmaxf(half - length, 0.0f) * (half + length);
        return (parallel + spread) / (1.0f + across);
    }
};

#endif
