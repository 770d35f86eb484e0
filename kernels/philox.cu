// Random words by position, and uniforms from them. NumPy twins: philox_words and philox_uniforms in
// capest/backend/numpy_philox.py.
//
// words[t, e, :] = Philox4x64-10(counter = (first_trial + t) * 2^20 + e, key = (seed, purpose))
//
// Launch: any one-dimensional grid; threads stride over the trials * entities blocks, so the words
// do not depend on the grid. No shared memory. Integers, and one rounded sum of a uniform: equal to
// the twins bit for bit.
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

// uniforms[w, t, e] = ((word w >> 11) + 1/2) * 2^-53, rounded once and kept under 1.
extern "C" __global__ void philox_uniforms(
    double* __restrict__ uniforms,  // out (count, trials, entities)
    const word64 seed,
    const word64 purpose,
    const word64 first_trial,
    const word64 trials,
    const word64 entities,
    const int count) {              // 1 to 4
    const word64 stride = (word64)gridDim.x * blockDim.x;
    const word64 positions = trials * entities;
    word64 index = (word64)blockIdx.x * blockDim.x + threadIdx.x;
    for (; index < positions; index += stride) {
        const word64 trial = first_trial + index / entities;
        const PhiloxBlock block = philox4x64_10(philox_counter(trial, index % entities), seed, purpose);
        for (int word = 0; word < count; ++word) {
            // Multiplying by a power of two rounds nothing.
            const double value = ((double)(block.word[word] >> 11) + 0.5) * 0x1p-53;
            uniforms[word * positions + index] = fmin(value, 1.0 - 0x1p-53);
        }
    }
}
