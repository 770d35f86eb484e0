// Power that every user receives from every beam, one by one.
// NumPy twin: capest/backend/numpy_powers.py. CUDA twin: ../powers.cu, which has the formula.
#include "pattern.hpp"

CAPEST_KERNEL beam_powers(
    const float* user_direction,   // (satellites, 3, users)
    const float* link_gain,        // (satellites, users)
    const float* beam_direction,   // (3, beams)
    const float* beam_power,       // (beams,)
    const int32_t* segment_start,  // (satellites * colours + 1,)
    const float* pattern_lines,    // (entries, 2)
    float* power,                  // out (beams, users)
    const int64_t entries,
    const int64_t users,
    const int64_t satellites,
    const int64_t colours,
    const int64_t beams) {
    using namespace capest;
    return guarded([&] {
        const Pattern pattern(pattern_lines, entries);
        for (int64_t satellite = 0; satellite < satellites; ++satellite) {
            const float* direction = user_direction + 3 * satellite * users;
            const float* gain = link_gain + satellite * users;
            const int32_t begin = segment_start[satellite * colours];
            const int32_t end = segment_start[(satellite + 1) * colours];
            in_blocks(0, users, [&](auto lanes, const int64_t first, const int64_t count) {
                Directions<lanes> user{};
                alignas(64) float found[lanes];
                const auto bytes = static_cast<size_t>(count) * sizeof(float);
                std::memcpy(user.x, direction + first, bytes);
                std::memcpy(user.y, direction + users + first, bytes);
                std::memcpy(user.z, direction + 2 * users + first, bytes);
                for (int32_t beam = begin; beam < end; ++beam) {
                    pattern.gains(user, beam_direction[beam], beam_direction[beams + beam],
                                  beam_direction[2 * beams + beam], found);
                    const float height = beam_power[beam];
                    float* row = power + beam * users + first;
                    for (int64_t i = 0; i < count; ++i) {
                        row[i] = found[i] * height * gain[first + i];
                    }
                }
            });
        }
    });
}
