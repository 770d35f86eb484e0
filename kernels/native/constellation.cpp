// Carrier and interference of users served by given beams, under the many satellites of a trial.
// NumPy twin: constellation_sinr in capest/backend/numpy_constellation.py. CUDA twin:
// ../constellation.cu, which has the formula.
//
// Users come in blocks of neighbours of one trial and colour. A block goes through the satellites it may
// hear in their order, and through the beams of its colour in theirs; what a user does not hear adds zero, so
// that its sums are the same in any block. Of phones with two receive branches: constellation_of_two.cpp.
#include "constellation.hpp"

using namespace capest;

CAPEST_KERNEL constellation_sinr(
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
        const auto lowest = static_cast<float>(lowest_sine);
        std::vector<int32_t> own;
        Links links;

        space.each_block(all, lit, sky_entries, [&](const Block& block, const int64_t* member,
                                                    const int64_t colour,
                                                    std::vector<int32_t>& near) {
            satellites_of(block, lit, own);
            join(own, near);  // they serve at any elevation
            alignas(64) Lanes own_power = {}, others = {};
            for (const int32_t s : near) {
                const Beam* begin = lit.begin(s * colours + colour);
                const Beam* end = lit.begin(s * colours + colour + 1);
                if (begin == end) continue;
                sky.links(block, seen[static_cast<size_t>(s)], links);
                if (lowest > 1.0f) {
                    add_own(pattern, links, begin, end, block.serving, own_power);
                    continue;
                }
                alignas(64) Lanes sum = {};
                if (std::binary_search(own.begin(), own.end(), s)) {
                    add_others(pattern, links, begin, end, block.serving, own_power, sum);
                } else {
                    add_beams(pattern, links, begin, end, sum);
                }
                for (int i = 0; i < LANES; ++i) {
                    others[i] += links.sine[i] >= lowest ? sum[i] * links.gain[i] : 0.0f;
                }
            }
            for (int i = 0; i < LANES; ++i) {
                if (member[i] < 0) continue;
                const float factor = user_gain[member[i]] * block.entry_factor[i];
                carrier[member[i]] = own_power[i] * factor;
                interference[member[i]] = others[i] * factor;
            }
        });
    });
}
