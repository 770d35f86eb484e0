// Logarithms of many numbers, in loops that become vector instructions.
#ifndef CAPEST_NATIVE_LOGARITHM_HPP
#define CAPEST_NATIVE_LOGARITHM_HPP

#include "native.hpp"

namespace capest {

constexpr double LOG10_2 = 0.30102999566398119521;
constexpr double LOG10_E = 0.43429448190325182765;
constexpr double LOG2_E = 1.44269504088896340736;

struct Split {
    double exponent;     // of 2
    double logarithm_e;  // of what is left, between sqrt(1/2) and sqrt(2)
};

// Split the logarithm of a positive number that is no subnormal one: 2 atanh((m - 1) / (m + 1)) by
// its series, within two units of the last place.
inline Split split_logarithm(const double value) {
    constexpr uint64_t ROOT_HALF = 0x3FE6A09E667F3BCDu, ONE = 0x3FF0000000000000u;
    constexpr uint64_t MANTISSA = 0x000FFFFFFFFFFFFFu, TWO_52 = 0x4330000000000000u;
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    const uint64_t moved = bits + (ONE - ROOT_HALF);
    const uint64_t biased = (moved >> 52) | TWO_52;
    const uint64_t rest = (moved & MANTISSA) + ROOT_HALF;
    double exponent, m;
    std::memcpy(&exponent, &biased, sizeof exponent);
    std::memcpy(&m, &rest, sizeof m);
    exponent -= 0x1p52 + 1023.0;
    const double s = (m - 1.0) / (m + 1.0), z = s * s;
    double series = 1.0 / 21.0;
    series = fused(series, z, 1.0 / 19.0);
    series = fused(series, z, 1.0 / 17.0);
    series = fused(series, z, 1.0 / 15.0);
    series = fused(series, z, 1.0 / 13.0);
    series = fused(series, z, 1.0 / 11.0);
    series = fused(series, z, 1.0 / 9.0);
    series = fused(series, z, 1.0 / 7.0);
    series = fused(series, z, 1.0 / 5.0);
    series = fused(series, z, 1.0 / 3.0);
    return {exponent, 2.0 * fused(s * z, series, s)};
}

// Decadic logarithm; infinity of infinity.
inline double log10_of(const double value) {
    const Split split = split_logarithm(value);
    const double found = fused(split.exponent, LOG10_2, split.logarithm_e * LOG10_E);
    return value <= __DBL_MAX__ ? found : value;
}

// Logarithm to the base 2; infinity of infinity.
inline double log2_of(const double value) {
    const Split split = split_logarithm(value);
    const double found = split.exponent + split.logarithm_e * LOG2_E;
    return value <= __DBL_MAX__ ? found : value;
}

}  // namespace capest

#endif
