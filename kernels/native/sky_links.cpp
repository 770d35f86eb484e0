// Links between a block of users on the ground and a satellite; see sky_links.hpp.
#include "sky_links.hpp"

namespace capest {

Block::Block(const Users& users, const int64_t* member, const int64_t sky_entries)
    : indoors(false) {
    for (int i = 0; i < LANES; ++i) {
        const int64_t user = member[i] < 0 ? member[0] : member[i];
        float up[3];
        for (int axis = 0; axis < 3; ++axis) {
            const double metres = users.position[axis * users.count + user];
            const double rounded = std::rint(metres);
            whole[axis][i] = static_cast<float>(rounded);
            rest[axis][i] = static_cast<float>(metres - rounded);
            up[axis] = static_cast<float>(metres / EARTH_RADIUS_M);
        }
        const float across = std::sqrt(up[0] * up[0] + up[1] * up[1]);
        const float east_x = across == 0.0f ? 1.0f : -up[1] / across;
        const float east_y = across == 0.0f ? 0.0f : up[0] / across;
        east[0][i] = east_x;
        east[1][i] = east_y;
        north[0][i] = -up[2] * east_y;
        north[1][i] = up[2] * east_x;
        north[2][i] = up[0] * east_y - up[1] * east_x;
        const float a = users.entry[2 * user], d = users.entry[2 * user + 1];
        entry_a[i] = a;
        entry_d[i] = a == 0.0f ? 1.0f : d;
        entry_factor[i] = a == 0.0f ? 1.0f / d : 1.0f;
        indoors = indoors || a != 0.0f;
        environment[i] = static_cast<int32_t>(users.environment[user] * sky_entries);
        serving[i] = member[i] < 0 ? -1 : users.serving[user];
        for (int sector = 0; sector < SECTORS; ++sector) {
            sight[sector * LANES + i] = users.sight[user * SECTORS + sector];
            shadow[sector * LANES + i] = users.shadow[user * SECTORS + sector];
        }
    }
}

Satellite::Satellite(const double* position, const double* axes, const int64_t satellites,
                     const int64_t number) {
    double at[3], point[3], square = 0.0;
    for (int axis = 0; axis < 3; ++axis) {
        at[axis] = position[axis * satellites + number];
        square += at[axis] * at[axis];
    }
    const double radius_m = std::sqrt(square);
    for (int axis = 0; axis < 3; ++axis) {
        point[axis] = at[axis] * (EARTH_RADIUS_M / radius_m);
        toward[axis] = static_cast<float>(at[axis] / EARTH_RADIUS_M);
        below[axis] = static_cast<float>(std::rint(point[axis]));
        rest[axis] = static_cast<float>(point[axis] - std::rint(point[axis]));
    }
    height = static_cast<float>(radius_m - EARTH_RADIUS_M);
    float* const rows[3] = {u, v, w};
    for (int row = 0; row < 3; ++row) {
        double seen = 0.0;
        for (int axis = 0; axis < 3; ++axis) {
            const double component = axes[(3 * row + axis) * satellites + number];
            rows[row][axis] = static_cast<float>(component);
            seen += component * (point[axis] - at[axis]);
        }
        rows[row][3] = static_cast<float>(seen);
    }
}

Sky::Sky(const float* table, const int64_t environments, const int64_t entries,
         const double reduced_aperture, const double axial_weight, const double element_exponent,
         const bool fading_gain)
    : last_entry_(static_cast<float>(entries - 1)),
      aperture_(static_cast<float>(reduced_aperture)),
      nadir_(static_cast<float>(reduced_aperture) * static_cast<float>(axial_weight)),
      element_exponent_(static_cast<float>(element_exponent)),
      fading_gain_(fading_gain) {
    const auto rows = static_cast<size_t>(environments * entries);
    sight_.resize(rows);
    growth_.resize(rows);
    loss_.resize(4 * rows);
    for (size_t row = 0; row < rows; ++row) {
        // Line of sight, deviation with and without it, clutter, clear sky, growth.
        const float* entry = table + 6 * row;
        sight_[row] = entry[0];
        loss_[2 * row] = entry[2];
        loss_[2 * row + 1] = entry[4] + entry[3];
        loss_[2 * (rows + row)] = entry[1];
        loss_[2 * (rows + row) + 1] = entry[4];
        growth_[row] = entry[5];
    }
}

void Sky::links(const Block& __restrict__ block, const Satellite& satellite,
                Links& __restrict__ links) const {
    const Satellite s = satellite;
    const int32_t rows = static_cast<int32_t>(sight_.size());
    const float aperture = aperture_, nadir = nadir_, last_entry = last_entry_;
    Lanes inverse;
    int32_t sector[LANES], row[LANES];
    for (int i = 0; i < LANES; ++i) {
        const float dx = (block.whole[0][i] - s.below[0]) + (block.rest[0][i] - s.rest[0]);
        const float dy = (block.whole[1][i] - s.below[1]) + (block.rest[1][i] - s.rest[1]);
        const float dz = (block.whole[2][i] - s.below[2]) + (block.rest[2][i] - s.rest[2]);
        const float u = fused(s.u[0], dx, fused(s.u[1], dy, fused(s.u[2], dz, s.u[3])));
        const float v = fused(s.v[0], dx, fused(s.v[1], dy, fused(s.v[2], dz, s.v[3])));
        const float w = fused(s.w[0], dx, fused(s.w[1], dy, fused(s.w[2], dz, s.w[3])));
        const float rise = fused(s.toward[0], dx,
                                 fused(s.toward[1], dy, fused(s.toward[2], dz, s.height)));
        inverse[i] = 1.0f / std::sqrt(fused(u, u, fused(v, v, w * w)));
        links.direction.x[i] = u * inverse[i] * aperture;
        links.direction.y[i] = v * inverse[i] * aperture;
        links.direction.z[i] = fused(w * inverse[i], nadir, -nadir);
        links.gain[i] = w * inverse[i];
        links.sine[i] = rise * inverse[i];
        const float above = links.sine[i] > 0.0f ? links.sine[i] : 0.0f;
        const float held = above < 1.0f ? above : 1.0f;
        row[i] = static_cast<int32_t>(fused(held, last_entry, 0.5f)) + block.environment[i];
        // The satellite and the point below it have the same azimuth, opposite to (dx, dy, dz).
        const float west = fused(block.east[0][i], dx, block.east[1][i] * dy);
        const float south = fused(block.north[0][i], dx,
                                  fused(block.north[1][i], dy, block.north[2][i] * dz));
        sector[i] = LANES * ((west > 0.0f ? 4 : 0) + (south > 0.0f ? 2 : 0) +
                             (std::fabs(west) < std::fabs(south) ? 1 : 0));
    }

    // The whole block mostly sees the satellite in one sector, whose draws lie in a row.
    int32_t other = 0;
    for (int i = 0; i < LANES; ++i) {
        other |= sector[i] ^ sector[0];
    }
    Lanes draws[2];
    const float* sight_draw = block.sight + sector[0];
    const float* shadow_draw = block.shadow + sector[0];
    if (other != 0) {
        for (int i = 0; i < LANES; ++i) {
            draws[0][i] = block.sight[sector[i] + i];
            draws[1][i] = block.shadow[sector[i] + i];
        }
        sight_draw = draws[0];
        shadow_draw = draws[1];
    }

    // Loads from tables stand alone, so that they are vectors where the processor has them.
    const float* probability_of = sight_.data();
    const Two* loss_of = reinterpret_cast<const Two*>(loss_.data());
    Lanes probability, exponent;
    int32_t place[LANES];
    uint64_t loss[LANES];
    for (int i = 0; i < LANES; ++i) probability[i] = probability_of[row[i]];
    for (int i = 0; i < LANES; ++i) {
        place[i] = row[i] + (sight_draw[i] < probability[i] ? rows : 0);
    }
    for (int i = 0; i < LANES; ++i) loss[i] = loss_of[place[i]];
    for (int i = 0; i < LANES; ++i) {
        exponent[i] = -fused(first_of(loss[i]), shadow_draw[i], second_of(loss[i]));
    }
    if (!fading_gain_) {
        // With line of sight nothing but the clear sky is fixed: no link has less.
        for (int i = 0; i < LANES; ++i) loss[i] = loss_of[row[i] + rows];
        for (int i = 0; i < LANES; ++i) {
            const float most = -second_of(loss[i]);
            exponent[i] = exponent[i] < most ? exponent[i] : most;
        }
    }
    if (element_exponent_ != 0.0f) {
        // Nothing leaves backwards: the logarithm of zero.
        for (int i = 0; i < LANES; ++i) {
            exponent[i] += element_exponent_ * logarithm(links.gain[i]);
        }
    }
    for (int i = 0; i < LANES; ++i) {
        links.gain[i] = exponential(exponent[i]) * inverse[i] * inverse[i];
    }
    if (block.indoors) {
        const float* growth_of = growth_.data();
        Lanes growth;
        for (int i = 0; i < LANES; ++i) growth[i] = growth_of[row[i]];
        for (int i = 0; i < LANES; ++i) {
            links.gain[i] /= fused(block.entry_a[i], growth[i], block.entry_d[i]);
        }
    }
}

}  // namespace capest
