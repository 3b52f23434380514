import { concat, equalBytes, fromHex, uint8 } from "./bytes.ts";

// What a lock advertises over BLE (protocol.md §10): service data `flags 1 | lockId 8` under the service's UUID.

/** UUIDs as libraries write them: without dashes, in small letters. */
export const BLE_SERVICE = "6c6b310070617373800000805f9b34fb";
/** Requests: write, and write without response. */
export const BLE_REQUEST = "6c6b310170617373800000805f9b34fb";
/** Replies: notify. */
export const BLE_REPLY = "6c6b310270617373800000805f9b34fb";

export const BeaconFlag = { pairingMode: 1, eventsWaiting: 2, attention: 4 } as const;
const KNOWN_FLAGS = BeaconFlag.pairingMode | BeaconFlag.eventsWaiting | BeaconFlag.attention;

const LOCK_ID_BYTES = 8;
const BEACON_BYTES = 1 + LOCK_ID_BYTES;
/** AD types: Bluetooth Core Specification Supplement, part A, §1.3 and §1.11. */
const AD_FLAGS = Uint8Array.of(2, 0x01, 0x06);
const AD_SERVICE_DATA_128 = 0x21;
const AD_HEAD = concat(uint8(AD_SERVICE_DATA_128), fromHex(BLE_SERVICE).reverse());

export interface Beacon {
  flags: number;
  /** 8 bytes. */
  lockId: Uint8Array;
}

/** Service data; undefined for what is none of a lock of this version. */
export function decodeBeacon(serviceData: Uint8Array): Beacon | undefined {
  const flags = serviceData[0];
  if (flags === undefined || serviceData.length !== BEACON_BYTES || (flags & ~KNOWN_FLAGS) !== 0) return undefined;
  return { flags, lockId: serviceData.slice(1) };
}

/** A whole legacy advertisement, 30 of its 31 bytes: flags, then the service data; the UUID goes out little-endian. */
export function encodeAdvertisement({ flags, lockId }: Beacon): Uint8Array {
  return concat(AD_FLAGS, uint8(AD_HEAD.length + BEACON_BYTES), AD_HEAD, uint8(flags), lockId);
}

/** Of an advertisement, the AD structure by which it is a lock's, its length byte included; undefined if it has none. */
export function findBeacon(advertisement: Uint8Array): Uint8Array | undefined {
  for (let at = 0; at < advertisement.length; ) {
    const end = at + 1 + advertisement[at]!;
    const structure = advertisement.subarray(at, end);
    const head = structure.subarray(1, 1 + AD_HEAD.length);
    const isWhole = end <= advertisement.length;
    if (isWhole && equalBytes(head, AD_HEAD) && decodeBeacon(structure.subarray(1 + AD_HEAD.length))) return structure;
    at = end;
  }
  return undefined;
}
