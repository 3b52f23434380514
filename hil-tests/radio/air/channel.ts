/** The three channels of legacy advertising, in the order in which an advertiser uses them. */
export const ADVERTISING_CHANNELS_MHZ = [2402, 2426, 2480] as const;

const DATA_CHANNELS = 37;
const WIFI_HALF_WIDTH_MHZ = 11;

/** The centre of a data channel, numbered 0 to 36 (Core Specification, Vol 6 Part B, 1.4.1). */
export function dataChannelMhz(index: number): number {
  return index <= 10 ? 2404 + 2 * index : 2428 + 2 * (index - 11);
}

/** Channel selection algorithm 1 with all channels in use (Vol 6 Part B, 4.5.8.2). */
export function hop(lastIndex: number, increment: number): number {
  return (lastIndex + increment) % DATA_CHANNELS;
}

/** A Wi-Fi network nearby: on its 22 MHz it spoils that share of the packets of others. */
export interface Interferer {
  /** 1 to 13. */
  readonly wifiChannel: number;
  /** How much of the time the network sends, from 0 to 1. */
  readonly busyShare: number;
}

export function covers({ wifiChannel }: Interferer, mhz: number): boolean {
  return Math.abs(2407 + 5 * wifiChannel - mhz) <= WIFI_HALF_WIDTH_MHZ;
}
