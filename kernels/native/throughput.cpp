// From SINR to spectral efficiency, sums per beam, and throughput per user.
// NumPy twin: capest/backend/numpy_throughput.py. CUDA twin: ../throughput.cu.
#include "logarithm.hpp"

namespace {

using namespace capest;

constexpr int COLUMNS = 5;
constexpr double FIXED_POINT_EFFICIENCY = 16777216.0;  // 2^24
constexpr double FIXED_POINT_DB = 65536.0;             // 2^16
constexpr int64_t BLOCK = 64;

struct Adaptation {
    const float* rate_table;  // (entries, 2)
    const float* shannon;     // (4,): alpha, smallest and largest SINR, largest efficiency
    int64_t entries, mode;

    // Efficiencies of a block of links.
    void efficiencies(const float* sinr, const int64_t count, float* efficiency) const {
        if (mode == 0) {
            for (int64_t i = 0; i < count; ++i) efficiency[i] = 0.0f;
            for (int64_t step = 0; step < entries; ++step) {
                const float threshold = rate_table[2 * step], rate = rate_table[2 * step + 1];
                for (int64_t i = 0; i < count; ++i) {
                    efficiency[i] = sinr[i] >= threshold ? rate : efficiency[i];
                }
            }
            return;
        }
        const double alpha = shannon[0], largest = shannon[2], ceiling = shannon[3];
        for (int64_t i = 0; i < count; ++i) {
            const double limited = sinr[i] < largest ? static_cast<double>(sinr[i]) : largest;
            const double rate = alpha * log2_of(1.0 + limited);
            const double bound = rate < ceiling ? rate : ceiling;
            efficiency[i] = sinr[i] < shannon[1] ? 0.0f : static_cast<float>(bound);
        }
    }
};

}  // namespace

CAPEST_KERNEL link_efficiency(
    const float* sinr,        // (users,)
    const float* rate_table,  // (entries, 2)
    const float* shannon,     // (4,)
    float* efficiency,        // out (users,)
    const int64_t entries,
    const int64_t mode,
    const int64_t users) {
    const Adaptation adaptation{rate_table, shannon, entries, mode};
    for (int64_t first = 0; first < users; first += BLOCK) {
        const int64_t count = users - first < BLOCK ? users - first : BLOCK;
        adaptation.efficiencies(sinr + first, count, efficiency + first);
    }
    return DONE;
}

CAPEST_KERNEL beam_sums(
    const float* carrier,        // (users,)
    const float* interference,   // (users,)
    const int32_t* serving,      // (users,), -1: nobody, counts nowhere
    const int32_t* user_trial,   // (users,)
    const uint8_t* beam_lit,     // (trials, beams), or nullptr: all are
    const float* rate_table,     // (entries, 2)
    const float* shannon,        // (4,)
    float* efficiency,           // out (users,)
    int64_t* sums,               // in zeros, out (trials, beams, COLUMNS)
    const int64_t entries,
    const int64_t mode,
    const int64_t users,
    const int64_t beams) {
    const Adaptation adaptation{rate_table, shannon, entries, mode};
    for (int64_t first = 0; first < users; first += BLOCK) {
        const int64_t count = users - first < BLOCK ? users - first : BLOCK;
        float* rate = efficiency + first;
        float sinr[BLOCK];
        double inverse[BLOCK], decibels[BLOCK];
        for (int64_t i = 0; i < count; ++i) {
            sinr[i] = carrier[first + i] / (interference[first + i] + 1.0f);
        }
        adaptation.efficiencies(sinr, count, rate);
        for (int64_t i = 0; i < count; ++i) {
            const double exact = sinr[i], heard = exact > 1e-30 ? exact : 1e-30;
            decibels[i] = std::nearbyint(10.0 * log10_of(heard) * FIXED_POINT_DB);
            const double least = rate[i] > 0.0f ? static_cast<double>(rate[i]) : 1.0;
            inverse[i] = std::nearbyint(FIXED_POINT_EFFICIENCY / least);
        }
        for (int64_t i = 0; i < count; ++i) {
            const int64_t user = first + i;
            if (serving[user] < 0) {
                rate[i] = 0.0f;
                continue;
            }
            const int64_t own = user_trial[user] * beams + serving[user];
            int64_t* sum = sums + own * COLUMNS;
            sum[0] += 1;
            if (beam_lit != nullptr && !beam_lit[own]) {
                rate[i] = 0.0f;
                continue;
            }
            sum[4] += static_cast<int64_t>(decibels[i]);
            if (rate[i] > 0.0f) {
                sum[1] += 1;
                sum[2] += static_cast<int64_t>(
                    std::nearbyint(static_cast<double>(rate[i]) * FIXED_POINT_EFFICIENCY));
                sum[3] += static_cast<int64_t>(inverse[i]);
            }
        }
    }
    return DONE;
}

CAPEST_KERNEL user_throughput(
    const float* efficiency,    // (users,)
    const int32_t* serving,     // (users,)
    const int32_t* user_trial,  // (users,)
    const int64_t* sums,        // (trials, beams, COLUMNS)
    float* throughput,          // out (users,)
    const int64_t policy,
    const int64_t users,
    const int64_t beams) {
    for (int64_t user = 0; user < users; ++user) {
        const float rate = efficiency[user];
        double shared = 0.0;
        if (rate > 0.0f) {
            const int64_t* sum = sums + (user_trial[user] * beams + serving[user]) * COLUMNS;
            // As in the twin, a beam whose sums are of nobody shares with one.
            const int64_t among = policy == 0 ? sum[1] : sum[3];
            shared = (policy == 0 ? static_cast<double>(rate) : FIXED_POINT_EFFICIENCY) /
                     static_cast<double>(among > 1 ? among : 1);
        }
        throughput[user] = static_cast<float>(shared);
    }
    return DONE;
}

CAPEST_KERNEL beam_best(
    const float* efficiency,    // (users,)
    const int32_t* serving,     // (users,), not read where the efficiency is 0
    const int32_t* user_trial,  // (users,)
    float* best,                // in zeros, out (trials, beams)
    const int64_t users,
    const int64_t beams) {
    for (int64_t user = 0; user < users; ++user) {
        if (!(efficiency[user] > 0.0f)) continue;
        float& most = best[user_trial[user] * beams + serving[user]];
        most = efficiency[user] > most ? efficiency[user] : most;
    }
    return DONE;
}
