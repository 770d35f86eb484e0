// Antenna pattern of pairs of reduced directions, read from the table that ../pattern.cuh describes.
#ifndef CAPEST_NATIVE_PATTERN_HPP
#define CAPEST_NATIVE_PATTERN_HPP

#include "lanes.hpp"

namespace capest {

constexpr int PATTERN_OCTAVE_BITS = 9;
constexpr uint32_t PATTERN_FIRST_ENTRY = 127u << PATTERN_OCTAVE_BITS;  // the leading bits of 1

struct Pattern {
    const Two* lines;  // intercept and slope of each entry: loads take the time
    uint32_t last;

    Pattern(const float* table, const int64_t entries)  // (entries, 2)
        : lines(reinterpret_cast<const Two*>(table)), last(static_cast<uint32_t>(entries - 1)) {}

    // Entry of a position 1 + |direction - boresight|^2. What is no number goes to the last one.
    int32_t entry(const float position) const {
        const uint32_t found =
            (static_cast<uint32_t>(bits_of(position)) >> (23 - PATTERN_OCTAVE_BITS)) -
            PATTERN_FIRST_ENTRY;
        return static_cast<int32_t>(found < last ? found : last);
    }

    static float on_line(const float position, const uint64_t line) {
        return fused(position, second_of(line), first_of(line));
    }

    static float position(const float dx, const float dy, const float dz) {
        return fused(dx, dx, fused(dy, dy, fused(dz, dz, 1.0f)));
    }

    // Gain for the difference of two reduced directions.
    float gain(const float dx, const float dy, const float dz) const {
        const float there = position(dx, dy, dz);
        return on_line(there, lines[entry(there)]);
    }

    // Gains of a beam towards a block of users, the same bits as one by one.
    template <int LANES>
    void gains(const Directions<LANES>& user, const float x, const float y, const float z,
               float* gain) const {
        alignas(64) float there[LANES];
        alignas(64) int32_t place[LANES];
        alignas(64) uint64_t line[LANES];
        for (int i = 0; i < LANES; ++i) {
            there[i] = position(user.x[i] - x, user.y[i] - y, user.z[i] - z);
            place[i] = entry(there[i]);
        }
        for (int i = 0; i < LANES; ++i) line[i] = lines[place[i]];
        for (int i = 0; i < LANES; ++i) gain[i] = on_line(there[i], line[i]);
    }
};

}  // namespace capest

#endif
