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
    return capest::guarded([&] {
        const capest::Pattern pattern(pattern_lines, entries);
        for (int64_t satellite = 0; satellite < satellites; ++satellite) {
            const float* x = user_direction + 3 * satellite * users;
            const float* y = x + users;
            const float* z = y + users;
            const float* gain = link_gain + satellite * users;
            const int32_t end = segment_start[(satellite + 1) * colours];
            for (int32_t beam = segment_start[satellite * colours]; beam < end; ++beam) {
                const float bx = beam_direction[beam];
                const float by = beam_direction[beams + beam];
                const float bz = beam_direction[2 * beams + beam];
                const float height = beam_power[beam];
                float* row = power + beam * users;
                for (int64_t user = 0; user < users; ++user) {
                    row[user] =
                        pattern.gain(x[user] - bx, y[user] - by, z[user] - bz) * height * gain[user];
                }
            }
        }
    });
}
