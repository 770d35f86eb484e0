// Moves of one cell, valued by the users near it; see cell_search.cpp.
#ifndef CAPEST_NATIVE_CELL_MOVES_HPP
#define CAPEST_NATIVE_CELL_MOVES_HPP

#include <numeric>

#include "search_state.hpp"

namespace capest {

// A cell's beam goes from a channel (-1: there was none) to a candidate on a channel (-1: dark).
struct Move {
    int64_t gain = 0;
    int64_t from = -1, to = -1;
    int32_t candidate = -1;
    bool found = false;
};

class CellMoves {
public:
    int64_t tried = 0;

    CellMoves(SearchState& state, const bool channels)
        : state_(state), p_(state.p), may_change_channel_(channels) {}

    // Look for the best move of a beam of a cell to a satellite with room, better than `best`, and
    // for those to full satellites that would be better still: `full`, `most` of them at most.
    // Who must leave its satellite takes what is best elsewhere, if only the dark.
    void scan(const int64_t cell, const int64_t from, const bool must_leave, Move& best,
              std::vector<Move>* full, const size_t most) {
        const int64_t users = p_.users_of[cell];
        const int32_t old = from < 0 ? -1 : state_.assigned(cell, from);
        const int64_t old_satellite = state_.satellite(old);
        const int64_t now = state_.value[static_cast<size_t>(cell)];
        OwnBeam beam[SearchState::MOST_CHANNELS];
        const int64_t rest = state_.beams_but(cell, from, beam);
        int64_t freed = 0;
        if (from >= 0) {
            freed = without(cell, from, old);
            ++tried;
            const int64_t gain = state_.values.of(cell, beam, rest) - now + freed;
            if (must_leave || gain > best.gain) best = {gain, from, -1, -1, true};
        }
        const int64_t begin = p_.candidate_start[cell];
        const int64_t count = p_.candidate_start[cell + 1] - begin;
        receive_all(cell, begin, count, users);
        for (int64_t to = 0; to < p_.channels; ++to) {
            if (to != from && state_.assigned(cell, to) >= 0) continue;
            const int64_t usual = from >= 0 ? from : p_.colour[cell];
            if (!may_change_channel_ && to != usual && (from >= 0 || rest == 0)) continue;
            value_.assign(static_cast<size_t>(count), 0);
            order_.clear();
            for (int64_t j = 0; j < count; ++j) {
                const auto candidate = static_cast<int32_t>(begin + j);
                const int64_t s = state_.satellite(candidate);
                if (candidate == old && to == from) continue;
                if (must_leave && s == old_satellite) continue;
                if (is_full(s, old_satellite) && full == nullptr) continue;
                ++tried;
                beam[rest] = {carrier_.data() + j * users, state_.held_of(cell, to),
                              up_.data() + j * users};
                value_[static_cast<size_t>(j)] = state_.values.of(cell, beam, rest + 1);
                order_.push_back(j);
            }
            std::stable_sort(order_.begin(), order_.end(), [this](const int64_t a, const int64_t b) {
                return value_[static_cast<size_t>(a)] > value_[static_cast<size_t>(b)];
            });
            for (const int64_t j : order_) {
                const auto candidate = static_cast<int32_t>(begin + j);
                const int64_t s = state_.satellite(candidate);
                int64_t gain = value_[static_cast<size_t>(j)] - now + freed;
                if (gain <= best.gain) break;
                const bool no_room = is_full(s, old_satellite);
                const int64_t least =
                    no_room && full->size() >= most ? std::max(best.gain, full->back().gain)
                                                    : best.gain;
                gain = less_losses(cell, to, to == from, candidate, gain, least);
                if (gain <= least) continue;
                const Move move{gain, from, to, candidate, true};
                if (!no_room) {
                    best = move;
                    continue;
                }
                const auto place = std::upper_bound(
                    full->begin(), full->end(), move,
                    [](const Move& a, const Move& b) { return a.gain > b.gain; });
                full->insert(place, move);
                if (full->size() > most) full->pop_back();
            }
        }
    }

private:
    bool is_full(const int64_t satellite, const int64_t old_satellite) const {
        const int64_t others = state_.used[static_cast<size_t>(satellite)] -
                               (satellite == old_satellite ? 1 : 0);
        return others >= p_.room[satellite];
    }

    // Users near a cell without its beam; returns what they gain.
    int64_t without(const int64_t cell, const int64_t from, const int32_t old) {
        const int64_t begin = p_.near_start[cell], end = p_.near_start[cell + 1];
        near_value_.resize(static_cast<size_t>(end - begin));
        near_at_.resize(static_cast<size_t>(end - begin));
        near_held_.clear();
        int64_t gained = 0;
        for (int64_t place = begin; place < end; ++place) {
            const int64_t other = p_.near[place];
            if (state_.assigned(other, from) < 0) continue;
            const int64_t users = p_.users_of[other];
            const size_t at = near_held_.size();
            near_at_[static_cast<size_t>(place - begin)] = at;
            near_held_.resize(at + static_cast<size_t>(users));
            const double* held_there = state_.held_of(other, from);
            const int64_t pair = state_.links.pair(other, state_.satellite(old));
            power_of(pair, users, old);
            for (int64_t i = 0; i < users; ++i) {
                near_held_[at + static_cast<size_t>(i)] =
                    held_there[i] - static_cast<double>(held(power_[static_cast<size_t>(i)]));
            }
            const int64_t value = state_.value_with(other, from, near_held_.data() + at);
            near_value_[static_cast<size_t>(place - begin)] = value;
            gained += value - state_.value[static_cast<size_t>(other)];
        }
        return gained;
    }

    // A gain less what users near a cell lose by a new beam, as long as it stays above the least.
    int64_t less_losses(const int64_t cell, const int64_t to, const bool without_old,
                        const int32_t candidate, int64_t gain, const int64_t least) {
        const int64_t begin = p_.near_start[cell];
        for (int64_t place = begin; place < p_.near_start[cell + 1] && gain > least; ++place) {
            const int64_t other = p_.near[place];
            if (state_.assigned(other, to) < 0) continue;
            const int64_t pair = state_.links.pair(other, state_.satellite(candidate));
            if (pair < 0) continue;
            const int64_t users = p_.users_of[other];
            const auto number = static_cast<size_t>(place - begin);
            const double* held_there =
                without_old ? near_held_.data() + near_at_[number] : state_.held_of(other, to);
            power_of(pair, users, candidate);
            held_.resize(static_cast<size_t>(users));
            for (int64_t i = 0; i < users; ++i) {
                held_[static_cast<size_t>(i)] =
                    held_there[i] + static_cast<double>(held(power_[static_cast<size_t>(i)]));
            }
            const int64_t before =
                without_old ? near_value_[number] : state_.value[static_cast<size_t>(other)];
            gain += state_.value_with(other, to, held_.data()) - before;
        }
        return gain;
    }

    void power_of(const int64_t pair, const int64_t users, const int32_t candidate) {
        power_.resize(static_cast<size_t>(users));
        if (pair < 0) {
            std::fill(power_.begin(), power_.end(), 0.0f);
            return;
        }
        state_.links.receive(pair, users, candidate, power_.data());
    }

    // What users of a cell receive of each of its candidates, and need for it in the uplink.
    void receive_all(const int64_t cell, const int64_t begin, const int64_t count,
                     const int64_t users) {
        carrier_.assign(static_cast<size_t>(count * users), 0.0f);
        up_.resize(static_cast<size_t>(count * users));
        for (int64_t j = 0; j < count; ++j) {
            const auto candidate = static_cast<int32_t>(begin + j);
            const int64_t pair = state_.links.pair(cell, state_.satellite(candidate));
            float* carrier = carrier_.data() + j * users;
            if (pair >= 0) state_.links.receive(pair, users, candidate, carrier);
            state_.values.up_needs(cell, candidate, carrier, up_.data() + j * users);
        }
    }

    SearchState& state_;
    const SearchProblem& p_;
    bool may_change_channel_;
    std::vector<float> carrier_, power_;
    std::vector<int64_t> up_, value_, order_, near_value_;
    std::vector<double> near_held_, held_;
    std::vector<size_t> near_at_;
};

}  // namespace capest

#endif
