// Random words by position, and uniforms from them.
// NumPy twin: capest/backend/numpy_philox.py. CUDA twin: ../philox.cu.
#include "cuda.hpp"
#include "native.hpp"

#include "../philox.cuh"

namespace {

// The middle of the interval of 2^-53 that a word falls into, kept under 1.
double uniform(const word64 word) {
    const double middle = static_cast<double>(static_cast<int64_t>(word >> 11)) * 0x1p-53 + 0x1p-54;
    return middle < 1.0 - 0x1p-53 ? middle : 1.0 - 0x1p-53;
}

// Words of `count` entities of a trial.
void fill(PhiloxBlock* words, const int64_t seed, const int64_t purpose, const int64_t trial,
          const int64_t first, const int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
        const PhiloxBlock counter =
            philox_counter(static_cast<word64>(trial), static_cast<word64>(first + i));
        words[i] =
            philox4x64_10(counter, static_cast<word64>(seed), static_cast<word64>(purpose));
    }
}

}  // namespace

CAPEST_KERNEL philox_words(
    PhiloxBlock* words,  // out (trials, entities)
    const int64_t seed,
    const int64_t purpose,
    const int64_t first_trial,
    const int64_t trials,
    const int64_t entities) {
    for (int64_t trial = 0; trial < trials; ++trial) {
        fill(words + trial * entities, seed, purpose, first_trial + trial, 0, entities);
    }
    return capest::DONE;
}

CAPEST_KERNEL philox_uniforms(
    double* uniforms,  // out (count, trials * entities)
    const int64_t seed,
    const int64_t purpose,
    const int64_t first_trial,
    const int64_t trials,
    const int64_t entities,
    const int64_t count) {
    constexpr int64_t BLOCK = 64;  // entities whose words are made before they are laid out
    PhiloxBlock words[BLOCK];
    for (int64_t trial = 0; trial < trials; ++trial) {
        for (int64_t first = 0; first < entities; first += BLOCK) {
            const int64_t there = entities - first < BLOCK ? entities - first : BLOCK;
            fill(words, seed, purpose, first_trial + trial, first, there);
            for (int64_t word = 0; word < count; ++word) {
                double* row = uniforms + (word * trials + trial) * entities + first;
                for (int64_t i = 0; i < there; ++i) row[i] = uniform(words[i].word[word]);
            }
        }
    }
    return capest::DONE;
}
