// Carrier and interference of users with two receive branches, under the many satellites of a trial.
// NumPy twin: constellation_sinr in capest/backend/numpy_constellation.py with HeardByTwo of
// numpy_waves.py. CUDA twin: ../constellation.cu with BRANCHES = 2. What combining does: ../two_branches.cuh.
//
// Blocks, satellites and beams are gone through as in constellation.cpp.
#include "cuda.hpp"

#include "constellation.hpp"

#include "../two_branches.cuh"

using namespace capest;

namespace {

// What a block of users hears of beams other than their own.
struct alignas(64) Heard {
    Lanes own = {};                       // of their own satellites and polarisation
    Lanes total = {}, x = {}, y = {}, z = {};  // of all else, see Waves
    uint32_t key[LANES];
    int32_t satellite[LANES];             // own

    Heard(const Block& block, const LitBeams& lit, const int64_t* member, const uint32_t* wave_key) {
        for (int i = 0; i < LANES; ++i) {
            key[i] = member[i] < 0 ? 0 : wave_key[member[i]];
            satellite[i] =
                member[i] < 0 ? -1 : lit.satellite_of[static_cast<size_t>(block.serving[i])];
        }
    }

    // Add a satellite, by the sums over its beams of each polarisation.
    void add(const Links& links, const float lowest, const int32_t s, const uint32_t place,
             const float* point, const float* sum, const float* opposite) {
        const float *px = point, *py = point + WAVE_POINTS, *pz = point + 2 * WAVE_POINTS;
        for (int i = 0; i < LANES; ++i) {
            const float gain = links.sine[i] >= lowest ? links.gain[i] : 0.0f;
            const float power = sum[i] * gain, across = opposite[i] * gain;
            const bool is_own = satellite[i] == s;
            const float same = is_own ? 0.0f : power;
            const float along = same - across;
            const uint32_t number = wave_number(key[i], place);
            own[i] += is_own ? power : 0.0f;
            total[i] += same + across;
            x[i] += along * px[number];
            y[i] += along * py[number];
            z[i] += along * pz[number];
        }
    }

    // In units of the noise, for a user whose powers are to be multiplied by a factor.
    float interference(const int i, const float factor, const std::vector<uint32_t>& place,
                       const float* point) const {
        const Waves waves{total[i] * factor, x[i] * factor, y[i] * factor, z[i] * factor};
        const uint32_t own_place = place[static_cast<size_t>(satellite[i])];
        return own[i] * factor + waves.left(wave_of(point, key[i], own_place));
    }
};

// Place of every satellite in its trial.
std::vector<uint32_t> places(const int64_t* satellite_start, const int64_t trials,
                             const int64_t satellites) {
    std::vector<uint32_t> found(static_cast<size_t>(satellites));
    for (int64_t trial = 0; trial < trials; ++trial) {
        for (int64_t s = satellite_start[trial]; s < satellite_start[trial + 1]; ++s) {
            found[static_cast<size_t>(s)] = static_cast<uint32_t>(s - satellite_start[trial]);
        }
    }
    return found;
}

}  // namespace

CAPEST_KERNEL constellation_sinr_of_two(
    const double* user_position,     // (3, users)
    const float* user_gain,          // (users,)
    const uint8_t* environment,      // (users,)
    const float* user_sight,         // (users, SECTORS)
    const float* user_shadow,        // (users, SECTORS)
    const float* user_entry,         // (users, 2)
    const int32_t* user_beam,        // (users,)
    const double* position,          // (3, satellites)
    const double* axes,              // (3, 3, satellites)
    const int64_t* satellite_start,  // (trials + 1,)
    const float* satellite_power,    // (satellites,)
    const float* beam_direction,     // (3, beams)
    const float* beam_power,         // (beams,)
    const int32_t* segment_start,    // (satellites * colours + 1,)
    const float* sky_table,          // (environments, sky_entries, 6)
    const float* pattern_lines,      // (pattern_entries, 2)
    const int64_t* block_user,       // (blocks, LANES), -1: nobody
    const int64_t* block_group,      // (blocks,) trial * colours + colour
    const uint32_t* wave_key,        // (users,)
    const float* wave_point,         // (3, WAVE_POINTS)
    float* carrier,                  // out (users,): only of users in blocks
    float* interference,             // out (users,): the same
    const int64_t users,
    const int64_t satellites,
    const int64_t beams,
    const int64_t colours,
    const int64_t environments,
    const int64_t sky_entries,
    const int64_t pattern_entries,
    const int64_t fading_gain,
    const int64_t blocks,
    const int64_t trials,
    const int64_t polarisations,
    const double reduced_aperture,
    const double axial_weight,
    const double element_exponent,
    const double lowest_sine) {
    return guarded([&] {
        const Users all{user_position, environment, user_sight, user_shadow,
                        user_entry,    user_beam,   users};
        const Pattern pattern(pattern_lines, pattern_entries);
        const LitBeams lit(beam_direction, beam_power, satellite_power, segment_start, satellites,
                           colours, beams, reduced_aperture * axial_weight);
        const Sky sky(sky_table, environments, sky_entries, reduced_aperture, axial_weight,
                      element_exponent, fading_gain != 0);
        const Constellation space{position,    axes,       satellite_start, block_user,
                                  block_group, satellites, colours,         blocks,
                                  lowest_sine};
        const std::vector<Satellite> seen = space.seen();
        const std::vector<uint32_t> place = places(satellite_start, trials, satellites);
        const auto lowest = static_cast<float>(lowest_sine);
        const bool both = polarisations == 2;
        std::vector<int32_t> own;
        Links links;

        const auto hear = [&](const Block& block, const int64_t* member, const int64_t colour,
                              std::vector<int32_t>& near) {
            satellites_of(block, lit, own);
            join(own, near);  // they serve at any elevation
            alignas(64) Lanes own_power = {};
            Heard heard(block, lit, member, wave_key);
            for (const int32_t s : near) {
                const Beam* begin = lit.begin(s * colours + colour);
                const Beam* end = lit.begin(s * colours + colour + 1);
                const int64_t other = s * colours + (both ? colour ^ 1 : colour);
                const Beam* other_begin = both ? lit.begin(other) : end;
                const Beam* other_end = both ? lit.begin(other + 1) : end;
                if (begin == end && other_begin == other_end) continue;
                sky.links(block, seen[static_cast<size_t>(s)], links);
                alignas(64) Lanes sum = {}, opposite = {};
                if (std::binary_search(own.begin(), own.end(), s)) {
                    add_others(pattern, links, begin, end, block.serving, own_power, sum);
                } else {
                    add_beams(pattern, links, begin, end, sum);
                }
                add_beams(pattern, links, other_begin, other_end, opposite);
                heard.add(links, lowest, s, place[static_cast<size_t>(s)], wave_point, sum,
                          opposite);
            }
            for (int i = 0; i < LANES; ++i) {
                if (member[i] < 0) continue;
                const float factor = user_gain[member[i]] * block.entry_factor[i];
                carrier[member[i]] = own_power[i] * factor;
                interference[member[i]] = heard.interference(i, factor, place, wave_point);
            }
        };
        space.each_block(all, lit, sky_entries, hear, both);
    });
}
