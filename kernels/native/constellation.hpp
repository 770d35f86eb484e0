// What the kernels of both directions read of the many satellites of a trial.
#ifndef CAPEST_NATIVE_CONSTELLATION_HPP
#define CAPEST_NATIVE_CONSTELLATION_HPP

#include <algorithm>
#include <vector>

#include "horizon.hpp"
#include "lit_beams.hpp"
#include "pattern.hpp"
#include "sky_links.hpp"

namespace capest {

// Satellites of all trials by number.
struct Constellation {
    Horizon horizon;
    std::vector<Satellite> seen;
    float lowest_sine;  // of the elevation at which they are heard

    Constellation(const double* position, const double* axes, const int64_t satellites,
                  const double lowest)
        : horizon(position, satellites, lowest), lowest_sine(static_cast<float>(lowest)) {
        seen.reserve(static_cast<size_t>(satellites));
        for (int64_t number = 0; number < satellites; ++number) {
            seen.emplace_back(position, axes, satellites, number);
        }
    }
};

// Satellites that serve somebody of a block, ascending.
inline void satellites_of(const Block& block, const LitBeams& lit, std::vector<int32_t>& own) {
    own.clear();
    for (const int32_t serving : block.serving) {
        if (serving >= 0) own.push_back(lit.satellite_of[static_cast<size_t>(serving)]);
    }
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
}

}  // namespace capest

#endif
