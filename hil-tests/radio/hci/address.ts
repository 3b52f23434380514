import { fromHex } from "../../../protocol/wire/bytes.ts";

/** A device address as noble writes it: `d0:0d:00:00:00:01`. */
export type DeviceAddress = string;

/** Six bytes, the last of the text first. Throws RangeError if the text is no address. */
export function addressToWire(address: DeviceAddress): Uint8Array {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(address)) throw new RangeError(`${address} is no device address`);
  return fromHex(address.replaceAll(":", "")).reverse();
}
