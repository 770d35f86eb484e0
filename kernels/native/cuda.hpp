// CUDA sources as C++: whole-number kernels are the same text on both sides, run by one thread here.
#ifndef CAPEST_NATIVE_CUDA_HPP
#define CAPEST_NATIVE_CUDA_HPP

#define __device__
#define __global__ __attribute__((visibility("hidden")))

namespace {

struct OneThread {
    unsigned int x;
};

constexpr OneThread blockIdx{0}, threadIdx{0}, blockDim{1}, gridDim{1};

inline unsigned long long __umul64hi(const unsigned long long a, const unsigned long long b) {
    return static_cast<unsigned long long>((static_cast<unsigned __int128>(a) * b) >> 64);
}

}  // namespace

#endif
