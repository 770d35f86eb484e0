// What every file of the compiled CPU backend needs: how a kernel is exported, and arithmetic that
// does not depend on how the compiler arranges a loop.
#ifndef CAPEST_NATIVE_HPP
#define CAPEST_NATIVE_HPP

#include <cmath>
#include <cstdint>
#include <cstring>
#include <new>

// A kernel that Python calls: CAPEST_KERNEL name(pointers, sizes) { return guarded([&] { ... }); }
#define CAPEST_KERNEL extern "C" __attribute__((visibility("default"))) int

namespace capest {

constexpr int DONE = 0;
constexpr int NO_MEMORY = 1;

// Run a kernel's work; memory that runs out is the only thing that can go wrong.
template <class Work>
int guarded(Work work) {
    try {
        work();
    } catch (const std::bad_alloc&) {
        return NO_MEMORY;
    }
    return DONE;
}

// a * b + c: rounded once where the processor has the instruction, twice elsewhere. Written out,
// since the compiler is told not to fuse by itself: what it fuses may differ between the body of
// a loop and its remainder, and a user's bits would depend on its place in the block.
inline float fused(const float a, const float b, const float c) {
#ifdef __FP_FAST_FMAF
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

inline double fused(const double a, const double b, const double c) {
#ifdef __FP_FAST_FMA
    return __builtin_fma(a, b, c);
#else
    return a * b + c;
#endif
}

inline int32_t bits_of(const float value) {
    int32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

inline float float_of(const uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// Two numbers that lie one after the other, read as one: half as many loads from a table.
typedef uint64_t __attribute__((may_alias, aligned(4))) Two;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
inline float first_of(const uint64_t two) { return float_of(static_cast<uint32_t>(two)); }
inline float second_of(const uint64_t two) { return float_of(static_cast<uint32_t>(two >> 32)); }
#else
inline float first_of(const uint64_t two) { return float_of(static_cast<uint32_t>(two >> 32)); }
inline float second_of(const uint64_t two) { return float_of(static_cast<uint32_t>(two)); }
#endif

}  // namespace capest

#endif
