// Functions of one lane, of few operations and without branches, so that a loop over lanes becomes
// vector instructions.
#ifndef CAPEST_NATIVE_FUNCTIONS_HPP
#define CAPEST_NATIVE_FUNCTIONS_HPP

#include "native.hpp"

namespace capest {

// A power of two whose exponent lies between -126 and 127.
inline float power_of_two(const int32_t exponent) {
    return float_of(static_cast<uint32_t>(exponent + 127) << 23);
}

// The exponential, within 2 units in the last place; infinite above 88.7 and zero below -104.
inline float exponential(const float x) {
    constexpr float SHIFTER = 12582912.0f;  // added, it leaves a whole number in the last bits
    const float above = x < -110.0f ? -110.0f : x;
    const float held = above > 90.0f ? 90.0f : above;
    const float shifted = fused(held, 1.44269504f, SHIFTER);
    const int32_t power = bits_of(shifted) - bits_of(SHIFTER);
    const float whole = shifted - SHIFTER;
    const float rest = fused(whole, 2.12194440e-4f, fused(whole, -0.693359375f, held));
    float series = fused(rest, 1.9875691500e-4f, 1.3981999507e-3f);
    series = fused(series, rest, 8.3334519073e-3f);
    series = fused(series, rest, 4.1665795894e-2f);
    series = fused(series, rest, 1.6666665459e-1f);
    series = fused(series, rest, 5.0000001201e-1f);
    series = fused(series, rest * rest, rest) + 1.0f;
    // In two steps, so that neither leaves the range of exponents.
    const int32_t half = power >> 1;
    return series * power_of_two(half) * power_of_two(power - half);
}

// The natural logarithm of a positive number that is not denormal, within 2 units in the last place of
// the result; smaller numbers give minus infinity.
inline float logarithm(const float x) {
    const auto bits = static_cast<uint32_t>(bits_of(x));
    // The rest lies between 0.707 and 1.414.
    const int32_t power = static_cast<int32_t>(bits - 0x3f3504f3u) >> 23;
    const float rest = float_of(bits - (static_cast<uint32_t>(power) << 23)) - 1.0f;
    const float square = rest * rest;
    float series = fused(rest, 7.0376836292e-2f, -1.1514610310e-1f);
    series = fused(series, rest, 1.1676998740e-1f);
    series = fused(series, rest, -1.2420140846e-1f);
    series = fused(series, rest, 1.4249322787e-1f);
    series = fused(series, rest, -1.6668057665e-1f);
    series = fused(series, rest, 2.0000714765e-1f);
    series = fused(series, rest, -2.4999993993e-1f);
    series = fused(series, rest, 3.3333331174e-1f);
    const float exponent = static_cast<float>(power);
    float found = fused(series * rest, square, exponent * -2.12194440e-4f);
    found = fused(square, -0.5f, found) + rest;
    found = fused(exponent, 0.693359375f, found);
    return x >= 1.17549435e-38f ? found : -INFINITY;
}

}  // namespace capest

#endif
