// Antenna pattern, e.g. 4 |J1(ka sin theta) / (ka sin theta)|^2 of 3GPP TR 38.811 clause 6.4.1.
//
// The table carries the gain over the squared reduced chord, so no pair needs trigonometry or a root:
//
//   p = 1 + |direction - boresight|^2                                 (1 + (k a |chord|)^2)
//   i = leading bits of p in single precision, counted from those of 1, at most pattern_entries - 1
//   gain = pattern[i].intercept + p * pattern[i].slope
//
// The bits taken are the exponent and PATTERN_OCTAVE_BITS of the mantissa: entries are evenly spaced in
// an octave of p, twice as far apart in the next.
//
// NumPy twin: capest/backend/numpy_pattern.py. The table: capest/physics/pattern_table.py.
//
// Compile-time constant (-D):
//   PATTERN_IN_SHARED   1: the table is copied to pattern_entries * 8 bytes of dynamic shared memory
#ifndef CAPEST_PATTERN_CUH
#define CAPEST_PATTERN_CUH

#define PATTERN_OCTAVE_BITS 9
#define PATTERN_FIRST_ENTRY (127 << PATTERN_OCTAVE_BITS)  // the leading bits of 1

struct alignas(8) PatternLine {
    float intercept, slope;
};

// The table where the pair loop reads it. Every thread of a block must call this, once.
__device__ inline const PatternLine* staged_pattern(
    const PatternLine* __restrict__ pattern, const int pattern_entries) {
#if PATTERN_IN_SHARED
    extern __shared__ PatternLine pattern_shared[];
    for (int i = threadIdx.x; i < pattern_entries; i += blockDim.x) {
        pattern_shared[i] = pattern[i];
    }
    __syncthreads();
    return pattern_shared;
#else
    return pattern;
#endif
}

// Leading bits of the last entry's positions.
__device__ inline int last_pattern_bits(const int pattern_entries) {
    return PATTERN_FIRST_ENTRY + pattern_entries - 1;
}

// Gain for the difference of two reduced directions.
__device__ inline float pattern_gain(
    const PatternLine* __restrict__ pattern,
    const int last_bits,  // last_pattern_bits()
    const float dx,
    const float dy,
    const float dz) {
    const float position = 1.0f + dz * dz + dy * dy + dx * dx;
    const int bits = __float_as_int(position) >> (23 - PATTERN_OCTAVE_BITS);
    // The constant is taken off the address, not off the number.
    const PatternLine line = pattern[(bits < last_bits ? bits : last_bits) - PATTERN_FIRST_ENTRY];
    return line.intercept + position * line.slope;
}

#endif
