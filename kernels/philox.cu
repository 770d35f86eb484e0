// Random words by position. NumPy twin: philox_words in capest/backend/numpy_kernels.py.
//
// words[t, e, :] = Philox4x64-10(counter = (first_trial + t) * 2^20 + e, key = (seed, purpose))
//
// Launch: any one-dimensional grid; threads stride over the trials * entities blocks, so the words
// do not depend on the grid. No shared memory. Integers only: equal to the twin bit for bit.
#include "philox.cuh"

extern "C" __global__ void philox_words(
    PhiloxBlock* __restrict__ words,  // out (trials, entities), four 64-bit words each
    const word64 seed,
    const word64 purpose,
    const word64 first_trial,
    const word64 trials,
    const word64 entities) {
    const word64 stride = (word64)gridDim.x * blockDim.x;
    word64 index = (word64)blockIdx.x * blockDim.x + threadIdx.x;
    for (; index < trials * entities; index += stride) {
        const word64 trial = first_trial + index / entities;
        const word64 entity = index % entities;
        words[index] = philox4x64_10(philox_counter(trial, entity), seed, purpose);
    }
}
