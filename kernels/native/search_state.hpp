// Beams that are lit, and what all users receive of them; see search_problem.hpp.
#ifndef CAPEST_NATIVE_SEARCH_STATE_HPP
#define CAPEST_NATIVE_SEARCH_STATE_HPP

#include "cell_value.hpp"

namespace capest {

// A beam of a cell on a channel goes on or off.
struct Change {
    int64_t cell, channel;
    int32_t candidate;
    bool on;
};

struct LitBeam {
    int64_t cell, channel;
};

// Links of users that follow each other.
struct Run {
    int64_t link, user, count;
};

class SearchState {
public:
    const SearchProblem& p;
    BeamLinks links;
    CellValue values;
    std::vector<int64_t> value;  // (cells,)
    std::vector<int64_t> used;   // (satellites,)

    SearchState(const SearchProblem& problem, int32_t* assigned)
        : p(problem),
          links(problem),
          values(problem),
          value(static_cast<size_t>(problem.cells)),
          used(static_cast<size_t>(problem.satellites)),
          assigned_(assigned),
          carrier_(static_cast<size_t>(problem.channels * problem.users)),
          held_(static_cast<size_t>(problem.channels * problem.users)),
          up_(static_cast<size_t>(problem.channels * problem.users), -1),
          level_(static_cast<size_t>(problem.channels * problem.users)),
          runs_(static_cast<size_t>(problem.satellites)),
          cell_of_(static_cast<size_t>(problem.users), -1),
          lit_on_(static_cast<size_t>(problem.satellites)),
          touched_(static_cast<size_t>(problem.cells)) {
        list_runs_of_satellites();
        for (int64_t c = 0; c < p.cells; ++c) {
            for (int64_t k = 0; k < p.channels; ++k) {
                const int32_t candidate = assigned_[c * p.channels + k];
                if (candidate >= 0) light({c, k, candidate, true});
            }
        }
        for (int64_t c = 0; c < p.cells; ++c) touch(c);
        evaluate_touched();
    }

    int32_t assigned(const int64_t cell, const int64_t channel) const {
        return assigned_[cell * p.channels + channel];
    }

    int64_t satellite(const int32_t candidate) const {
        return candidate < 0 ? -1 : p.candidate_satellite[candidate];
    }

    // Beams of a satellite, by cell and channel.
    const std::vector<LitBeam>& lit_on(const int64_t satellite) const {
        return lit_on_[static_cast<size_t>(satellite)];
    }

    const double* held_of(const int64_t cell, const int64_t channel) const {
        return held_.data() + channel * p.users + p.first[cell];
    }

    OwnBeam beam_of(const int64_t cell, const int64_t channel) const {
        const int64_t at = channel * p.users + p.first[cell];
        return {carrier_.data() + at, held_.data() + at, up_.data() + at};
    }

    // Beams of a cell but for one channel; returns how many there are.
    int64_t beams_but(const int64_t cell, const int64_t channel, OwnBeam* beam) const {
        int64_t count = 0;
        for (int64_t k = 0; k < p.channels; ++k) {
            if (k != channel && assigned(cell, k) >= 0) beam[count++] = beam_of(cell, k);
        }
        return count;
    }

    // Value of a cell whose users have other interference on one of its lit channels.
    int64_t value_with(const int64_t cell, const int64_t channel, const double* interference) {
        OwnBeam beam[MOST_CHANNELS];
        int64_t count = 0;
        for (int64_t k = 0; k < p.channels; ++k) {
            if (assigned(cell, k) < 0) continue;
            beam[count] = beam_of(cell, k);
            if (k == channel) beam[count].interference = interference;
            ++count;
        }
        return values.of(cell, beam, count);
    }

    int64_t value_now(const int64_t cell, int8_t* own = nullptr) {
        OwnBeam beam[MOST_CHANNELS];
        return values.of(cell, beam, beams_but(cell, -1, beam), own);
    }

    // Make some changes, those that go off first; every user that hears them is evaluated anew.
    // Returns the gain.
    int64_t make(const Change* change, const int64_t changes) {
        for (int64_t i = 0; i < changes; ++i) {
            if (!change[i].on) light(change[i]);
        }
        for (int64_t i = 0; i < changes; ++i) {
            if (change[i].on) light(change[i]);
        }
        return evaluate_touched();
    }

    // Whether all calls of a cell are carried.
    bool has_all(const int64_t cell) const {
        if (p.rates != 0) return false;
        return value[static_cast<size_t>(cell)] >= values.fine * values.most(cell);
    }

    // Value all cells anew, with what is left of beams counted in finer or coarser units.
    void value_all(const int64_t fine) {
        values.fine = fine;
        for (int64_t c = 0; c < p.cells; ++c) touch(c);
        evaluate_touched();
    }

    // Take changes back, in whole numbers as they were made.
    void take_back(const Change* change, const int64_t changes) {
        std::vector<Change> reverse;
        for (int64_t i = 0; i < changes; ++i) {
            reverse.push_back(change[i]);
            reverse.back().on = !change[i].on;
        }
        make(reverse.data(), changes);
    }

    static constexpr int MOST_CHANNELS = 64;

private:
    // Evaluate cells anew whose users receive something else than before; returns what they gain.
    int64_t evaluate_touched() {
        int64_t gain = 0;
        for (const int64_t cell : touched_cells_) {
            const auto c = static_cast<size_t>(cell);
            touched_[c] = 0;
            const int64_t now = value_now(cell);
            gain += now - value[c];
            value[c] = now;
        }
        touched_cells_.clear();
        return gain;
    }

    // What of a satellite's links follows each other in memory, and is of users who do.
    void list_runs_of_satellites() {
        for (int64_t c = 0; c < p.cells; ++c) {
            for (int64_t pair = p.pair_start[c]; pair < p.pair_start[c + 1]; ++pair) {
                std::vector<Run>& runs = runs_[static_cast<size_t>(p.pair_satellite[pair])];
                const int64_t link = p.pair_offset[pair], user = p.first[c];
                if (!runs.empty() && runs.back().link + runs.back().count == link &&
                    runs.back().user + runs.back().count == user) {
                    runs.back().count += p.users_of[c];
                } else {
                    runs.push_back({link, user, p.users_of[c]});
                }
            }
        }
        for (int64_t c = 0; c < p.cells; ++c) {
            for (int64_t i = 0; i < p.users_of[c]; ++i) {
                cell_of_[static_cast<size_t>(p.first[c] + i)] = static_cast<int32_t>(c);
            }
        }
    }

    void touch(const int64_t cell) {
        if (touched_[static_cast<size_t>(cell)] != 0) return;
        touched_[static_cast<size_t>(cell)] = 1;
        touched_cells_.push_back(cell);
    }

    // Users of a run have the power of a candidate more or less; cells are touched whose users
    // reach another level.
    void add(const Run& run, const int64_t channel, const int32_t candidate, const double sign) {
        constexpr int64_t BLOCK = 256;
        alignas(64) float power[BLOCK];
        alignas(64) uint8_t level[BLOCK];
        for (int64_t done = 0; done < run.count; done += BLOCK) {
            const int64_t count = std::min(BLOCK, run.count - done);
            const int64_t user = run.user + done, at = channel * p.users + user;
            links.receive_links(run.link + done, count, candidate, power);
            double* __restrict__ held_there = held_.data() + at;
            for (int64_t i = 0; i < count; ++i) {
                held_there[i] += sign * static_cast<double>(held(power[i]));
            }
            values.levels_of(carrier_.data() + at, held_there, count, level);
            uint8_t* known = level_.data() + at;
            if (std::memcmp(level, known, static_cast<size_t>(count)) == 0) continue;
            for (int64_t i = 0; i < count; ++i) {
                if (level[i] != known[i]) touch(cell_of_[static_cast<size_t>(user + i)]);
            }
            std::memcpy(known, level, static_cast<size_t>(count));
        }
    }

    // Light or darken a beam: all users that hear it have its power more or less, but for its own.
    void light(const Change& change) {
        const int64_t s = satellite(change.candidate), k = change.channel;
        const double sign = change.on ? 1.0 : -1.0;
        const auto number = static_cast<size_t>(s);
        for (const Run& run : runs_[number]) add(run, k, change.candidate, sign);
        const int64_t own_pair = links.pair(change.cell, s);
        if (own_pair >= 0) {
            const Run own{p.pair_offset[own_pair], p.first[change.cell], p.users_of[change.cell]};
            add(own, k, change.candidate, -sign);
        }
        touch(change.cell);
        const int64_t at = k * p.users + p.first[change.cell], users = p.users_of[change.cell];
        assigned_[change.cell * p.channels + k] = change.on ? change.candidate : -1;
        used[number] += change.on ? 1 : -1;
        std::vector<LitBeam>& lit = lit_on_[number];
        const LitBeam own{change.cell, k};
        const auto place = std::lower_bound(
            lit.begin(), lit.end(), own, [](const LitBeam& a, const LitBeam& b) {
                return a.cell != b.cell ? a.cell < b.cell : a.channel < b.channel;
            });
        if (!change.on) {
            lit.erase(place);
            // Without a carrier users are on no level, whatever they hear.
            std::fill(carrier_.begin() + at, carrier_.begin() + at + users, 0.0f);
            std::fill(level_.begin() + at, level_.begin() + at + users, uint8_t{0});
            return;
        }
        lit.insert(place, own);
        if (users == 0) return;
        if (own_pair >= 0) {
            links.receive(own_pair, users, change.candidate, &carrier_[static_cast<size_t>(at)]);
        }
        values.levels_of(&carrier_[static_cast<size_t>(at)], &held_[static_cast<size_t>(at)], users,
                         &level_[static_cast<size_t>(at)]);
        values.up_needs(change.cell, change.candidate, &carrier_[static_cast<size_t>(at)],
                        &up_[static_cast<size_t>(at)]);
    }

    int32_t* assigned_;              // (cells, channels)
    std::vector<float> carrier_;     // (channels, users)
    std::vector<double> held_;       // (channels, users)
    std::vector<int64_t> up_;        // (channels, users)
    std::vector<uint8_t> level_;     // (channels, users)
    std::vector<std::vector<Run>> runs_;
    std::vector<int32_t> cell_of_;   // (users,)
    std::vector<std::vector<LitBeam>> lit_on_;
    std::vector<uint8_t> touched_;
    std::vector<int64_t> touched_cells_;
};

}  // namespace capest

#endif
