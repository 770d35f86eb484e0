// What the users of a cell are worth with the beams that it has; see search_problem.hpp.
#ifndef CAPEST_NATIVE_CELL_VALUE_HPP
#define CAPEST_NATIVE_CELL_VALUE_HPP

#include <algorithm>

#include "search_problem.hpp"

namespace capest {

// One lit beam of a cell: arrays of its users.
struct OwnBeam {
    const float* carrier;
    const double* interference;  // of all other beams of its channel, in units held
    const int64_t* up;           // need in the uplink, -1: not carried
};

class CellValue {
public:
    // Units of a value that calls count: below 1 stands what they leave of the downlink.
    int64_t fine = 1;

    explicit CellValue(const SearchProblem& problem) : p_(problem) {
        int64_t most = 1;
        for (int64_t c = 0; c < p_.cells; ++c) most = std::max(most, p_.users_of[c]);
        const auto size = static_cast<size_t>(most);
        need_.resize(size * static_cast<size_t>(p_.channels));
        level_.resize(size * static_cast<size_t>(p_.channels));
        best_.resize(size);
        order_.resize(size);
        start_.resize(static_cast<size_t>(p_.levels) + 2);
    }

    int64_t dark(const int64_t cell) const {
        return p_.worth_start == nullptr ? 0 : fine * p_.worth[p_.worth_start[cell]];
    }

    // Worth of a cell whose calls are all carried.
    int64_t most(const int64_t cell) const {
        int64_t weight = 0;
        for (int64_t i = 0; i < p_.users_of[cell]; ++i) {
            const int kind = p_.call_class[p_.first[cell] + i];
            weight += kind < 0 ? 0 : p_.class_weight[kind];
        }
        return p_.worth_start == nullptr ? weight : p_.worth[p_.worth_start[cell] + weight];
    }

    // What users need in the uplink for the carrier that they receive of a candidate.
    void up_needs(const int64_t cell, const int64_t candidate, const float* carrier,
                  int64_t* need) const {
        const int64_t first = p_.first[cell], users = p_.users_of[cell];
        const double scale = p_.candidate_uplink[candidate];
        for (int64_t i = 0; i < users; ++i) {
            const int64_t user = first + i;
            const int kind = p_.call_class[user];
            if (kind < 0) {
                need[i] = -1;
                continue;
            }
            const auto snr = static_cast<float>(carrier[i] * (scale * p_.user_uplink[user]));
            const float sinr = snr / (p_.up_interference[user] + 1.0f);
            const int64_t step =
                std::upper_bound(p_.up_threshold, p_.up_threshold + p_.steps, sinr) -
                p_.up_threshold;
            need[i] = p_.up[kind * (p_.steps + 1) + step];
        }
    }

    // Value of a cell with some lit beams; writes the beam of each user, -1 for none, if asked.
    int64_t of(const int64_t cell, const OwnBeam* beam, const int64_t beams, int8_t* own = nullptr) {
        if (beams == 0) {
            if (own != nullptr) std::fill(own, own + p_.users_of[cell], static_cast<int8_t>(-1));
            return dark(cell);
        }
        const int64_t users = p_.users_of[cell];
        for (int64_t b = 0; b < beams; ++b) {
            levels_of(beam[b].carrier, beam[b].interference, users, level_.data() + b * users);
        }
        if (p_.rates != 0) return of_rates(cell, users, beams, own);
        int64_t left = 0;
        const int64_t calls = of_calls(cell, users, beam, beams, own, left);
        const int64_t worth =
            p_.worth_start == nullptr ? calls : p_.worth[p_.worth_start[cell] + calls];
        return fine * worth + (fine - 1) * left / (beams * p_.capacity_down);
    }

    // Level of efficiency that each of some users reaches.
    template <class Level>
    void levels_of(const float* carrier, const double* interference, const int64_t users,
                   Level* __restrict__ level) const {
        constexpr double NOISE_PER_HELD = 1.0 / 1073741824.0;
        constexpr int BLOCK = 16;
        for (int64_t first = 0; first < users; first += BLOCK) {
            const int count = static_cast<int>(std::min<int64_t>(BLOCK, users - first));
            alignas(64) float sinr[BLOCK] = {};
            alignas(64) int32_t found[BLOCK] = {};
            const float* carried = carrier + first;
            const double* heard = interference + first;
            const auto divide = [&](const int i) {
                const auto noise = static_cast<float>(heard[i] * NOISE_PER_HELD);
                sinr[i] = carried[i] / (noise + 1.0f);
            };
            // A loop of a constant length becomes vector instructions without a remainder.
            if (count == BLOCK) {
                for (int i = 0; i < BLOCK; ++i) divide(i);
            } else {
                for (int i = 0; i < count; ++i) divide(i);
            }
            for (int64_t l = 0; l < p_.levels; ++l) {
                const float least = p_.threshold[l];
                for (int i = 0; i < BLOCK; ++i) found[i] += sinr[i] >= least ? 1 : 0;
            }
            for (int i = 0; i < count; ++i) level[first + i] = static_cast<Level>(found[i]);
        }
    }

private:
    // Weight of the calls that are carried. Users come by efficiency, or in the order given; each
    // takes its most efficient beam that still has room for it.
    int64_t of_calls(const int64_t cell, const int64_t users, const OwnBeam* beam,
                     const int64_t beams, int8_t* own, int64_t& left) {
        const int64_t first = p_.first[cell];
        int64_t down = 0, up = 0, weight = 0;
        for (int64_t i = 0; i < users; ++i) best_[static_cast<size_t>(i)] = 0;
        for (int64_t b = 0; b < beams; ++b) {
            int32_t* level = level_.data() + b * users;
            int64_t* need = need_.data() + b * users;
            for (int64_t i = 0; i < users; ++i) {
                const int kind = p_.call_class[first + i];
                const int64_t taken =
                    kind < 0 ? -1 : p_.down[kind * (p_.levels + 1) + level[i]];
                const bool carried = taken >= 0 && beam[b].up[i] >= 0;
                level[i] = carried ? level[i] : 0;
                need[i] = taken;
                down += carried ? taken : 0;
                up += carried ? beam[b].up[i] : 0;
                weight += carried ? p_.class_weight[kind] : 0;
                int32_t& best = best_[static_cast<size_t>(i)];
                best = level[i] > best ? level[i] : best;
            }
        }
        if (beams == 1 && own == nullptr && down <= p_.capacity_down && up <= p_.capacity_up) {
            left = p_.capacity_down - down;
            return weight;
        }
        const int64_t asking = sort(cell, users);
        int64_t left_down[64], left_up[64];
        for (int64_t b = 0; b < beams; ++b) {
            left_down[b] = p_.capacity_down;
            left_up[b] = p_.capacity_up;
        }
        if (own != nullptr) std::fill(own, own + users, static_cast<int8_t>(-1));
        weight = 0;
        for (int64_t place = 0; place < asking; ++place) {
            const int64_t i = order_[static_cast<size_t>(place)];
            uint64_t tried = 0;
            for (int64_t turn = 0; turn < beams; ++turn) {
                int64_t chosen = -1;
                for (int64_t b = 0; b < beams; ++b) {
                    const int32_t level = level_[static_cast<size_t>(b * users + i)];
                    if ((tried >> b & 1) != 0 || level == 0) continue;
                    if (chosen >= 0) {
                        const int32_t other = level_[static_cast<size_t>(chosen * users + i)];
                        if (level < other) continue;
                        if (level == other && left_down[b] <= left_down[chosen]) continue;
                    }
                    chosen = b;
                }
                if (chosen < 0) break;
                tried |= uint64_t{1} << chosen;
                const int64_t needs = need_[static_cast<size_t>(chosen * users + i)];
                if (needs <= left_down[chosen] && beam[chosen].up[i] <= left_up[chosen]) {
                    left_down[chosen] -= needs;
                    left_up[chosen] -= beam[chosen].up[i];
                    weight += p_.class_weight[p_.call_class[first + i]];
                    if (own != nullptr) own[i] = static_cast<int8_t>(chosen);
                    break;
                }
                // Who fits nowhere stays with the best beam.
                if (own != nullptr && turn == 0) own[i] = static_cast<int8_t>(chosen);
            }
        }
        for (int64_t b = 0; b < beams; ++b) left += left_down[b];
        return weight;
    }

    // Users that some beam carries alone, in the order of admission; returns how many there are.
    int64_t sort(const int64_t cell, const int64_t users) {
        int64_t asking = 0;
        if (p_.order != nullptr) {
            const int64_t* order = p_.order + p_.first[cell];
            for (int64_t i = 0; i < users; ++i) {
                if (best_[static_cast<size_t>(order[i])] > 0) {
                    order_[static_cast<size_t>(asking++)] = static_cast<int32_t>(order[i]);
                }
            }
            return asking;
        }
        std::fill(start_.begin(), start_.end(), 0);
        for (int64_t i = 0; i < users; ++i) ++start_[static_cast<size_t>(best_[static_cast<size_t>(i)])];
        for (int64_t l = p_.levels; l > 0; --l) {
            const int32_t count = start_[static_cast<size_t>(l)];
            start_[static_cast<size_t>(l)] = static_cast<int32_t>(asking);
            asking += count;
        }
        for (int64_t i = 0; i < users; ++i) {
            const int32_t level = best_[static_cast<size_t>(i)];
            if (level > 0) {
                order_[static_cast<size_t>(start_[static_cast<size_t>(level)]++)] =
                    static_cast<int32_t>(i);
            }
        }
        return asking;
    }

    // Users share the time of the beam that is best for them, of equal ones that with fewer users.
    int64_t of_rates(const int64_t cell, const int64_t users, const int64_t beams, int8_t* own) {
        int64_t sum[64] = {}, served[64] = {};
        for (int64_t i = 0; i < users; ++i) {
            int64_t chosen = -1;
            int32_t best = 0;
            if (p_.call_class[p_.first[cell] + i] >= 0) {
                for (int64_t b = 0; b < beams; ++b) {
                    const int32_t level = level_[static_cast<size_t>(b * users + i)];
                    if (level > best || (level == best && level > 0 && served[b] < served[chosen])) {
                        best = level;
                        chosen = b;
                    }
                }
            }
            if (own != nullptr) own[i] = static_cast<int8_t>(chosen);
            if (chosen < 0) continue;
            sum[chosen] += p_.level_worth[best];
            ++served[chosen];
        }
        int64_t value = 0;
        for (int64_t b = 0; b < beams; ++b) {
            const auto whole = static_cast<double>(sum[b]);
            value += static_cast<int64_t>(std::floor(whole * p_.share_factor[served[b]]));
            value += p_.worth[served[b]];
        }
        return value;
    }

    const SearchProblem& p_;
    std::vector<int64_t> need_;
    std::vector<int32_t> level_, best_, order_, start_;
};

}  // namespace capest

#endif
