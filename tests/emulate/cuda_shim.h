// The part of CUDA that the kernels use, for g++ -std=c++20: one std::thread per CUDA thread of a
// block, std::barrier for __syncthreads, blocks in sequence. The kernels' text stays as it is.
//
// `static __shared__` becomes a static array, one for all threads, which is right because only one
// block runs at a time. `extern __shared__` becomes a declaration of an array that the build defines.
#pragma once

#include <atomic>
#include <barrier>
#include <bit>
#include <cmath>
#include <cstddef>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#define __global__
#define __device__
#define __shared__
#define __launch_bounds__(...)

struct EmulatedIndex {
    unsigned x = 0, y = 0, z = 0;
};

inline thread_local EmulatedIndex threadIdx;
inline thread_local EmulatedIndex blockIdx;
inline EmulatedIndex blockDim;
inline EmulatedIndex gridDim;
inline std::barrier<>* emulated_barrier = nullptr;

inline void __syncthreads() { emulated_barrier->arrive_and_wait(); }

inline int __float_as_int(float value) { return std::bit_cast<int>(value); }

inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return static_cast<unsigned long long>((static_cast<unsigned __int128>(a) * b) >> 64);
}

inline unsigned long long atomicAdd(unsigned long long* address, unsigned long long value) {
    return std::atomic_ref<unsigned long long>(*address).fetch_add(value, std::memory_order_relaxed);
}

inline int atomicMax(int* address, int value) {
    const std::atomic_ref<int> shared(*address);
    int before = shared.load(std::memory_order_relaxed);
    while (before < value &&
           !shared.compare_exchange_weak(before, value, std::memory_order_relaxed)) {
    }
    return before;
}

inline unsigned int atomicAdd(unsigned int* address, unsigned int value) {
    return std::atomic_ref<unsigned int>(*address).fetch_add(value, std::memory_order_relaxed);
}

// How the launcher's arguments must look: one word a parameter, such as "f4", "pi4" (pointer to
// 4-byte integers), "p*8" (pointer to a structure that must be aligned to 8 bytes).
template <typename T>
std::string emulated_type() {
    if constexpr (std::is_pointer_v<T>) {
        return "p" + emulated_type<std::remove_cv_t<std::remove_pointer_t<T>>>();
    } else if constexpr (std::is_floating_point_v<T>) {
        return "f" + std::to_string(sizeof(T));
    } else if constexpr (std::is_integral_v<T>) {
        return (std::is_signed_v<T> ? "i" : "u") + std::to_string(sizeof(T));
    } else {
        return "*" + std::to_string(alignof(T));
    }
}

template <typename... Parameters>
std::string emulated_signature(void (*)(Parameters...)) {
    std::string text;
    ((text += emulated_type<std::remove_cv_t<Parameters>>() + " "), ...);
    return text;
}

template <typename... Parameters, std::size_t... Place>
void emulated_call(void (*kernel)(Parameters...), void** arguments, std::index_sequence<Place...>) {
    kernel(*static_cast<std::remove_cv_t<Parameters>*>(arguments[Place])...);
}

// Run a grid. `arguments` holds a pointer to each argument, as cuLaunchKernel takes them.
template <typename... Parameters>
void emulated_launch(void (*kernel)(Parameters...), unsigned grid, unsigned block, void** arguments) {
    std::barrier<> barrier(block);
    emulated_barrier = &barrier;
    blockDim = {block, 1, 1};
    gridDim = {grid, 1, 1};
    std::vector<std::thread> threads;
    for (unsigned lane = 0; lane < block; ++lane) {
        threads.emplace_back([=, &barrier] {
            threadIdx = {lane, 0, 0};
            for (unsigned index = 0; index < grid; ++index) {
                blockIdx = {index, 0, 0};
                emulated_call(kernel, arguments, std::index_sequence_for<Parameters...>{});
                barrier.arrive_and_wait();  // shared memory now belongs to the next block
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}
