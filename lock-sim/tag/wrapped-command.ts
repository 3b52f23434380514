/** A native command of DESFire, out of its wrapping. */
export interface NativeCommand {
  readonly instruction: number;
  readonly data: Uint8Array;
}

/** Status words of ISO 7816-4 §5.6, for what is no wrapped native command at all. */
export const IsoStatus = { wrongLength: 0x6700, wrongParameters: 0x6a86, classNotSupported: 0x6e00 } as const;
type IsoStatus = (typeof IsoStatus)[keyof typeof IsoStatus];

const HEAD_BYTES = 5;
const WRAPPING_BYTES = 6;

/** `90 INS 00 00 00`, or `90 INS 00 00 Lc data 00`. */
export function unwrapCommand(apdu: Uint8Array): NativeCommand | IsoStatus {
  if (apdu.length < HEAD_BYTES) return IsoStatus.wrongLength;
  if (apdu[0] !== 0x90) return IsoStatus.classNotSupported;
  if (apdu[2] !== 0x00 || apdu[3] !== 0x00) return IsoStatus.wrongParameters;
  const dataBytes = apdu[4]!;
  if (apdu.length !== (dataBytes === 0 ? HEAD_BYTES : WRAPPING_BYTES + dataBytes)) return IsoStatus.wrongLength;
  if (apdu.at(-1) !== 0x00) return IsoStatus.wrongLength;
  return { instruction: apdu[1]!, data: apdu.slice(HEAD_BYTES, HEAD_BYTES + dataBytes) };
}
