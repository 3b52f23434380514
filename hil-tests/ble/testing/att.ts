import { concat, uint8, uint16 } from "../../../protocol/wire/bytes.ts";

/** H4: ACL data. Its ATT packet begins after packet type, handle, length, and L2CAP's length and channel. */
const ACL_DATA = 2;
const ATT_AT = 9;
/** Of the handle's second byte: 01 is a packet that goes on with another, and has no header of its own. */
const BOUNDARY_MASK = 0x30;
const CONTINUES = 0x10;
const MTU_REQUEST = 0x02;
/** Find by type value, read by type, read by group type. */
const SEARCHES = [0x06, 0x08, 0x10];
const WRITE_COMMAND = 0x52;
const NOTIFICATION = 0x1b;

export function isAclData(h4: Uint8Array): boolean {
  return h4[0] === ACL_DATA;
}

/** ACL data that an ATT packet begins in. In what goes on with one, any byte may stand where its code would. */
function isAtt(h4: Uint8Array): boolean {
  return isAclData(h4) && (h4[2]! & BOUNDARY_MASK) !== CONTINUES;
}

/** A fragment of a request, as written by the gateway, or of a reply, as notified by the lock. */
export function isFragment(h4: Uint8Array): boolean {
  return isAtt(h4) && (h4[ATT_AT] === WRITE_COMMAND || h4[ATT_AT] === NOTIFICATION);
}

/** The gateway looks for services or characteristics. */
export function isSearch(h4: Uint8Array): boolean {
  return isAtt(h4) && SEARCHES.includes(h4[ATT_AT]!);
}

/** A fragment of a reply. */
export function isNotification(h4: Uint8Array): boolean {
  return isAtt(h4) && h4[ATT_AT] === NOTIFICATION;
}

/** The packet with nothing of ATT left but the first byte. */
export function cutShort(h4: Uint8Array): Uint8Array {
  const attBytes = 1;
  const l2capHeaderBytes = 4;
  const handle = h4.subarray(1, 3);
  const lengths = [uint16(l2capHeaderBytes + attBytes).reverse(), uint16(attBytes).reverse()] as const;
  const channel = h4.subarray(ATT_AT - 2, ATT_AT);
  return concat(uint8(ACL_DATA), handle, lengths[0], lengths[1], channel, h4.subarray(ATT_AT, ATT_AT + attBytes));
}

/** Has both sides agree on this ATT_MTU; all else stays as it is. */
export function withAttMtu(h4: Uint8Array, attMtu: number): Uint8Array {
  if (!isAtt(h4) || h4[ATT_AT] !== MTU_REQUEST) return h4;
  return concat(h4.subarray(0, ATT_AT), uint8(MTU_REQUEST), uint16(attMtu).reverse());
}
