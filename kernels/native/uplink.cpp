// What every receive beam of satellites hears of the scheduled users: carrier and interference in a drop.
// NumPy twin: capest/backend/numpy_uplink.py. CUDA twin: ../uplink.cu, which has the formulas.
//
// Drops lie side by side: for each beam that sends, a block of drops has as many users, and all beams
// of its colour hear them.
#include <vector>

#include "pattern.hpp"

namespace {

using namespace capest;

struct Scene {
    const float* user_direction;
    const float* link_gain;
    const int32_t* scheduled;
    const float* beam_direction;
    const float* beam_power;
    const int32_t* segment_start;
    Pattern pattern;
    int64_t users, satellites, colours, drops, beams;
};

// Users that a beam of each drop of a block has scheduled, as a satellite sees them.
template <int LANES>
struct Senders {
    Directions<LANES> direction{};
    alignas(64) float gain[LANES] = {};

    // Returns whether there is anybody.
    bool load(const Scene& scene, const int64_t satellite, const int32_t* turn, const int64_t drops) {
        const float* from = scene.user_direction + 3 * satellite * scene.users;
        const float* gains = scene.link_gain + satellite * scene.users;
        bool anybody = false;
        for (int64_t i = 0; i < drops; ++i) {
            const int64_t user = turn[i * scene.beams];
            gain[i] = user < 0 ? 0.0f : gains[user];
            if (user < 0) continue;
            anybody = true;
            direction.x[i] = from[user];
            direction.y[i] = from[scene.users + user];
            direction.z[i] = from[2 * scene.users + user];
        }
        return anybody;
    }
};

// Fill in the beams [begin, end) of a satellite and colour, for drops `first` to before `first + count`.
template <int LANES>
void receive(const Scene& scene, const int64_t satellite, const int64_t colour, const int64_t first,
             const int64_t count, float* room, float* carrier, float* interference) {
    const int32_t* mine = scene.segment_start + satellite * scene.colours + colour;
    const int32_t begin = mine[0], end = mine[1];
    const int64_t heard = static_cast<int64_t>(end - begin) * LANES;
    float* own = room;  // (receivers, LANES), and so are the others
    float* others = room + heard;
    for (int64_t i = 0; i < 2 * heard; ++i) room[i] = 0.0f;
    Senders<LANES> users;
    alignas(64) float power[LANES];
    for (int64_t other = 0; other < scene.satellites; ++other) {
        const int32_t* theirs = scene.segment_start + other * scene.colours + colour;
        for (int32_t sender = theirs[0]; sender < theirs[1]; ++sender) {
            const int32_t* turn = scene.scheduled + first * scene.beams + sender;
            if (!users.load(scene, satellite, turn, count)) continue;
            for (int32_t beam = begin; beam < end; ++beam) {
                scene.pattern.gains(users.direction, scene.beam_direction[beam],
                                    scene.beam_direction[scene.beams + beam],
                                    scene.beam_direction[2 * scene.beams + beam], power);
                float* __restrict sum = (beam == sender ? own : others) + (beam - begin) * LANES;
                for (int i = 0; i < LANES; ++i) sum[i] += power[i] * users.gain[i];
            }
        }
    }
    for (int64_t i = 0; i < count; ++i) {
        const int64_t row = (first + i) * scene.beams;
        for (int32_t beam = begin; beam < end; ++beam) {
            const int64_t place = (beam - begin) * LANES + i;
            carrier[row + beam] = own[place] * scene.beam_power[beam];
            interference[row + beam] = others[place] * scene.beam_power[beam];
        }
    }
}

}  // namespace

CAPEST_KERNEL uplink_sinr(
    const float* user_direction,   // (satellites, 3, users)
    const float* link_gain,        // (satellites, users)
    const int32_t* scheduled,      // (drops, beams)
    const float* beam_direction,   // (3, beams)
    const float* beam_power,       // (beams,)
    const int32_t* segment_start,  // (satellites * colours + 1,)
    const float* pattern,          // (entries, 2)
    float* carrier,                // out (drops, beams)
    float* interference,           // out (drops, beams)
    const int64_t entries,
    const int64_t users,
    const int64_t satellites,
    const int64_t colours,
    const int64_t drops,
    const int64_t beams) {
    return guarded([&] {
        const Scene scene{user_direction, link_gain,     scheduled, beam_direction,
                          beam_power,     segment_start, Pattern(pattern, entries),
                          users,          satellites,    colours,   drops, beams};
        std::vector<float> room(static_cast<size_t>(2 * MOST_LANES * beams));
        for (int64_t satellite = 0; satellite < satellites; ++satellite) {
            for (int64_t colour = 0; colour < colours; ++colour) {
                in_blocks(0, drops, [&](auto lanes, const int64_t first, const int64_t count) {
                    receive<lanes>(scene, satellite, colour, first, count, room.data(), carrier,
                                   interference);
                });
            }
        }
    });
}
