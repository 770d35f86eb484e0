// From SINR to spectral efficiency, sums per beam, and throughput per user.
// NumPy twins: beam_sums and user_throughput in capest/backend/numpy_throughput.py.
//
// Sums over the users of a beam are 64-bit integers in fixed point: integer additions commute, so
// atomics cannot make the result depend on the order in which users arrive. There are no
// floating-point atomics.
//
// Launch of both kernels: any one-dimensional grid, threads stride over the users. No shared
// memory. Float32 for the SINR (division is correctly rounded, as in NumPy); float64 for logarithms,
// fixed point and quotients, once per user, so that both sides round to the same integers.

#define COLUMNS 5
#define FIXED_POINT_EFFICIENCY 16777216.0  // 2^24
#define FIXED_POINT_DB 65536.0             // 2^16

struct alignas(8) RateStep {
    float sinr, efficiency;
};

// Efficiency of the highest step of a link adaptation table whose threshold is met, else 0.
__device__ inline float table_efficiency(const RateStep* table, int entries, float sinr) {
    float efficiency = 0.0f;
    for (int step = 0; step < entries; ++step) {
        efficiency = sinr >= table[step].sinr ? table[step].efficiency : efficiency;
    }
    return efficiency;
}

// Attenuated and truncated Shannon bound, TR 36.942 Annex A.1 and Recommendation ITU-R M.2101:
// alpha log2(1 + SINR), 0 below the smallest SINR, at most the largest efficiency.
__device__ inline float shannon_efficiency(const float* shannon, float sinr) {
    const double alpha = shannon[0];
    const double limited = fminf(sinr, shannon[2]);
    const float bound = (float)(alpha * log2(1.0 + limited));
    return sinr < shannon[1] ? 0.0f : fminf(bound, shannon[3]);
}

// Add a whole number (of either sign, in two's complement) to a sum.
__device__ inline void add_whole(unsigned long long* sum, double value) {
    atomicAdd(sum, (unsigned long long)(long long)rint(value));
}

// efficiency[u] from sinr = carrier / (interference + 1), 0 where the serving beam is dark;
// sums[trial, beam, :] = users attached; users served (efficiency > 0); sums over served users of
// rint(efficiency 2^24) and rint(2^24 / efficiency); sum over users of lit beams of
// rint(10 log10(max(sinr, 1e-30)) 2^16).
extern "C" __global__ void beam_sums(
    const float* __restrict__ carrier,           // (users,)
    const float* __restrict__ interference,      // (users,)
    const int* __restrict__ serving_beam,        // (users,), -1: nobody, counts nowhere
    const int* __restrict__ user_trial,          // (users,)
    const unsigned char* __restrict__ beam_lit,  // (trials, beams), or null: all beams are lit
    const RateStep* __restrict__ rate_table,     // (rate_entries,)
    const float* __restrict__ shannon,           // (4,): alpha, sinr min, sinr max, efficiency max
    float* __restrict__ efficiency,              // out (users,)
    unsigned long long* __restrict__ sums,       // in zeros, out (trials, beams, COLUMNS)
    const int rate_entries,
    const int mode,                              // 0 table, 1 truncated Shannon
    const long long users,
    const int beams) {
    const long long stride = (long long)gridDim.x * blockDim.x;
    for (long long user = (long long)blockIdx.x * blockDim.x + threadIdx.x; user < users;
         user += stride) {
        if (serving_beam[user] < 0) {
            efficiency[user] = 0.0f;
            continue;
        }
        const long long own = (long long)user_trial[user] * beams + serving_beam[user];
        unsigned long long* sum = sums + own * COLUMNS;
        atomicAdd(sum, 1ull);
        if (beam_lit != nullptr && !beam_lit[own]) {
            efficiency[user] = 0.0f;
            continue;
        }
        const float sinr = carrier[user] / (interference[user] + 1.0f);
        const float rate = mode == 0 ? table_efficiency(rate_table, rate_entries, sinr)
                                     : shannon_efficiency(shannon, sinr);
        efficiency[user] = rate;
        add_whole(sum + 4, 10.0 * log10(fmax((double)sinr, 1e-30)) * FIXED_POINT_DB);
        if (rate > 0.0f) {
            atomicAdd(sum + 1, 1ull);
            add_whole(sum + 2, (double)rate * FIXED_POINT_EFFICIENCY);
            add_whole(sum + 3, FIXED_POINT_EFFICIENCY / (double)rate);
        }
    }
}

// Throughput of a user in bit/s per Hz of beam bandwidth, 0 if not served:
// policy 0, equal time: efficiency / users served by the beam;
// policy 1, equal rate: 1 / (sum of 1 / efficiency over the users served).
extern "C" __global__ void user_throughput(
    const float* __restrict__ efficiency,  // (users,)
    const int* __restrict__ serving_beam,  // (users,)
    const int* __restrict__ user_trial,    // (users,)
    const long long* __restrict__ sums,    // (trials, beams, COLUMNS)
    float* __restrict__ throughput,        // out (users,)
    const int policy,
    const long long users,
    const int beams) {
    const long long stride = (long long)gridDim.x * blockDim.x;
    for (long long user = (long long)blockIdx.x * blockDim.x + threadIdx.x; user < users;
         user += stride) {
        const float rate = efficiency[user];
        double shared = 0.0;
        if (rate > 0.0f) {
            const long long own = (long long)user_trial[user] * beams + serving_beam[user];
            const long long* sum = sums + own * COLUMNS;
            shared = policy == 0 ? (double)rate / (double)sum[1]
                                 : FIXED_POINT_EFFICIENCY / (double)sum[3];
        }
        throughput[user] = (float)shared;
    }
}

// best[trial, beam] = greatest efficiency of the beam's users, as the bits of a float: those of numbers
// that are not negative have their order. 0 if the beam serves nobody.
extern "C" __global__ void beam_best(
    const float* __restrict__ efficiency,  // (users,)
    const int* __restrict__ serving_beam,  // (users,), not read where the efficiency is 0
    const int* __restrict__ user_trial,    // (users,)
    int* __restrict__ best,                // in zeros, out (trials, beams)
    const long long users,
    const int beams) {
    const long long stride = (long long)gridDim.x * blockDim.x;
    for (long long user = (long long)blockIdx.x * blockDim.x + threadIdx.x; user < users;
         user += stride) {
        if (efficiency[user] > 0.0f) {
            const long long own = (long long)user_trial[user] * beams + serving_beam[user];
            atomicMax(best + own, __float_as_int(efficiency[user]));
        }
    }
}

// efficiency[u] from sinr[u], as in beam_sums but of links that belong to no beam's sums.
extern "C" __global__ void link_efficiency(
    const float* __restrict__ sinr,           // (users,)
    const RateStep* __restrict__ rate_table,  // (rate_entries,)
    const float* __restrict__ shannon,        // (4,), see beam_sums
    float* __restrict__ efficiency,           // out (users,)
    const int rate_entries,
    const int mode,                           // 0 table, 1 truncated Shannon
    const long long users) {
    const long long stride = (long long)gridDim.x * blockDim.x;
    for (long long user = (long long)blockIdx.x * blockDim.x + threadIdx.x; user < users;
         user += stride) {
        efficiency[user] = mode == 0 ? table_efficiency(rate_table, rate_entries, sinr[user])
                                     : shannon_efficiency(shannon, sinr[user]);
    }
}
