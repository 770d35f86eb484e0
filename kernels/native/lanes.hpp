// Users side by side: what loops over a block turn into vector instructions.
#ifndef CAPEST_NATIVE_LANES_HPP
#define CAPEST_NATIVE_LANES_HPP

#include <type_traits>

#include "native.hpp"

namespace capest {

constexpr int MOST_LANES = 64;  // a few vectors of any processor, so that their latencies overlap
constexpr int LEAST_LANES = 16;

// Reduced directions of a block of users; lanes behind the last one hold anything finite.
template <int LANES>
struct Directions {
    alignas(64) float x[LANES];
    alignas(64) float y[LANES];
    alignas(64) float z[LANES];
};

// Go through [begin, end) in blocks: work(lanes, first, count) with `lanes` as a constant of the
// type. What is left behind full blocks goes into small ones.
template <class Work>
void in_blocks(const int64_t begin, const int64_t end, Work work) {
    for (int64_t first = begin; first < end;) {
        const int64_t left = end - first;
        const bool wide = left > MOST_LANES - LEAST_LANES;
        const int64_t most = wide ? MOST_LANES : LEAST_LANES;
        const int64_t count = left < most ? left : most;
        if (wide) {
            work(std::integral_constant<int, MOST_LANES>{}, first, count);
        } else {
            work(std::integral_constant<int, LEAST_LANES>{}, first, count);
        }
        first += count;
    }
}

}  // namespace capest

#endif
