// What the kernels of both directions read of the many satellites of a trial.
#ifndef CAPEST_NATIVE_CONSTELLATION_HPP
#define CAPEST_NATIVE_CONSTELLATION_HPP

#include <algorithm>
#include <optional>
#include <vector>

#include "horizon.hpp"
#include "lit_beams.hpp"
#include "pattern.hpp"
#include "sky_links.hpp"

namespace capest {

// Some ascending numbers join others.
inline void join(const std::vector<int32_t>& some, std::vector<int32_t>& others) {
    const auto middle = others.insert(others.end(), some.begin(), some.end());
    std::inplace_merge(others.begin(), middle, others.end());
    others.erase(std::unique(others.begin(), others.end()), others.end());
}

// Satellites, beams and blocks of users of some trials.
struct Constellation {
    const double* position;          // (3, satellites)
    const double* axes;              // (3, 3, satellites)
    const int64_t* satellite_start;  // (trials + 1,)
    const int64_t* block_user;       // (blocks, LANES), -1: nobody
    const int64_t* block_group;      // (blocks,) trial * colours + colour
    int64_t satellites, colours, blocks;
    double lowest_sine;  // of the elevation at which satellites are heard

    // Go through blocks of users: work(block, member, colour, near) with the satellites with beams of
    // their colour that they may hear, or of its other polarisation where both are heard.
    template <class Work>
    void each_block(const Users& users, const LitBeams& lit, const int64_t sky_entries, Work work,
                    const bool both_polarisations = false) const {
        std::vector<int32_t> near;
        std::optional<Horizon> horizon;
        for (int64_t number = 0; number < blocks; ++number) {
            const int64_t* member = block_user + number * LANES;
            const int64_t group = block_group[number], colour = group % colours;
            if (number == 0 || group != block_group[number - 1]) {
                const int64_t* start = satellite_start + group / colours;
                auto numbers = lit.satellites(start[0], start[1], colour, colours);
                if (both_polarisations) {
                    join(lit.satellites(start[0], start[1], colour ^ 1, colours), numbers);
                }
                horizon.emplace(position, satellites, numbers, lowest_sine);
            }
            horizon->near(users, member, near);
            work(Block(users, member, sky_entries), member, colour, near);
        }
    }

    std::vector<Satellite> seen() const {
        std::vector<Satellite> all;
        all.reserve(static_cast<size_t>(satellites));
        for (int64_t number = 0; number < satellites; ++number) {
            all.emplace_back(position, axes, satellites, number);
        }
        return all;
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

// Add the powers of beams to the sum of every lane.
inline void add_beams(const Pattern& pattern, const Links& links, const Beam* begin,
                      const Beam* end, float* __restrict__ sum) {
    alignas(64) Lanes gain;
    for (const Beam* beam = begin; beam != end; ++beam) {
        pattern.gains(links.direction, beam->x, beam->y, beam->z, gain);
        for (int i = 0; i < LANES; ++i) sum[i] = fused(beam->power, gain[i], sum[i]);
    }
}

// The same for a satellite that serves some of the lanes: what those get of their own beam is apart.
inline void add_others(const Pattern& pattern, const Links& links, const Beam* begin,
                       const Beam* end, const int32_t* serving, float* __restrict__ own,
                       float* __restrict__ sum) {
    alignas(64) Lanes gain;
    for (const Beam* beam = begin; beam != end; ++beam) {
        pattern.gains(links.direction, beam->x, beam->y, beam->z, gain);
        for (int i = 0; i < LANES; ++i) {
            const bool is_own = serving[i] == beam->number;
            own[i] = is_own ? beam->power * gain[i] * links.gain[i] : own[i];
            sum[i] = is_own ? sum[i] : fused(beam->power, gain[i], sum[i]);
        }
    }
}

// Beams of a satellite that nobody hears but those whom it serves: what these get of their own.
inline void add_own(const Pattern& pattern, const Links& links, const Beam* begin, const Beam* end,
                    const int32_t* serving, float* __restrict__ own) {
    alignas(64) Lanes gain;
    for (const Beam* beam = begin; beam != end; ++beam) {
        int lanes = 0;
        for (int i = 0; i < LANES; ++i) lanes += serving[i] == beam->number ? 1 : 0;
        if (lanes == 0) continue;
        pattern.gains(links.direction, beam->x, beam->y, beam->z, gain);
        for (int i = 0; i < LANES; ++i) {
            const float power = beam->power * gain[i] * links.gain[i];
            own[i] = serving[i] == beam->number ? power : own[i];
        }
    }
}

}  // namespace capest

#endif
