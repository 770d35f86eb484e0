// The beams of a constellation that are not dark, by satellite and colour.
#ifndef CAPEST_NATIVE_LIT_BEAMS_HPP
#define CAPEST_NATIVE_LIT_BEAMS_HPP

#include <vector>

#include "native.hpp"

namespace capest {

struct Beam {
    float x, y, z;   // reduced boresight, counted from the nadir
    float power;     // times its satellite's
    int32_t number;  // among all beams
};

class LitBeams {
public:
    std::vector<int32_t> satellite_of;  // of every beam, also of dark ones

    LitBeams(const float* direction,        // (3, beams), reduced boresights
             const float* power,            // (beams,)
             const float* satellite_power,  // (satellites,), or nullptr where it does not matter
             const int32_t* segment_start,  // (satellites * colours + 1,)
             const int64_t satellites, const int64_t colours, const int64_t beams,
             const double nadir)
        : satellite_of(static_cast<size_t>(beams)) {
        start_.reserve(static_cast<size_t>(satellites * colours + 1));
        for (int64_t segment = 0; segment < satellites * colours; ++segment) {
            start_.push_back(beam_.size());
            const int64_t satellite = segment / colours;
            const float factor = satellite_power == nullptr ? 1.0f : satellite_power[satellite];
            for (int32_t b = segment_start[segment]; b < segment_start[segment + 1]; ++b) {
                satellite_of[static_cast<size_t>(b)] = static_cast<int32_t>(satellite);
                const float height = power[b] * factor;
                const float z = static_cast<float>(direction[2 * beams + b] - nadir);
                if (height > 0.0f) {
                    beam_.push_back(Beam{direction[b], direction[beams + b], z, height, b});
                }
            }
        }
        start_.push_back(beam_.size());
    }

    // First beam of a segment, satellite * colours + colour; it ends where the next one begins.
    const Beam* begin(const int64_t segment) const {
        return beam_.data() + start_[static_cast<size_t>(segment)];
    }

    // Satellites from first to before end that have a beam of a colour.
    std::vector<int32_t> satellites(const int64_t first, const int64_t end, const int64_t colour,
                                    const int64_t colours) const {
        std::vector<int32_t> found;
        for (int64_t s = first; s < end; ++s) {
            const auto segment = static_cast<size_t>(s * colours + colour);
            if (start_[segment] != start_[segment + 1]) found.push_back(static_cast<int32_t>(s));
        }
        return found;
    }

private:
    std::vector<Beam> beam_;
    std::vector<size_t> start_;
};

}  // namespace capest

#endif
