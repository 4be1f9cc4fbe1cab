/**
 * The constants of Threefry-2x32 with 20 rounds, for code generators that print `threefryBlocks` in another language: five
 * groups of four rounds, whose rotations are those of `rotations[group % 2]`, each followed by the key words `k[(g + 1) % 3]`
 * and `k[(g + 2) % 3] + g + 1` added to the two halves, where `k[2] = k[0] ^ k[1] ^ parity`.
 *
 * Source: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */
export const threefryConstants = {
  parity: 0x1bd11bda,
  groups: 5,
  rotations: [
    [13, 15, 26, 6],
    [17, 29, 16, 24],
  ],
} as const;
