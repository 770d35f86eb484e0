// Local search over the beams of cells: which candidate lights each cell on which channel.
// NumPy twin: capest/backend/numpy_cell_search.py, which makes the same moves.
//
// Cells are visited in the order given. A cell's best move is looked for with the users near it alone; it
// is then made, all users that hear it are evaluated, and it is taken back unless the sum of all
// values has grown. A move to a full satellite takes another cell's beam away, which goes where it
// loses least: an ejection chain (Glover, Discrete Applied Mathematics 65, 1996) of two moves.
#include "cell_moves.hpp"

using namespace capest;

namespace {

class CellSearch {
public:
    int64_t accepted = 0;

    CellSearch(const SearchProblem& problem, int32_t* assigned, const bool channels,
               const int64_t width)
        : p_(problem),
          state_(problem, assigned),
          moves_(state_, channels),
          width_(static_cast<size_t>(width)),
          changed_(static_cast<size_t>(problem.cells)),
          visited_(static_cast<size_t>(problem.cells), -1),
          freed_(static_cast<size_t>(problem.satellites)),
          leave_(static_cast<size_t>(problem.cells * problem.channels)),
          leave_at_(static_cast<size_t>(problem.cells * problem.channels), -1) {}

    // Visit cells until none has a move or the budget is spent.
    void run(const int64_t* order, const int64_t cells, const int64_t budget) {
        bool all = true;
        while (moves_.tried < budget) {
            const int64_t before = accepted;
            for (int64_t i = 0; i < cells && moves_.tried < budget; ++i) {
                if (all || is_new(order[i])) visit(order[i]);
            }
            if (accepted != before) {
                all = false;
            } else if (all) {
                return;
            } else {
                all = true;
            }
        }
    }

    int64_t total() const {
        return std::accumulate(state_.value.begin(), state_.value.end(), int64_t{0});
    }

    int64_t tried() const { return moves_.tried; }

    SearchState& state() { return state_; }

private:
    // Whether something has changed near a cell, or a satellite it may have got room.
    bool is_new(const int64_t cell) const {
        const int64_t seen = visited_[static_cast<size_t>(cell)];
        if (changed_[static_cast<size_t>(cell)] > seen) return true;
        for (int64_t j = p_.candidate_start[cell]; j < p_.candidate_start[cell + 1]; ++j) {
            if (freed_[static_cast<size_t>(p_.candidate_satellite[j])] > seen) return true;
        }
        return false;
    }

    void visit(const int64_t cell) {
        visited_[static_cast<size_t>(cell)] = accepted;
        if (p_.users_of[cell] == 0) return;
        Move best;
        std::vector<Move> full;
        int64_t lit = 0;
        for (int64_t k = 0; k < p_.channels; ++k) {
            if (state_.assigned(cell, k) < 0) continue;
            ++lit;
            moves_.scan(cell, k, false, best, &full, width_);
        }
        if (lit < p_.beams_per_cell) moves_.scan(cell, -1, false, best, &full, width_);
        // Whose beam a full satellite gives up.
        int64_t most = best.gain, other = -1, channel = -1;
        Move entering, leaving;
        for (const Move& move : full) {
            if (move.gain <= most) continue;
            const int64_t s = state_.satellite(move.candidate);
            int64_t last = -1;
            for (const int64_t there : state_.lit_on(s)) {
                if (there == cell || there == last) continue;
                last = there;
                for (int64_t k = 0; k < p_.channels; ++k) {
                    if (state_.satellite(state_.assigned(there, k)) != s) continue;
                    const Move& leave = leave_of(there, k);
                    if (move.gain + leave.gain <= most) continue;
                    most = move.gain + leave.gain;
                    entering = move;
                    leaving = leave;
                    other = there;
                    channel = k;
                }
            }
        }
        if (other >= 0 && (leaving.to < 0 || has_room(leaving.candidate))) {
            Change change[4];
            int64_t count = put(cell, entering, change, 0);
            count = put(other, leaving, change, count);
            if (is_made(change, count)) return;
        }
        if (!best.found) return;
        Change change[2];
        is_made(change, put(cell, best, change, 0));
    }

    bool has_room(const int32_t candidate) const {
        const int64_t s = p_.candidate_satellite[candidate];
        return state_.used[static_cast<size_t>(s)] < p_.room[s];
    }

    // The move of a beam that must leave its satellite, as it was last looked for.
    const Move& leave_of(const int64_t cell, const int64_t channel) {
        const auto at = static_cast<size_t>(cell * p_.channels + channel);
        Move& leave = leave_[at];
        const bool known = leave_at_[at] >= changed_[static_cast<size_t>(cell)];
        if (known && (leave.to < 0 || has_room(leave.candidate))) return leave;
        leave = Move{};
        moves_.scan(cell, channel, true, leave, nullptr, 0);
        leave_at_[at] = accepted;
        return leave;
    }

    int64_t put(const int64_t cell, const Move& move, Change* change, int64_t count) const {
        if (move.from >= 0) {
            change[count++] = {cell, move.from, state_.assigned(cell, move.from), false};
        }
        if (move.to >= 0) change[count++] = {cell, move.to, move.candidate, true};
        return count;
    }

    // Make changes and keep them if all users together gain by them.
    bool is_made(const Change* change, const int64_t count) {
        if (state_.make(change, count) <= 0) {
            state_.take_back(change, count);
            return false;
        }
        ++accepted;
        for (int64_t i = 0; i < count; ++i) {
            const int64_t cell = change[i].cell;
            changed_[static_cast<size_t>(cell)] = accepted;
            for (int64_t place = p_.near_start[cell]; place < p_.near_start[cell + 1]; ++place) {
                changed_[static_cast<size_t>(p_.near[place])] = accepted;
            }
            if (!change[i].on) {
                freed_[static_cast<size_t>(state_.satellite(change[i].candidate))] = accepted;
            }
        }
        return true;
    }

    const SearchProblem& p_;
    SearchState state_;
    CellMoves moves_;
    size_t width_;
    std::vector<int64_t> changed_, visited_, freed_;  // when, counted in moves accepted
    std::vector<Move> leave_;
    std::vector<int64_t> leave_at_;
};

}  // namespace

CAPEST_KERNEL search_cells(
    const int64_t* first, const int64_t* users_of, const int64_t* pair_start,
    const int32_t* pair_satellite, const int64_t* pair_offset, const float* gain,
    const float* direction, const int64_t* candidate_start, const int32_t* candidate_satellite,
    const float* candidate_aim, const float* candidate_strength, const double* candidate_uplink,
    const int32_t* colour, const int64_t* room, const int64_t* payload, const float* pattern,
    const int64_t* pattern_start, const int8_t* call_class, const double* user_uplink,
    const float* up_interference, const float* threshold, const int64_t* down,
    const float* up_threshold, const int64_t* up, const int64_t* class_weight,
    const int64_t* arrival, const int64_t* worth_start, const int64_t* worth,
    const int64_t* level_worth, const double* share_factor, const int64_t* near_start,
    const int32_t* near,
    const int64_t* order,  // (visited,) cells in the order in which they are visited
    int32_t* assigned,     // in and out (cells, channels): candidate or -1
    int64_t* value,        // out (cells,)
    int8_t* own_channel,   // out (users,): channel of each user's beam, -1 for none
    int64_t* counts,       // out (2,): moves tried and accepted
    const int64_t cells, const int64_t satellites, const int64_t users, const int64_t pairs,
    const int64_t links, const int64_t candidates, const int64_t channels,
    const int64_t beams_per_cell, const int64_t levels, const int64_t steps,
    const int64_t capacity_down, const int64_t capacity_up, const int64_t rates,
    const int64_t visited, const int64_t budget, const int64_t may_change_channel,
    const int64_t width) {
    return guarded([&] {
        const SearchProblem problem{
            first,          users_of,        pair_start,     pair_satellite,
            pair_offset,    gain,            direction,      candidate_start,
            candidate_satellite, candidate_aim, candidate_strength, candidate_uplink,
            colour,         room,            payload,        pattern,
            pattern_start,  call_class,      user_uplink,    up_interference,
            threshold,      down,            up_threshold,   up,
            class_weight,   arrival,         worth_start,    worth,
            level_worth,    share_factor,    near_start,     near,
            cells,          satellites,      users,          pairs,
            links,          candidates,      channels,       beams_per_cell,
            levels,         steps,           capacity_down,  capacity_up,
            rates};
        CellSearch search(problem, assigned, may_change_channel != 0, width);
        search.run(order, visited, budget);
        SearchState& state = search.state();
        std::fill(own_channel, own_channel + users, static_cast<int8_t>(-1));
        std::vector<int8_t> beam;
        for (int64_t c = 0; c < cells; ++c) {
            value[c] = state.value[static_cast<size_t>(c)];
            beam.resize(static_cast<size_t>(users_of[c]));
            state.value_now(c, beam.data());
            std::vector<int8_t> lit;
            for (int64_t k = 0; k < channels; ++k) {
                if (state.assigned(c, k) >= 0) lit.push_back(static_cast<int8_t>(k));
            }
            for (int64_t i = 0; i < users_of[c]; ++i) {
                const int8_t b = beam[static_cast<size_t>(i)];
                own_channel[first[c] + i] = b < 0 ? b : lit[static_cast<size_t>(b)];
            }
        }
        counts[0] = search.tried();
        counts[1] = search.accepted;
    });
}
