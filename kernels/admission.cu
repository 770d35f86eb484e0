// Admission of calls: which users of a beam get what they need, in a given order.
// NumPy twin: admit_calls in capest/backend/numpy_scheduling.py.
//
// What a call takes and what a beam has are whole numbers (fixed point), so both sides admit the
// same calls. A beam's calls depend on those before them, beams on nothing: one thread walks through
// the list of one beam of one trial.
//
// Launch: any one-dimensional grid; threads stride over the beams of all trials. No shared memory, no
// atomics: a user stands in the list of one beam at most.

// admitted[user] = 1 if both of the user's needs fit what the users before have left of the beam; who
// does not fit is passed over. left[beam] = what remains at the end, downlink and uplink.
extern "C" __global__ void admit_calls(
    const long long* __restrict__ order,      // (n,), users, those of a beam one after the other
    const long long* __restrict__ start,      // (beams of all trials,), first place of each in `order`
    const long long* __restrict__ count,      // (beams of all trials,)
    const long long* __restrict__ down,       // (users,), need in the downlink, not negative
    const long long* __restrict__ up,         // (users,), need in the uplink, not negative
    unsigned char* __restrict__ admitted,     // in zeros, out (users,)
    long long* __restrict__ left,             // out (beams of all trials, 2)
    const long long capacity_down,
    const long long capacity_up,
    const long long beams) {
    const long long stride = (long long)gridDim.x * blockDim.x;
    for (long long beam = (long long)blockIdx.x * blockDim.x + threadIdx.x; beam < beams;
         beam += stride) {
        long long left_down = capacity_down, left_up = capacity_up;
        const long long end = start[beam] + count[beam];
        for (long long place = start[beam]; place < end; ++place) {
            const long long user = order[place];
            if (down[user] <= left_down && up[user] <= left_up) {
                admitted[user] = 1;
                left_down -= down[user];
                left_up -= up[user];
            }
        }
        left[2 * beam] = left_down;
        left[2 * beam + 1] = left_up;
    }
}
