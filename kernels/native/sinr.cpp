// Serving beam, carrier and interference of every user in the beams of satellites.
// NumPy twin: capest/backend/numpy_sinr.py. CUDA twin: ../sinr.cu, which has the formulas.
//
// A block of users goes through the beams of a satellite and colour, a segment, and knows of each
// user the strongest beam so far and the sum of the others; segments of a colour are put together.
// Where beams are given, users are sorted by the colour of theirs: others need not be looked at.
#include <vector>

#include "pattern.hpp"

namespace {

using namespace capest;

struct Scene {
    const float* user_direction;
    const float* link_gain;
    const int32_t* user_trial;
    const float* beam_direction;
    const float* beam_power;
    const int32_t* segment_start;
    const uint8_t* beam_lit;  // or nullptr: all are
    Pattern pattern;
    int64_t users, satellites, colours, beams;

    // Gains of a beam, with its power, towards a block.
    template <int LANES>
    void powers(const Directions<LANES>& user, const int32_t beam, float* power) const {
        pattern.gains(user, beam_direction[beam], beam_direction[beams + beam],
                      beam_direction[2 * beams + beam], power);
        const float height = beam_power[beam];
        for (int i = 0; i < LANES; ++i) power[i] *= height;
    }

    const uint8_t* lit_of(const int64_t user) const {
        return beam_lit == nullptr ? nullptr : beam_lit + user_trial[user] * beams;
    }

    // Where the users of the trial of `first` end, at `end` at the latest: beams of a block are lit
    // for all or for none.
    int64_t end_of_trial(const int64_t first, const int64_t end) const {
        if (beam_lit == nullptr) return end;
        int64_t next = first + 1;
        while (next < end && user_trial[next] == user_trial[first]) ++next;
        return next;
    }

    const float* directions(const int64_t satellite) const {
        return user_direction + 3 * satellite * users;
    }
};

struct Result {
    int32_t* serving;
    float* carrier;
    float* interference;
};

// What a block knows of the beams of a colour; see ColourState in ../sinr.cu.
template <int LANES>
struct Heard {
    alignas(64) float strongest[LANES];
    alignas(64) float strongest_if_lit[LANES];
    alignas(64) float others[LANES];
    alignas(64) int32_t beam[LANES];

    void clear(const int32_t first_beam) {
        for (int i = 0; i < LANES; ++i) {
            strongest[i] = strongest_if_lit[i] = others[i] = 0.0f;
            beam[i] = first_beam;
        }
    }
};

// Hear the beams of a segment, for users of unit gain.
template <int LANES>
void hear(const Scene& scene, const Directions<LANES>& user, const uint8_t* lit,
          const int32_t begin, const int32_t end, Heard<LANES>& heard) {
    alignas(64) float power[LANES];
    heard.clear(begin);
    for (int32_t beam = begin; beam < end; ++beam) {
        scene.powers(user, beam, power);
        if (lit == nullptr) {
            for (int i = 0; i < LANES; ++i) {
                const bool stronger = power[i] > heard.strongest[i];
                // The weaker of the two joins the others.
                heard.others[i] += stronger ? heard.strongest[i] : power[i];
                heard.strongest[i] = stronger ? power[i] : heard.strongest[i];
                heard.beam[i] = stronger ? beam : heard.beam[i];
            }
            continue;
        }
        const float shines = lit[beam] ? 1.0f : 0.0f;
        for (int i = 0; i < LANES; ++i) {
            const bool stronger = power[i] > heard.strongest[i];
            const float if_lit = power[i] * shines;
            heard.others[i] += stronger ? heard.strongest_if_lit[i] : if_lit;
            heard.strongest_if_lit[i] = stronger ? if_lit : heard.strongest_if_lit[i];
            heard.strongest[i] = stronger ? power[i] : heard.strongest[i];
            heard.beam[i] = stronger ? beam : heard.beam[i];
        }
    }
    if (lit == nullptr) {
        std::memcpy(heard.strongest_if_lit, heard.strongest, sizeof heard.strongest);
    }
}

// Put what was heard of a satellite to what was heard of those before.
template <int LANES>
void join(const Heard<LANES>& heard, const float* gain, Heard<LANES>& all) {
    for (int i = 0; i < LANES; ++i) {
        const float power = heard.strongest[i] * gain[i];
        const float if_lit = heard.strongest_if_lit[i] * gain[i];
        const bool stronger = power > all.strongest[i];
        all.others[i] += heard.others[i] * gain[i];
        all.others[i] += stronger ? all.strongest_if_lit[i] : if_lit;
        all.strongest_if_lit[i] = stronger ? if_lit : all.strongest_if_lit[i];
        all.strongest[i] = stronger ? power : all.strongest[i];
        all.beam[i] = stronger ? heard.beam[i] : all.beam[i];
    }
}

// The strongest beam serves: users `first` to before `first + count`, all of one trial.
template <int LANES>
void serve_strongest(const Scene& scene, const int64_t first, const int64_t count,
                     std::vector<Heard<LANES>>& of_colour, const Result& result) {
    Directions<LANES> user{};
    Heard<LANES> heard;
    alignas(64) float gain[LANES] = {};
    const uint8_t* lit = scene.lit_of(first);
    for (auto& each : of_colour) each.clear(0);
    for (int64_t satellite = 0; satellite < scene.satellites; ++satellite) {
        const float* from = scene.directions(satellite) + first;
        const auto bytes = static_cast<size_t>(count) * sizeof(float);
        std::memcpy(user.x, from, bytes);
        std::memcpy(user.y, from + scene.users, bytes);
        std::memcpy(user.z, from + 2 * scene.users, bytes);
        std::memcpy(gain, scene.link_gain + satellite * scene.users + first, bytes);
        for (int64_t colour = 0; colour < scene.colours; ++colour) {
            const int32_t* segment = scene.segment_start + satellite * scene.colours + colour;
            if (segment[0] == segment[1]) continue;
            hear(scene, user, lit, segment[0], segment[1], heard);
            join(heard, gain, of_colour[static_cast<size_t>(colour)]);
        }
    }
    Heard<LANES>& winner = of_colour[0];
    for (size_t colour = 1; colour < of_colour.size(); ++colour) {
        const Heard<LANES>& other = of_colour[colour];
        for (int i = 0; i < LANES; ++i) {
            const bool wins =
                other.strongest[i] > winner.strongest[i] ||
                (other.strongest[i] == winner.strongest[i] && other.beam[i] < winner.beam[i]);
            winner.strongest[i] = wins ? other.strongest[i] : winner.strongest[i];
            winner.others[i] = wins ? other.others[i] : winner.others[i];
            winner.beam[i] = wins ? other.beam[i] : winner.beam[i];
        }
    }
    for (int64_t i = 0; i < count; ++i) {
        result.serving[first + i] = winner.beam[i];
        result.carrier[first + i] = winner.strongest[i];
        result.interference[first + i] = winner.others[i];
    }
}

// Beams are given, all of one colour: users `number[0]` to `number[count - 1]`, all of one trial.
template <int LANES>
void serve_given(const Scene& scene, const int64_t colour, const int64_t* number,
                 const int64_t count, const int32_t* given, const Result& result) {
    Directions<LANES> user{};
    alignas(64) float gain[LANES] = {}, carrier[LANES] = {}, total[LANES] = {};
    alignas(64) float power[LANES], others[LANES];
    alignas(64) int32_t own[LANES] = {};
    const uint8_t* lit = scene.lit_of(number[0]);
    for (int64_t i = 0; i < count; ++i) own[i] = given[number[i]];
    for (int64_t satellite = 0; satellite < scene.satellites; ++satellite) {
        const int32_t* segment = scene.segment_start + satellite * scene.colours + colour;
        if (segment[0] == segment[1]) continue;
        const float* from = scene.directions(satellite);
        for (int64_t i = 0; i < count; ++i) {
            user.x[i] = from[number[i]];
            user.y[i] = from[scene.users + number[i]];
            user.z[i] = from[2 * scene.users + number[i]];
            gain[i] = scene.link_gain[satellite * scene.users + number[i]];
        }
        for (int64_t i = 0; i < count; ++i) {
            if (own[i] < segment[0] || own[i] >= segment[1]) continue;
            const float* beam = scene.beam_direction + own[i];
            const float there = scene.pattern.gain(user.x[i] - beam[0],
                                                   user.y[i] - beam[scene.beams],
                                                   user.z[i] - beam[2 * scene.beams]);
            carrier[i] = there * scene.beam_power[own[i]] * gain[i];
        }
        std::memset(others, 0, sizeof others);
        for (int32_t beam = segment[0]; beam < segment[1]; ++beam) {
            if (lit != nullptr && !lit[beam]) continue;
            scene.powers(user, beam, power);
            for (int i = 0; i < LANES; ++i) others[i] += own[i] == beam ? 0.0f : power[i];
        }
        for (int i = 0; i < LANES; ++i) total[i] += others[i] * gain[i];
    }
    for (int64_t i = 0; i < count; ++i) {
        result.carrier[number[i]] = carrier[i];
        result.interference[number[i]] = total[i];
    }
}

void strongest(const Scene& scene, const Result& result) {
    const auto colours = static_cast<size_t>(scene.colours);
    std::vector<Heard<MOST_LANES>> wide(colours);
    std::vector<Heard<LEAST_LANES>> narrow(colours);
    for (int64_t begin = 0; begin < scene.users;) {
        const int64_t end = scene.end_of_trial(begin, scene.users);
        in_blocks(begin, end, [&](auto lanes, const int64_t first, const int64_t count) {
            if constexpr (lanes == MOST_LANES) {
                serve_strongest(scene, first, count, wide, result);
            } else {
                serve_strongest(scene, first, count, narrow, result);
            }
        });
        begin = end;
    }
}

void of_given(const Scene& scene, const int32_t* given, const Result& result) {
    constexpr int64_t CHUNK = 1 << 16;  // users that are sorted together
    std::vector<int64_t> colour_of(static_cast<size_t>(scene.beams));
    for (int64_t segment = 0; segment < scene.satellites * scene.colours; ++segment) {
        for (int32_t b = scene.segment_start[segment]; b < scene.segment_start[segment + 1]; ++b) {
            colour_of[static_cast<size_t>(b)] = segment % scene.colours;
        }
    }
    std::vector<std::vector<int64_t>> sorted(static_cast<size_t>(scene.colours));
    for (int64_t begin = 0; begin < scene.users;) {
        const int64_t most = begin + CHUNK < scene.users ? begin + CHUNK : scene.users;
        const int64_t end = scene.end_of_trial(begin, most);
        for (auto& numbers : sorted) numbers.clear();
        for (int64_t user = begin; user < end; ++user) {
            result.serving[user] = given[user];
            result.carrier[user] = result.interference[user] = 0.0f;
            if (given[user] < 0) continue;
            sorted[static_cast<size_t>(colour_of[static_cast<size_t>(given[user])])].push_back(user);
        }
        for (int64_t colour = 0; colour < scene.colours; ++colour) {
            const auto& numbers = sorted[static_cast<size_t>(colour)];
            const auto there = static_cast<int64_t>(numbers.size());
            in_blocks(0, there, [&](auto lanes, const int64_t first, const int64_t count) {
                serve_given<lanes>(scene, colour, numbers.data() + first, count, given, result);
            });
        }
        begin = end;
    }
}

}  // namespace

CAPEST_KERNEL downlink_sinr(
    const float* user_direction,   // (satellites, 3, users)
    const float* link_gain,        // (satellites, users)
    const int32_t* user_trial,     // (users,)
    const float* beam_direction,   // (3, beams)
    const float* beam_power,       // (beams,)
    const int32_t* segment_start,  // (satellites * colours + 1,)
    const uint8_t* beam_lit,       // (trials, beams), or nullptr
    const float* pattern,          // (entries, 2)
    const int32_t* given_beam,     // (users,), or nullptr: the strongest serves
    int32_t* serving_beam,         // out (users,)
    float* carrier,                // out (users,)
    float* interference,           // out (users,)
    const int64_t entries,
    const int64_t users,
    const int64_t satellites,
    const int64_t colours,
    const int64_t beams) {
    return guarded([&] {
        const Scene scene{user_direction, link_gain,  user_trial, beam_direction,
                          beam_power,     segment_start, beam_lit, Pattern(pattern, entries),
                          users,          satellites, colours,    beams};
        const Result result{serving_beam, carrier, interference};
        if (given_beam == nullptr) {
            strongest(scene, result);
        } else {
            of_given(scene, given_beam, result);
        }
    });
}
