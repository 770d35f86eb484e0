// Philox4x64-10, the counter-based generator of numpy.random.Philox.
//
// Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
// Proceedings of SC11 (2011), section 3; constants and word order as in their library Random123.
// A block of four words is a pure function of key and counter: there is no state to keep.
#ifndef CAPEST_PHILOX_CUH
#define CAPEST_PHILOX_CUH

typedef unsigned long long word64;

struct alignas(16) PhiloxBlock {
    word64 word[4];
};

// One block of Philox4x64 with ten rounds.
__device__ inline PhiloxBlock philox4x64_10(PhiloxBlock counter, word64 key_0, word64 key_1) {
    const word64 multiplier_0 = 0xD2E7470EE14C6C93ull;
    const word64 multiplier_1 = 0xCA5A826395121157ull;
    const word64 weyl_0 = 0x9E3779B97F4A7C15ull;  // golden ratio
    const word64 weyl_1 = 0xBB67AE8584CAA73Bull;  // sqrt(3) - 1
    for (int round = 0; round < 10; ++round) {
        const word64 high_0 = __umul64hi(multiplier_0, counter.word[0]);
        const word64 low_0 = multiplier_0 * counter.word[0];
        const word64 high_1 = __umul64hi(multiplier_1, counter.word[2]);
        const word64 low_1 = multiplier_1 * counter.word[2];
        counter.word[0] = high_1 ^ counter.word[1] ^ key_0;
        counter.word[1] = low_1;
        counter.word[2] = high_0 ^ counter.word[3] ^ key_1;
        counter.word[3] = low_0;
        key_0 += weyl_0;
        key_1 += weyl_1;
    }
    return counter;
}

// The counter of an entity, below 2^20, in a trial: trial * 2^20 + entity as a 256-bit number.
// The lowest 20 bits are the entity's alone, so adding it carries nothing.
__device__ inline PhiloxBlock philox_counter(word64 trial, word64 entity) {
    return PhiloxBlock{{(trial << 20) + entity, trial >> 44, 0, 0}};
}

#endif
