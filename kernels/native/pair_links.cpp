// Links of the users of each cell to each satellite that the cell lists, kept for a search over beams.
// NumPy twin: capest/backend/numpy_pair_links.py. The arithmetic is that of constellation.cpp, whose
// sums these links are the terms of.
#include "sky_links.hpp"

using namespace capest;

CAPEST_KERNEL pair_links(
    const double* user_position,       // (3, users)
    const float* user_gain,            // (users,)
    const uint8_t* environment,        // (users,)
    const float* user_sight,           // (users, SECTORS)
    const float* user_shadow,          // (users, SECTORS)
    const float* user_entry,           // (users, 2)
    const int32_t* user_beam,          // (users,), not used
    const double* position,            // (3, satellites)
    const double* axes,                // (3, 3, satellites)
    const float* satellite_power,      // (satellites,)
    const float* sky_table,            // (environments, sky_entries, 6)
    const double* reduced_aperture,    // (payloads,)
    const int64_t* satellite_payload,  // (satellites,)
    const int64_t* cell_first,         // (cells,) first user of each cell
    const int64_t* cell_users,         // (cells,)
    const int64_t* pair_start,         // (cells + 1,)
    const int32_t* pair_satellite,     // (pairs,)
    const int64_t* pair_offset,        // (pairs,) first link of each
    float* gain,                       // out (links,)
    float* direction,                  // out (3, links)
    const int64_t users,
    const int64_t satellites,
    const int64_t environments,
    const int64_t sky_entries,
    const int64_t payloads,
    const int64_t fading_gain,
    const int64_t cells,
    const int64_t links_count,
    const double axial_weight,
    const double element_exponent,
    const double lowest_sine) {
    return guarded([&] {
        const Users all{user_position, environment, user_sight, user_shadow,
                        user_entry,    user_beam,   users};
        std::vector<Sky> skies;
        for (int64_t p = 0; p < payloads; ++p) {
            skies.emplace_back(sky_table, environments, sky_entries, reduced_aperture[p],
                               axial_weight, element_exponent, fading_gain != 0);
        }
        std::vector<Satellite> seen;
        seen.reserve(static_cast<size_t>(satellites));
        for (int64_t s = 0; s < satellites; ++s) seen.emplace_back(position, axes, satellites, s);
        const auto lowest = static_cast<float>(lowest_sine);
        Links links;
        int64_t member[LANES];
        for (int64_t cell = 0; cell < cells; ++cell) {
            for (int64_t first = 0; first < cell_users[cell]; first += LANES) {
                const int64_t left = cell_users[cell] - first;
                const int count = static_cast<int>(left < LANES ? left : LANES);
                for (int i = 0; i < LANES; ++i) {
                    member[i] = i < count ? cell_first[cell] + first + i : -1;
                }
                const Block block(all, member, sky_entries);
                float factor[LANES];
                for (int i = 0; i < LANES; ++i) {
                    factor[i] = (member[i] < 0 ? 0.0f : user_gain[member[i]]) * block.entry_factor[i];
                }
                for (int64_t pair = pair_start[cell]; pair < pair_start[cell + 1]; ++pair) {
                    const auto s = static_cast<size_t>(pair_satellite[pair]);
                    skies[static_cast<size_t>(satellite_payload[s])].links(block, seen[s], links);
                    const float power = satellite_power[s];
                    const int64_t at = pair_offset[pair] + first;
                    for (int i = 0; i < count; ++i) {
                        const float whole = links.gain[i] * power * factor[i];
                        gain[at + i] = links.sine[i] >= lowest ? whole : 0.0f;
                        direction[at + i] = links.direction.x[i];
                        direction[links_count + at + i] = links.direction.y[i];
                        direction[2 * links_count + at + i] = links.direction.z[i];
                    }
                }
            }
        }
    });
}
