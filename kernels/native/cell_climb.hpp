// Visits of cells: each makes the best move it finds; see cell_search.cpp.
#ifndef CAPEST_NATIVE_CELL_CLIMB_HPP
#define CAPEST_NATIVE_CELL_CLIMB_HPP

#include "cell_moves.hpp"

namespace capest {

// What a beam was before it was first changed.
struct Before {
    int64_t cell, channel;
    int32_t candidate;
};

class CellClimb {
public:
    CellClimb(const SearchProblem& problem, int32_t* assigned, const bool channels,
              const int64_t width)
        : state(problem, assigned),
          p_(problem),
          moves_(state, channels),
          width_(static_cast<size_t>(width)),
          changed_(static_cast<size_t>(problem.cells)),
          visited_(static_cast<size_t>(problem.cells), -1),
          freed_(static_cast<size_t>(problem.satellites)),
          leave_(static_cast<size_t>(problem.cells * problem.channels)),
          leave_at_(static_cast<size_t>(problem.cells * problem.channels), -1) {}

    SearchState state;
    int64_t accepted = 0;
    bool is_logged = false;
    std::vector<Before> log;

    int64_t tried() const { return moves_.tried; }

    int64_t total() const {
        return std::accumulate(state.value.begin(), state.value.end(), int64_t{0});
    }

    // Value all cells anew; what was known of their moves is forgotten.
    void value_all(const int64_t fine) {
        state.value_all(fine);
        std::fill(visited_.begin(), visited_.end(), -1);
        std::fill(leave_at_.begin(), leave_at_.end(), -1);
    }

    // Light the beams of another assignment (cells, channels).
    void go_back_to(const int32_t* assigned) {
        std::vector<Change> change;
        for (int64_t c = 0; c < p_.cells; ++c) {
            for (int64_t k = 0; k < p_.channels; ++k) {
                const int32_t now = state.assigned(c, k), then = assigned[c * p_.channels + k];
                if (now == then) continue;
                if (now >= 0) change.push_back({c, k, now, false});
                if (then >= 0) change.push_back({c, k, then, true});
            }
        }
        make(change.data(), static_cast<int64_t>(change.size()));
    }

    // Visit cells until none has a move or the budget is spent.
    void climb(const int64_t* order, const int64_t cells, const int64_t budget) {
        bool all = true;
        while (tried() < budget) {
            const int64_t before = accepted;
            for (int64_t i = 0; i < cells && tried() < budget; ++i) {
                if (all || is_new(order[i])) visit(order[i]);
            }
            if (accepted == before && all) return;
            all = accepted == before;
        }
    }

    void visit(const int64_t cell) {
        visited_[static_cast<size_t>(cell)] = accepted;
        Move best;
        std::vector<Move> full;
        int64_t lit = 0;
        for (int64_t k = 0; k < p_.channels; ++k) {
            if (state.assigned(cell, k) < 0) continue;
            ++lit;
            moves_.scan(cell, k, false, best, &full, width_);
        }
        if (lit == 0 || (lit < p_.beams_per_cell && !state.has_all(cell))) {
            moves_.scan(cell, -1, false, best, &full, width_);
        }
        if (displace(cell, best.gain, full) || !best.found) return;
        Change change[2];
        keep_if_better(change, put(cell, best, change, 0));
    }

    // Make changes, whatever they bring.
    void make(const Change* change, const int64_t count) {
        state.make(change, count);
        note(change, count);
    }

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

    // Take a beam of a full satellite from another cell, which goes where it loses least, if both
    // together gain more than the best move without.
    bool displace(const int64_t cell, int64_t most, const std::vector<Move>& full) {
        int64_t other = -1;
        Move entering, leaving;
        for (const Move& move : full) {
            if (move.gain <= most) continue;
            const int64_t s = state.satellite(move.candidate);
            for (const LitBeam& there : state.lit_on(s)) {
                if (there.cell == cell) continue;
                const Move& leave = leave_of(there.cell, there.channel);
                if (move.gain + leave.gain <= most) continue;
                most = move.gain + leave.gain;
                entering = move;
                leaving = leave;
                other = there.cell;
            }
        }
        if (other < 0 || (leaving.to >= 0 && !has_room(leaving.candidate))) return false;
        Change change[4];
        return keep_if_better(change, put(other, leaving, change, put(cell, entering, change, 0)));
    }

    bool has_room(const int32_t candidate) const {
        const int64_t s = p_.candidate_satellite[candidate];
        return state.used[static_cast<size_t>(s)] < p_.room[s];
    }

    // The move of a beam that must leave its satellite, as it was last looked for.
    const Move& leave_of(const int64_t cell, const int64_t channel) {
        const auto at = static_cast<size_t>(cell * p_.channels + channel);
        Move& leave = leave_[at];
        const bool is_known = leave_at_[at] >= changed_[static_cast<size_t>(cell)];
        if (is_known && (leave.to < 0 || has_room(leave.candidate))) return leave;
        leave = Move{};
        moves_.scan(cell, channel, true, leave, nullptr, 0);
        leave_at_[at] = accepted;
        return leave;
    }

    int64_t put(const int64_t cell, const Move& move, Change* change, int64_t count) const {
        if (move.from >= 0) {
            change[count++] = {cell, move.from, state.assigned(cell, move.from), false};
        }
        if (move.to >= 0) change[count++] = {cell, move.to, move.candidate, true};
        return count;
    }

    // Make changes and keep them if all users together gain by them.
    bool keep_if_better(const Change* change, const int64_t count) {
        if (state.make(change, count) <= 0) {
            state.take_back(change, count);
            return false;
        }
        note(change, count);
        return true;
    }

    void note(const Change* change, const int64_t count) {
        ++accepted;
        for (int64_t i = 0; i < count; ++i) {
            const int64_t cell = change[i].cell;
            changed_[static_cast<size_t>(cell)] = accepted;
            for (int64_t place = p_.near_start[cell]; place < p_.near_start[cell + 1]; ++place) {
                changed_[static_cast<size_t>(p_.near[place])] = accepted;
            }
            if (!change[i].on) {
                freed_[static_cast<size_t>(state.satellite(change[i].candidate))] = accepted;
            }
            if (is_logged) log_before(change[i]);
        }
    }

    // A beam that goes off comes before one that goes on in its place.
    void log_before(const Change& change) {
        for (const Before& known : log) {
            if (known.cell == change.cell && known.channel == change.channel) return;
        }
        log.push_back({change.cell, change.channel, change.on ? -1 : change.candidate});
    }

    const SearchProblem& p_;
    CellMoves moves_;
    size_t width_;
    std::vector<int64_t> changed_, visited_, freed_;  // when, counted in changes made
    std::vector<Move> leave_;
    std::vector<int64_t> leave_at_;
};

}  // namespace capest

#endif
