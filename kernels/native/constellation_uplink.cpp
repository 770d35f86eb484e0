// What every receive beam of the many satellites of a trial hears of the users of other beams.
// NumPy twin: constellation_uplink in capest/backend/numpy_constellation_uplink.py. CUDA twin:
// ../constellation_uplink.cu, which has the formula.
//
// Users come in blocks of neighbours of one trial and colour. What a beam hears of a block is summed in
// single precision, rounded to a whole number and added to the beam's: in any order of blocks the same.
#include "constellation.hpp"

namespace {

using namespace capest;

constexpr double PER_NOISE = 16777216.0;  // one over HEARD_UNIT of backend.protocol
constexpr float MOST_HEARD = 16777216.0f;
constexpr int COLUMNS = 16;

// Sum of products over the lanes, always in the same order.
float sum_of_products(const float* one, const float* other) {
    alignas(64) float column[COLUMNS] = {};
    for (int begin = 0; begin < LANES; begin += COLUMNS) {
        for (int i = 0; i < COLUMNS; ++i) {
            column[i] = fused(one[begin + i], other[begin + i], column[i]);
        }
    }
    for (int half = COLUMNS / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; ++i) column[i] += column[i + half];
    }
    return column[0];
}

int64_t in_units(const float power) {
    const float below = power < MOST_HEARD ? power : MOST_HEARD;
    const float held = below > -MOST_HEARD ? below : -MOST_HEARD;
    return std::llrint(static_cast<double>(held) * PER_NOISE);
}

}  // namespace

CAPEST_KERNEL constellation_uplink(
    const double* user_position,     // (3, users)
    const uint8_t* environment,      // (users,)
    const float* user_sight,         // (users, SECTORS)
    const float* user_shadow,        // (users, SECTORS)
    const float* user_entry,         // (users, 2)
    const int32_t* user_beam,        // (users,)
    const double* position,          // (3, satellites)
    const double* axes,              // (3, 3, satellites)
    const int64_t* satellite_start,  // (trials + 1,)
    const float* beam_direction,     // (3, beams)
    const float* beam_power,         // (beams,)
    const int32_t* segment_start,    // (satellites * colours + 1,)
    const float* sky_table,          // (environments, sky_entries, 6)
    const float* pattern_lines,      // (pattern_entries, 2)
    const float* user_power,         // (sums, users)
    const int64_t* block_user,       // (blocks, LANES), -1: nobody
    const int64_t* block_group,      // (blocks,) trial * colours + colour
    int64_t* heard,                  // in and out (sums, beams)
    const int64_t users,
    const int64_t satellites,
    const int64_t beams,
    const int64_t colours,
    const int64_t environments,
    const int64_t sky_entries,
    const int64_t pattern_entries,
    const int64_t sums,
    const int64_t blocks,
    const double reduced_aperture,
    const double axial_weight,
    const double element_exponent,
    const double lowest_sine) {
    return guarded([&] {
        const Users all{user_position, environment, user_sight, user_shadow,
                        user_entry,    user_beam,   users};
        const Pattern pattern(pattern_lines, pattern_entries);
        const Constellation space(position, axes, satellites, lowest_sine);
        const LitBeams lit(beam_direction, beam_power, nullptr, segment_start, satellites, colours,
                           beams, reduced_aperture * axial_weight);
        const Sky sky(sky_table, environments, sky_entries, reduced_aperture, axial_weight,
                      element_exponent);
        std::vector<float> power(static_cast<size_t>(sums * LANES)), received(power.size());
        std::vector<int32_t> near, own;
        Links links;
        alignas(64) Lanes gain;

        for (int64_t number = 0; number < blocks; ++number) {
            const int64_t* member = block_user + number * LANES;
            const int64_t trial = block_group[number] / colours;
            const int64_t colour = block_group[number] % colours;
            const Block block(all, member, sky_entries);
            for (int64_t i = 0; i < sums * LANES; ++i) {
                const int64_t user = member[i % LANES];
                const float sent = user < 0 ? 0.0f : user_power[i / LANES * users + user];
                power[i] = sent * block.entry_factor[i % LANES];
            }
            space.horizon.near(all, member, satellite_start[trial], satellite_start[trial + 1], near);
            satellites_of(block, lit, own);
            for (const int32_t s : near) {
                const Beam* first = lit.first(s * colours + colour);
                const Beam* end = lit.first(s * colours + colour + 1);
                if (first == end) continue;
                sky.links(block, space.seen[static_cast<size_t>(s)], links);
                for (int64_t k = 0; k < sums; ++k) {
                    for (int i = 0; i < LANES; ++i) {
                        const bool is_heard = links.sine[i] >= space.lowest_sine;
                        received[k * LANES + i] =
                            is_heard ? links.gain[i] * power[k * LANES + i] : 0.0f;
                    }
                }
                const bool serves = std::binary_search(own.begin(), own.end(), s);
                for (const Beam* beam = first; beam != end; ++beam) {
                    pattern.gains(links.direction, beam->x, beam->y, beam->z, gain);
                    if (serves) {
                        for (int i = 0; i < LANES; ++i) {
                            gain[i] = block.serving[i] == beam->number ? 0.0f : gain[i];
                        }
                    }
                    for (int64_t k = 0; k < sums; ++k) {
                        const float sum = sum_of_products(gain, received.data() + k * LANES);
                        heard[k * beams + beam->number] += in_units(sum);
                    }
                }
            }
        }
    });
}
