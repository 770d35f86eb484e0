// Antenna pattern of a pair of reduced directions, read from the table that ../pattern.cuh describes.
#ifndef CAPEST_NATIVE_PATTERN_HPP
#define CAPEST_NATIVE_PATTERN_HPP

#include "native.hpp"

namespace capest {

constexpr int PATTERN_OCTAVE_BITS = 9;
constexpr int32_t PATTERN_FIRST_ENTRY = 127 << PATTERN_OCTAVE_BITS;  // the leading bits of 1

// Intercept and slope of each entry, one after the other.
struct Pattern {
    const float* lines;
    int32_t last;

    Pattern(const float* lines, const int64_t entries)
        : lines(lines), last(static_cast<int32_t>(entries) - 1) {}

    // Gain at a position 1 + |direction - boresight|^2, which is 1 at least.
    float gain(const float position) const {
        const int32_t entry = (bits_of(position) >> (23 - PATTERN_OCTAVE_BITS)) - PATTERN_FIRST_ENTRY;
        const int32_t line = 2 * (entry < last ? entry : last);
        return fused(position, lines[line + 1], lines[line]);
    }

    // Gain for the difference of two reduced directions.
    float gain(const float dx, const float dy, const float dz) const {
        return gain(fused(dx, dx, fused(dy, dy, fused(dz, dz, 1.0f))));
    }
};

}  // namespace capest

#endif
