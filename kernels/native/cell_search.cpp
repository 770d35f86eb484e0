// Local search over the beams of cells: which candidate lights each cell on which channel.
// NumPy twin: capest/backend/numpy_cell_search.py, which makes the same moves.
//
// Cells are visited in the order given, and each makes the best move that it finds. A move is looked for
// with the users near the cell alone; it is then made, all users that hear it are evaluated, and it is
// taken back unless the sum of all values has grown. A move to a full satellite takes another cell's
// beam away, which goes where it loses least: an ejection chain (Glover, Discrete Applied
// Mathematics 65, 1996) of two moves. Where no cell has a move any more, a few that are near each
// other are darkened and choose anew, which is kept if all gain: ruin and recreate (Schrimpf,
// Schneider, Stamm-Wilbrandt and Dueck, Journal of Computational Physics 159, 2000).
#include "cell_climb.hpp"

using namespace capest;

namespace {

// Units of a call in which what calls leave of a beam counts, but for the last climb: it tells apart
// assignments that carry as many.
constexpr int64_t FINE = 64;

// Cells that are darkened together, in the first turn.
constexpr size_t FEWEST = 3;

constexpr int64_t MOST_TURNS = 100;

// Darken a cell and those nearest to it on its channel, and let them choose anew.
void shake(CellClimb& climb, const SearchProblem& p, const int64_t cell, const size_t most) {
    SearchState& state = climb.state;
    int64_t channel = p.colour[cell];
    for (int64_t k = p.channels - 1; k >= 0; --k) {
        if (state.assigned(cell, k) >= 0) channel = k;
    }
    std::vector<int64_t> some{cell};
    for (int64_t place = p.near_start[cell];
         place < p.near_start[cell + 1] && some.size() < most; ++place) {
        if (state.assigned(p.near[place], channel) >= 0) some.push_back(p.near[place]);
    }
    std::vector<Change> change;
    for (const int64_t c : some) {
        const int32_t lit = state.assigned(c, channel);
        if (lit >= 0) change.push_back({c, channel, lit, false});
    }
    if (change.empty()) return;
    const int64_t before = climb.total();
    climb.log.clear();
    climb.is_logged = true;
    climb.make(change.data(), static_cast<int64_t>(change.size()));
    for (int round = 0; round < 2; ++round) {
        for (const int64_t c : some) climb.visit(c);
    }
    climb.is_logged = false;
    if (climb.total() > before) return;
    change.clear();
    for (const Before& was : climb.log) {
        const int32_t now = state.assigned(was.cell, was.channel);
        if (now == was.candidate) continue;
        if (now >= 0) change.push_back({was.cell, was.channel, now, false});
        if (was.candidate >= 0) change.push_back({was.cell, was.channel, was.candidate, true});
    }
    climb.make(change.data(), static_cast<int64_t>(change.size()));
}

// Nine tenths of the budget are for values in fine units.
void search(CellClimb& climb, const SearchProblem& p, const int64_t* order, const int64_t cells,
            const int64_t budget) {
    const int64_t most = budget - budget / 10;
    climb.value_all(FINE);
    climb.climb(order, cells, most);
    for (int64_t turn = 0; turn < MOST_TURNS && climb.tried() < most; ++turn) {
        for (int64_t i = 0; i < cells && climb.tried() < most; ++i) {
            if (climb.state.has_all(order[i])) continue;
            shake(climb, p, order[i], FEWEST + static_cast<size_t>(turn));
        }
    }
    climb.value_all(1);
    climb.climb(order, cells, budget);
}

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
        CellClimb climb(problem, assigned, may_change_channel != 0, width);
        const std::vector<int32_t> start(assigned, assigned + cells * channels);
        const int64_t before = climb.total();
        if (budget > 0) search(climb, problem, order, visited, budget);
        // The last climb may have had no time to make up for the fine units.
        if (climb.total() < before) climb.go_back_to(start.data());
        SearchState& state = climb.state;
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
        counts[0] = climb.tried();
        counts[1] = climb.accepted;
    });
}
