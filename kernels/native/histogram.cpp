// Counts of users and beams: into the bins of a quantity, and by number.
// NumPy twin: capest/backend/numpy_histogram.py. CUDA twin: ../histogram.cu.
#include "logarithm.hpp"

CAPEST_KERNEL count_values(
    const double* values,   // (n,)
    const int32_t* weight,  // (n,), not negative, or nullptr: every value counts once
    int64_t* counts,        // in zeros, out (bins,)
    const int64_t bins,
    const int64_t logarithmic,
    const int64_t n,
    const double low,
    const double inverse_step) {
    constexpr int64_t BLOCK = 64;
    const double last = static_cast<double>(bins - 1);
    int32_t bin[BLOCK];
    double value[BLOCK];
    for (int64_t first = 0; first < n; first += BLOCK) {
        const int64_t there = n - first < BLOCK ? n - first : BLOCK;
        for (int64_t i = 0; i < there; ++i) value[i] = values[first + i];
        if (logarithmic) {
            for (int64_t i = 0; i < there; ++i) {
                value[i] = capest::log10_of(value[i] > 1e-300 ? value[i] : 1e-300);
            }
        }
        for (int64_t i = 0; i < there; ++i) {
            // What is no number falls into bin 0.
            double place = std::floor((value[i] - low) * inverse_step) + 1.0;
            place = place > 0.0 ? place : 0.0;
            bin[i] = static_cast<int32_t>(place < last ? place : last);
        }
        if (weight == nullptr) {
            for (int64_t i = 0; i < there; ++i) counts[bin[i]] += 1;
        } else {
            for (int64_t i = 0; i < there; ++i) counts[bin[i]] += weight[first + i];
        }
    }
    return capest::DONE;
}

CAPEST_KERNEL count_numbers(
    const int64_t* numbers,  // (n,), below the length of `counts`; negative ones do not count
    int64_t* counts,         // in zeros, out
    const int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
        if (numbers[i] >= 0) counts[numbers[i]] += 1;
    }
    return capest::DONE;
}
