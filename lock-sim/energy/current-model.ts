// What each thing that a lock does draws from its battery. A milliampere for a millisecond is a microcoulomb (µC), and
// that is what all of this is counted in.
//
// The lock is built of an nRF52-class chip at 64 MHz, four alkaline AA cells and a geared motor. All figures are at the battery:
// ASSUMPTION, against ourselves: the chip's supply is a linear regulator, so its current is the battery's.

/** CPU at work from flash, DC/DC converter on: nRF52832 Product Specification, "CPU running". */
const CPU_MILLIAMPERE = 3.7;
/** nRF52832 Product Specification v1.1, IRADIO_TX0 (0 dBm, 1 Mb/s) and IRADIO_RX0, crystal included. */
const TX_MILLIAMPERE = 7.1;
const RX_MILLIAMPERE = 6.5;

/** Asleep with RAM and calendar clock kept: nRF52832 Product Specification says 1.9 µA; rounded up. */
export const ASLEEP_MILLIAMPERE = 0.002;

/**
 * While all else sleeps the tag reader sends a short pulse of its field, 500 ms apart, to see whether it is detuned: low-power
 * card detection, as NFC readers have it. ASSUMPTION: 4 µC. Next to it the CPU's waking for a moment once a minute, to measure
 * the battery, is nothing.
 */
export const DETECT_EVERY_MS = 500;
export const DETECT_MICROCOULOMB = 4;

/** P-256 in constant time at 64 MHz: README of P256-Cortex-M4 (Emill), measured on an nRF52840. AES and SHA-256 cost next to nothing. */
export const KEY_MICROCOULOMB = 5.1 * CPU_MILLIAMPERE;
export const SIGN_MICROCOULOMB = 5.9 * CPU_MILLIAMPERE;
export const VERIFY_MICROCOULOMB = 15.3 * CPU_MILLIAMPERE;
export const DH_MICROCOULOMB = 14.2 * CPU_MILLIAMPERE;

/**
 * Flash of the nRF52832: 89.7 ms for a page of 4 KiB, 0.1 ms for a word of 4 bytes (the times its DFU tools wait).
 * ASSUMPTION: it draws what the waiting CPU does.
 */
export const ERASE_MICROCOULOMB = 89.7 * CPU_MILLIAMPERE;
export const WORD_BYTES = 4;
export const WORD_MICROCOULOMB = 0.1 * CPU_MILLIAMPERE;

/** Bluetooth LE at 1 Mb/s. */
const BYTE_MS = 0.008;
/** Preamble, access address, header, L2CAP and ATT headers, MIC, CRC. */
const PACKET_OVERHEAD_BYTES = 25;
/** Of a frame in one packet: data length extension, ATT_MTU 247, one byte for the fragment's header. */
export const PACKET_BYTES = 243;
/** From waking the crystal to sleeping again. ASSUMPTION: 0.8 ms of CPU round each time on the air. */
const WAKE_MICROCOULOMB = 0.8 * CPU_MILLIAMPERE;
/** The turn-round of 0.15 ms and the shortest packet, which is all that the other side says in answer. */
const SHORT_PACKET_MS = 0.15 + 0.08;

/** A connection event in which nobody has anything to say. */
export const EMPTY_EVENT_MICROCOULOMB =
  WAKE_MICROCOULOMB + SHORT_PACKET_MS * RX_MILLIAMPERE + SHORT_PACKET_MS * TX_MILLIAMPERE;
/** ASSUMPTION: the gateway asks for an interval of 30 ms while it talks, and hangs up when it has nothing more to say. */
export const CONNECTION_INTERVAL_MS = 30;
/** ASSUMPTION: to connect, learn of MTU and data length, and ask for notifications takes so many connection events. */
export const EVENTS_TO_CONNECT = 12;

export function packetMicrocoulomb(bytes: number, direction: "in" | "out"): number {
  const milliampere = direction === "in" ? RX_MILLIAMPERE : TX_MILLIAMPERE;
  return EMPTY_EVENT_MICROCOULOMB + (PACKET_OVERHEAD_BYTES + bytes) * BYTE_MS * milliampere;
}

/**
 * Advertising, about once a second (ASSUMPTION), on three channels: the packet of 46 bytes, then a listen for whoever wants to
 * connect. What its flags say costs nothing.
 *
 * Not once a second sharp: whoever connects listens for 30 of each 60 ms (noble does). 980 ms are 20 more than so many periods,
 * and up to 30 with the random delay, so an advertisement that falls into the pause is followed by one that does not.
 */
export const ADVERTISE_EVERY_MS = 980;
const ADVERTISEMENT_BYTES = 46;
export const ADVERTISEMENT_MICROCOULOMB =
  WAKE_MICROCOULOMB + 3 * (ADVERTISEMENT_BYTES * BYTE_MS * TX_MILLIAMPERE + SHORT_PACKET_MS * RX_MILLIAMPERE);

/** ASSUMPTION: of the 2,500 mAh that an alkaline AA cell has, these are above the voltage at which the lock stops opening. */
const BATTERY_MILLIAMPERE_HOURS = 2000;
export const BATTERY_MICROCOULOMB = BATTERY_MILLIAMPERE_HOURS * 3_600_000;
