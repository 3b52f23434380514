/** Loss in bursts after Gilbert and Elliott: a path is good or bad, and each packet may change that. */
export interface BurstLoss {
  /** Share of packets lost while the path is good. */
  readonly goodLoss: number;
  readonly badLoss: number;
  /** Chance, packet by packet, that a good path turns bad. */
  readonly goodToBad: number;
  readonly badToGood: number;
}

/** How radio waves and controllers behave. Powers are in dBm, ratios in dB. */
export interface RadioModel {
  readonly transmitPowerDbm: number;
  /** What is lost over the first metre: 40 dB at 2.4 GHz. */
  readonly firstMetreLossDb: number;
  /** 2 in free space, 2.5 to 4 in buildings. */
  readonly pathLossExponent: number;
  /** Standard deviation of each packet's strength around the mean of its path. */
  readonly fadingDb: number;
  /** A packet that arrives weaker is not received. */
  readonly sensitivityDbm: number;
  readonly loss: BurstLoss;
  /** Whether two advertisements at the same time spoil each other. */
  readonly advertisementsCollide: boolean;
  /** "at-once": data needs no waiting for the next connection event; events at the interval go on beside that. */
  readonly delivery: "at-events" | "at-once";
  /** Data packets of each side in one connection event, repeats included. */
  readonly packetsPerEventMax: number;
  /** Shortens what the advertiser's host asked for. */
  readonly advertisingIntervalMsMax: number;
  /** Shortens what the central's host asked for. */
  readonly connectionIntervalMsMax: number;
}

/** A packet is lost by chance alone, one as likely as the other. */
export function evenLoss(share: number): BurstLoss {
  return { goodLoss: share, badLoss: share, goodToBad: 0, badToGood: 0 };
}

/** Nothing is lost and nothing waits: for tests of what runs above the radio. */
export const fastModel: RadioModel = {
  transmitPowerDbm: 0,
  firstMetreLossDb: 40,
  pathLossExponent: 2,
  fadingDb: 0,
  sensitivityDbm: -90,
  loss: evenLoss(0),
  advertisementsCollide: false,
  delivery: "at-once",
  packetsPerEventMax: 6,
  advertisingIntervalMsMax: 20,
  connectionIntervalMsMax: 4_000,
};

/** A stairwell on a good day: 2 % of packets lost besides those that collide, at the intervals that the hosts ask for. */
export const realisticModel: RadioModel = {
  ...fastModel,
  pathLossExponent: 2.5,
  fadingDb: 3,
  loss: evenLoss(0.02),
  advertisementsCollide: true,
  delivery: "at-events",
  advertisingIntervalMsMax: 10_240,
};
