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

// Put the lanes from HALF on to those before, and so on: the sum in the first, always in one order.
template <int HALF>
void fold(float* lanes) {
    for (int i = 0; i < HALF; ++i) lanes[i] += lanes[i + HALF];
    if constexpr (HALF > 1) fold<HALF / 2>(lanes);
}

float sum_of_products(const float* __restrict__ one, const float* __restrict__ other) {
    alignas(64) Lanes product;
    for (int i = 0; i < LANES; ++i) product[i] = one[i] * other[i];
    fold<LANES / 2>(product);
    return product[0];
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
    const int64_t fading_gain,
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
        const LitBeams lit(beam_direction, beam_power, nullptr, segment_start, satellites, colours,
                           beams, reduced_aperture * axial_weight);
        const Sky sky(sky_table, environments, sky_entries, reduced_aperture, axial_weight,
                      element_exponent, fading_gain != 0);
        const Constellation space{position,    axes,       satellite_start, block_user,
                                  block_group, satellites, colours,         blocks,
                                  lowest_sine};
        const std::vector<Satellite> seen = space.seen();
        const auto lowest = static_cast<float>(lowest_sine);
        std::vector<float> power(static_cast<size_t>(sums * LANES)), received(power.size());
        std::vector<int32_t> own;
        Links links;

        // What a beam hears of a block, by the gains of the lanes that are not its own users.
        const auto hear = [&](const Beam& beam, const float* gain) {
            for (int64_t k = 0; k < sums; ++k) {
                const float sum = sum_of_products(gain, received.data() + k * LANES);
                heard[k * beams + beam.number] += in_units(sum);
            }
        };

        space.each_block(all, lit, sky_entries, [&](const Block& block, const int64_t* member,
                                                    const int64_t colour,
                                                    const std::vector<int32_t>& near) {
            for (int64_t k = 0; k < sums; ++k) {
                for (int i = 0; i < LANES; ++i) {
                    const float sent = member[i] < 0 ? 0.0f : user_power[k * users + member[i]];
                    power[static_cast<size_t>(k * LANES + i)] = sent * block.entry_factor[i];
                }
            }
            satellites_of(block, lit, own);
            alignas(64) Lanes gain;
            for (const int32_t s : near) {
                sky.links(block, seen[static_cast<size_t>(s)], links);
                for (int i = 0; i < LANES; ++i) {
                    gain[i] = links.sine[i] >= lowest ? links.gain[i] : 0.0f;
                }
                for (int64_t k = 0; k < sums; ++k) {
                    const float* __restrict__ from = power.data() + k * LANES;
                    float* __restrict__ to = received.data() + k * LANES;
                    for (int i = 0; i < LANES; ++i) to[i] = gain[i] * from[i];
                }
                const bool serves = std::binary_search(own.begin(), own.end(), s);
                const Beam* end = lit.begin(s * colours + colour + 1);
                for (const Beam* beam = lit.begin(s * colours + colour); beam != end; ++beam) {
                    pattern.gains(links.direction, beam->x, beam->y, beam->z, gain);
                    for (int i = 0; serves && i < LANES; ++i) {
                        gain[i] = block.serving[i] == beam->number ? 0.0f : gain[i];
                    }
                    hear(*beam, gain);
                }
            }
        });
    });
}
