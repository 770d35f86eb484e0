// Which satellites a block of users may hear. NumPy twin: Horizon in capest/backend/numpy_tiles.py.
#ifndef CAPEST_NATIVE_HORIZON_HPP
#define CAPEST_NATIVE_HORIZON_HPP

#include <vector>

#include "sky_links.hpp"

namespace capest {

// From how far some satellites are heard.
class Horizon {
public:
    // Of the satellites with these numbers, ascending.
    Horizon(const double* position, int64_t satellites, const std::vector<int32_t>& numbers,
            double lowest_sine);

    // Those that somebody of a block may hear; never too few.
    void near(const Users& users, const int64_t* member, std::vector<int32_t>& found) const;

private:
    std::vector<int32_t> number_;
    std::vector<double> unit_[3], reach_, cosine_, sine_;
};

}  // namespace capest

#endif
