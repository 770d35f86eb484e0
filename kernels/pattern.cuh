// Antenna pattern 4 |J1(ka sin theta) / (ka sin theta)|^2 of 3GPP TR 38.811 clause 6.4.1.
//
// The table carries it as an amplitude over the reduced chord, so no pair needs trigonometry:
//
//   x = |direction - boresight|                                       (k a |chord|)
//   t = min(x / amplitude_step, amplitude_entries - 1),  i = floor(t)
//   a = amplitude[i].value + (t - i) * amplitude[i].slope             (2 J1(x')/x', interpolated)
//
// NumPy twin: capest/backend/numpy_pattern.py.
//
// Compile-time constant (-D):
//   AMPLITUDE_IN_SHARED 1: the table is copied to amplitude_entries * 8 bytes of dynamic shared memory
#ifndef CAPEST_PATTERN_CUH
#define CAPEST_PATTERN_CUH

struct alignas(8) AmplitudeStep {
    float value, slope;
};

// The table where the pair loop reads it. Every thread of a block must call this, once.
__device__ inline const AmplitudeStep* staged_amplitude(
    const AmplitudeStep* __restrict__ amplitude, const int amplitude_entries) {
#if AMPLITUDE_IN_SHARED
    extern __shared__ AmplitudeStep amplitude_shared[];
    for (int i = threadIdx.x; i < amplitude_entries; i += blockDim.x) {
        amplitude_shared[i] = amplitude[i];
    }
    __syncthreads();
    return amplitude_shared;
#else
    return amplitude;
#endif
}

// a^2 for the difference of two reduced directions.
__device__ inline float pattern_gain(
    const AmplitudeStep* __restrict__ amplitude,
    const float last_step,       // amplitude_entries - 1
    const float steps_per_unit,  // 1 / amplitude_step
    const float dx,
    const float dy,
    const float dz) {
    const float chord = sqrtf(dx * dx + dy * dy + dz * dz);
    const float position = fminf(chord * steps_per_unit, last_step);
    const int entry = (int)position;
    const AmplitudeStep step = amplitude[entry];
    const float field = step.value + (position - (float)entry) * step.slope;
    return field * field;
}

#endif
