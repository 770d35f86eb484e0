// Counts of users and beams: into the bins of a quantity, and by number.
// NumPy twins: count_values and count_numbers in capest/backend/numpy_histogram.py.
//
// Counts are 64-bit integers, so atomics cannot make them depend on an order, and what does not count
// has weight 0: nobody has to ask the host how many are left.
//
// Launch: any one-dimensional grid; threads stride over the values.
typedef unsigned int word32;
typedef unsigned long long word64;

extern __shared__ word32 own_counts[];  // (bins,), those of this block

// counts[bin] += weight of the values in the bin. Bin 0 takes what is below `low`, the last one what
// is above all regular bins; on a logarithmic axis, the decadic logarithm of a value is binned.
//
// Every block counts in shared memory first and adds its bins that hold anything at the end: a link
// has some twenty efficiencies, on which global atomics of all users would queue. There the counts have
// 32 bits, for which the hardware has an atomic addition; what runs over goes on as 2^32.
extern "C" __global__ void count_values(
    const double* __restrict__ values,  // (n,)
    const int* __restrict__ weight,     // (n,), not negative, or null: every value counts once
    word64* __restrict__ counts,        // in zeros, out (bins,)
    const double low,
    const double inverse_step,
    const int bins,
    const int logarithmic,
    const long long n) {
    for (int bin = threadIdx.x; bin < bins; bin += blockDim.x) own_counts[bin] = 0;
    __syncthreads();
    const long long stride = (long long)gridDim.x * blockDim.x;
    for (long long index = (long long)blockIdx.x * blockDim.x + threadIdx.x; index < n;
         index += stride) {
        const int times = weight == nullptr ? 1 : weight[index];
        if (times == 0) continue;
        const double value = logarithmic ? log10(fmax(values[index], 1e-300)) : values[index];
        const double position = floor((value - low) * inverse_step) + 1.0;
        const int bin = (int)fmin(fmax(position, 0.0), bins - 1.0);
        const word32 before = atomicAdd(&own_counts[bin], (word32)times);
        if (before + (word32)times < before) atomicAdd(&counts[bin], 1ull << 32);
    }
    __syncthreads();
    for (int bin = threadIdx.x; bin < bins; bin += blockDim.x) {
        if (own_counts[bin] != 0) atomicAdd(&counts[bin], (word64)own_counts[bin]);
    }
}

// counts[number] += 1 for every number that is not negative. Numbers are those of beams or trials and
// meet few users each, so the atomics go to global memory at once.
extern "C" __global__ void count_numbers(
    const long long* __restrict__ numbers,  // (n,), below the length of `counts`
    word64* __restrict__ counts,            // in zeros, out
    const long long n) {
    const long long stride = (long long)gridDim.x * blockDim.x;
    for (long long index = (long long)blockIdx.x * blockDim.x + threadIdx.x; index < n;
         index += stride) {
        if (numbers[index] >= 0) atomicAdd(&counts[numbers[index]], 1ull);
    }
}
