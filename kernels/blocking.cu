// Calls that come and go: how many find their beam taken.
// NumPy twin: simulate_calls in capest/backend/numpy_blocking.py.
//
// Every user of a beam is idle or in a call. Events come one after the other: one of the beam's users,
// each as likely; an idle one asks for a call with start_probability and is blocked if it does not fit what
// is left of the beam, one in a call hangs up with end_probability. With both probabilities in the
// ratio of the rates that is the Markov chain of exponential times, made uniform (Jensen 1953): its
// events know no clock, and its averages over events are those over time.
//
// Launch: any one-dimensional grid; threads stride over the beams of all trials, one thread plays one
// beam. Whole numbers and comparisons of exact products only: equal to the twin to the last call.
#include "philox.cuh"

// outcome[beam] = calls asked for, and blocked, in the events after the first warm_events of each user.
extern "C" __global__ void simulate_calls(
    const long long* __restrict__ order,  // (n,), users, those of a beam one after the other
    const long long* __restrict__ start,  // (beams of all trials,), first place of each in `order`
    const long long* __restrict__ count,  // (beams of all trials,)
    const long long* __restrict__ down,   // (users,), need in the downlink, not negative
    const long long* __restrict__ up,     // (users,), need in the uplink, not negative
    unsigned char* __restrict__ in_call,  // in zeros (users,), left in any state
    long long* __restrict__ outcome,      // out (beams of all trials, 2)
    const long long capacity_down,
    const long long capacity_up,
    const double start_probability,
    const double end_probability,
    const long long warm_events,          // per user
    const long long all_events,           // per user
    const word64 seed,
    const word64 purpose,
    const word64 first_trial,
    const long long trials,
    const long long beams) {              // of a trial
    const long long stride = (long long)gridDim.x * blockDim.x;
    for (long long own = (long long)blockIdx.x * blockDim.x + threadIdx.x; own < trials * beams;
         own += stride) {
        const long long users = count[own];
        const PhiloxBlock counter = philox_counter(first_trial + own / beams, own % beams);
        long long left_down = capacity_down, left_up = capacity_up, asked = 0, blocked = 0;
        PhiloxBlock words = counter;
        for (long long event = 0; event < all_events * users; ++event) {
            // A block of four words serves two events; its number stands above the purpose.
            if (event % 2 == 0) {
                words = philox4x64_10(counter, seed, purpose + ((word64)(event / 2) << 32));
            }
            const double which = (double)(words.word[event % 2 * 2] >> 11) * 0x1p-53;
            const double chance = (double)(words.word[event % 2 * 2 + 1] >> 11) * 0x1p-53;
            const long long place = (long long)(which * (double)users);
            const long long user = order[start[own] + (place < users ? place : users - 1)];
            if (in_call[user]) {
                if (chance < end_probability) {
                    in_call[user] = 0;
                    left_down += down[user];
                    left_up += up[user];
                }
            } else if (chance < start_probability) {
                const bool fits = down[user] <= left_down && up[user] <= left_up;
                if (fits) {
                    in_call[user] = 1;
                    left_down -= down[user];
                    left_up -= up[user];
                }
                if (event >= warm_events * users) {
                    ++asked;
                    blocked += !fits;
                }
            }
        }
        outcome[2 * own] = asked;
        outcome[2 * own + 1] = blocked;
    }
}
