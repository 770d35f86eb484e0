// Admission of calls, and calls that come and go: the CUDA sources, run by one thread.
// NumPy twins: capest/backend/numpy_scheduling.py and numpy_blocking.py.
#include "cuda.hpp"
#include "native.hpp"

#define admit_calls admit_calls_in_order
#define simulate_calls simulate_calls_in_order
#include "../admission.cu"
#include "../blocking.cu"
#undef admit_calls
#undef simulate_calls

typedef const long long* Numbers;  // int64_t may be another type of as many bits

CAPEST_KERNEL admit_calls(
    Numbers order,      // (n,)
    Numbers start,      // (groups,)
    Numbers count,      // (groups,)
    Numbers down,       // (users,)
    Numbers up,         // (users,)
    uint8_t* admitted,  // in zeros, out (users,)
    long long* left,    // out (groups, 2)
    const int64_t capacity_down,
    const int64_t capacity_up,
    const int64_t groups) {
    admit_calls_in_order(order, start, count, down, up, admitted, left, capacity_down, capacity_up,
                         groups);
    return capest::DONE;
}

CAPEST_KERNEL simulate_calls(
    Numbers order,       // (n,)
    Numbers start,       // (groups,)
    Numbers count,       // (groups,)
    Numbers down,        // (users,)
    Numbers up,          // (users,)
    uint8_t* in_call,    // in zeros (users,), left in any state
    long long* outcome,  // out (groups, 2)
    const int64_t capacity_down,
    const int64_t capacity_up,
    const int64_t warm_up_events,
    const int64_t events,
    const int64_t seed,
    const int64_t purpose,
    const int64_t first_trial,
    const int64_t trials,
    const int64_t beams,  // of a trial
    const double arrival_probability,
    const double end_probability) {
    simulate_calls_in_order(order, start, count, down, up, in_call, outcome, capacity_down,
                            capacity_up, arrival_probability, end_probability, warm_up_events, events,
                            static_cast<word64>(seed), static_cast<word64>(purpose),
                            static_cast<word64>(first_trial), trials, beams);
    return capest::DONE;
}
