// Which satellites a block of users may hear; see horizon.hpp.
#include "horizon.hpp"

#include <algorithm>

namespace capest {

namespace {

constexpr double MARGIN_RAD = 1e-3;
const double PI = std::acos(-1.0);

double held(const double cosine) { return std::min(std::max(cosine, -1.0), 1.0); }

}  // namespace

Horizon::Horizon(const double* position, const int64_t satellites,
                 const std::vector<int32_t>& numbers, const double lowest_sine)
    : number_(numbers) {
    const double lowest = std::asin(held(lowest_sine));
    for (const int32_t s : numbers) {
        const double x = position[s], y = position[satellites + s], z = position[2 * satellites + s];
        const double radius_m = std::sqrt(x * x + y * y + z * z);
        unit_[0].push_back(x / radius_m);
        unit_[1].push_back(y / radius_m);
        unit_[2].push_back(z / radius_m);
        // Angle at the Earth's centre between a user and a satellite at the lowest elevation.
        const double cosine = std::min(EARTH_RADIUS_M / radius_m * std::cos(lowest), 1.0);
        reach_.push_back(std::acos(cosine) - lowest + MARGIN_RAD);
        cosine_.push_back(std::cos(reach_.back()));
        sine_.push_back(std::sin(reach_.back()));
    }
}

void Horizon::near(const Users& users, const int64_t* member, std::vector<int32_t>& found) const {
    found.clear();
    double centre[3] = {};
    for (int i = 0; i < LANES; ++i) {
        const int64_t user = member[i] < 0 ? member[0] : member[i];
        for (int axis = 0; axis < 3; ++axis) {
            centre[axis] += users.position[axis * users.count + user];
        }
    }
    const double length =
        std::sqrt(centre[0] * centre[0] + centre[1] * centre[1] + centre[2] * centre[2]);
    double cosine = 1.0;
    for (int i = 0; i < LANES; ++i) {
        const int64_t user = member[i] < 0 ? member[0] : member[i];
        double along = 0.0;
        for (int axis = 0; axis < 3; ++axis) {
            along += users.position[axis * users.count + user] * centre[axis];
        }
        cosine = std::min(cosine, along / (EARTH_RADIUS_M * std::max(length, 1.0)));
    }
    // Users all around the Earth have no middle.
    const double spread = length < EARTH_RADIUS_M * 1e-3 ? PI : std::acos(held(cosine));
    const double spread_cosine = std::cos(spread), spread_sine = std::sin(spread);
    for (size_t s = 0; s < number_.size(); ++s) {
        const double along =
            (centre[0] * unit_[0][s] + centre[1] * unit_[1][s] + centre[2] * unit_[2][s]) /
            std::max(length, 1.0);
        const bool is_near = along >= spread_cosine * cosine_[s] - spread_sine * sine_[s];
        if (is_near || spread + reach_[s] >= PI) found.push_back(number_[s]);
    }
}

}  // namespace capest
