// What a search over the beams of cells reads: arrays of backend.cell_search.SearchProblem.
// NumPy twin of all that includes this: capest/backend/numpy_cell_search.py, which makes the same moves.
// So that it can, nothing is fused here: a product is rounded before it is added.
#ifndef CAPEST_NATIVE_SEARCH_PROBLEM_HPP
#define CAPEST_NATIVE_SEARCH_PROBLEM_HPP

#include <type_traits>
#include <vector>

#include "native.hpp"

namespace capest {

// Interference is held in whole numbers of this part of the noise, as doubles: what is added and
// taken away again leaves nothing behind, in whatever order.
constexpr float HELD_PER_NOISE = 1073741824.0f;  // 2^30
constexpr float MOST_HELD = 1099511627776.0f;    // 2^40: thousands of them are exact in a double

struct SearchProblem {
    // Users of cells, and pairs of a cell and a satellite.
    const int64_t* first;           // (cells,)
    const int64_t* users_of;        // (cells,)
    const int64_t* pair_start;      // (cells + 1,)
    const int32_t* pair_satellite;  // (pairs,)
    const int64_t* pair_offset;     // (pairs,)
    const float* gain;              // (links,)
    const float* direction;         // (3, links)
    // Beams that cells may have.
    const int64_t* candidate_start;      // (cells + 1,)
    const int32_t* candidate_satellite;  // (candidates,)
    const float* candidate_aim;          // (3, candidates)
    const float* candidate_strength;     // (candidates,)
    const double* candidate_uplink;      // (candidates,)
    const int32_t* colour;               // (cells,)
    const int64_t* room;                 // (satellites,)
    const int64_t* payload;              // (satellites,)
    const float* pattern;                // (entries, 2) of all payloads
    const int64_t* pattern_start;        // (payloads + 1,)
    // What users need and are worth.
    const int8_t* call_class;      // (users,), -1: asks for nothing
    const double* user_uplink;     // (users,)
    const float* up_interference;  // (users,)
    const float* threshold;        // (levels,)
    const int64_t* down;           // (classes, levels + 1), -1: not carried
    const float* up_threshold;     // (steps,)
    const int64_t* up;             // (classes, steps + 1), -1: not carried
    const int64_t* class_weight;   // (classes,)
    const int64_t* order;          // (users,), or nullptr: by efficiency
    const int64_t* worth_start;    // (cells,)
    const int64_t* worth;          // (...)
    const int64_t* level_worth;    // (levels + 1,)
    const double* share_factor;    // (most users of a cell + 1,)
    const int64_t* near_start;     // (cells + 1,)
    const int32_t* near;           // (...)
    int64_t cells, satellites, users, pairs, links, candidates, channels, beams_per_cell, levels,
        steps, capacity_down, capacity_up, rates;
};

// Links of the users of cells to beams of candidates.
class BeamLinks {
public:
    explicit BeamLinks(const SearchProblem& problem)
        : p_(problem), table_(static_cast<size_t>(problem.cells * problem.satellites), -1) {
        for (int64_t c = 0; c < p_.cells; ++c) {
            for (int64_t pair = p_.pair_start[c]; pair < p_.pair_start[c + 1]; ++pair) {
                table_[at(c, p_.pair_satellite[pair])] = static_cast<int32_t>(pair);
            }
        }
    }

    int64_t pair(const int64_t cell, const int64_t satellite) const {
        return table_[at(cell, satellite)];
    }

    // Power that the users of a pair receive of a candidate's beam, in units of the noise.
    void receive(const int64_t pair, const int64_t users, const int64_t candidate,
                 float* __restrict__ power) const {
        receive_links(p_.pair_offset[pair], users, candidate, power);
    }

    // The same for links that follow each other in memory, to the candidate's satellite.
    void receive_links(const int64_t offset, const int64_t count, const int64_t candidate,
                       float* __restrict__ power) const {
        const float* gain = p_.gain + offset;
        const float* x = p_.direction + offset;
        const float* y = x + p_.links;
        const float* z = y + p_.links;
        const float aim_x = p_.candidate_aim[candidate];
        const float aim_y = p_.candidate_aim[p_.candidates + candidate];
        const float aim_z = p_.candidate_aim[2 * p_.candidates + candidate];
        const float strength = p_.candidate_strength[candidate];
        const int64_t payload = p_.payload[p_.candidate_satellite[candidate]];
        const int64_t begin = p_.pattern_start[payload];
        const Two* lines = reinterpret_cast<const Two*>(p_.pattern + 2 * begin);
        const auto last = static_cast<uint32_t>(p_.pattern_start[payload + 1] - begin - 1);
        constexpr int64_t BLOCK = 64;
        const auto block = [&](const int64_t first, const auto some) {
            alignas(64) float place[BLOCK];
            alignas(64) int32_t entry[BLOCK];
            alignas(64) uint64_t line[BLOCK];
            for (int64_t i = 0; i < some; ++i) {
                const float dx = x[first + i] - aim_x, dy = y[first + i] - aim_y;
                const float dz = z[first + i] - aim_z;
                place[i] = dx * dx + dy * dy + dz * dz + 1.0f;
                const uint32_t found =
                    (static_cast<uint32_t>(bits_of(place[i])) >> 14) - (127u << 9);
                entry[i] = static_cast<int32_t>(found < last ? found : last);
            }
            for (int64_t i = 0; i < some; ++i) line[i] = lines[entry[i]];
            for (int64_t i = 0; i < some; ++i) {
                const float part = place[i] * second_of(line[i]) + first_of(line[i]);
                power[first + i] = gain[first + i] * part * strength;
            }
        };
        // Loops of a constant length become vector instructions without a remainder.
        int64_t first = 0;
        for (; first + BLOCK <= count; first += BLOCK) {
            block(first, std::integral_constant<int64_t, BLOCK>{});
        }
        for (; first + 16 <= count; first += 16) block(first, std::integral_constant<int64_t, 16>{});
        if (first < count) block(first, count - first);
    }

private:
    size_t at(const int64_t cell, const int64_t satellite) const {
        return static_cast<size_t>(satellite * p_.cells + cell);
    }

    const SearchProblem& p_;
    std::vector<int32_t> table_;
};

inline float held(const float power) {
    const float units = power * HELD_PER_NOISE;
    return std::rint(units < MOST_HELD ? units : MOST_HELD);
}

}  // namespace capest

#endif
