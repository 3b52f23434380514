import type { Tag } from "../hardware/tag-reader.ts";

/** What goes wrong with a tag. APDUs count from 1 since the tag came into the field. */
export type TagFault =
  /** Gone before it answers this APDU. */
  | { readonly kind: "pulled-away"; readonly atApdu: number }
  /** Another status word, two bytes as a number, after the same data. */
  | { readonly kind: "status-word"; readonly atApdu: number; readonly statusWord: number }
  /** The answer cut, or drawn out with zeros, to so many bytes. */
  | { readonly kind: "answer-length"; readonly atApdu: number; readonly bytes: number }
  /** One bit of the answer, counted from the first byte's highest; none if the answer is shorter. */
  | { readonly kind: "flipped-bit"; readonly atApdu: number; readonly bit: number }
  /** No tag at all, but something that plays answers recorded from one, and goes after the last. */
  | { readonly kind: "replayed"; readonly answers: readonly Uint8Array[] };

/** The tag with that fault. */
export function faultyTag(tag: Tag, fault: TagFault): Tag {
  let apdus = 0;
  return {
    uid: tag.uid,
    transceive(apdu) {
      apdus++;
      if (fault.kind === "replayed") return fault.answers[apdus - 1];
      if (fault.kind === "pulled-away") return apdus < fault.atApdu ? tag.transceive(apdu) : undefined;
      const answer = tag.transceive(apdu);
      return answer === undefined || apdus !== fault.atApdu ? answer : spoiled(answer, fault);
    },
    leaveField() {
      apdus = 0;
      tag.leaveField?.();
    },
  };
}

type SpoiledAnswer = Exclude<TagFault, { kind: "pulled-away" | "replayed" }>;

function spoiled(answer: Uint8Array, fault: SpoiledAnswer): Uint8Array {
  switch (fault.kind) {
    case "status-word":
      return Uint8Array.of(...answer.subarray(0, -2), fault.statusWord >> 8, fault.statusWord & 0xff);
    case "answer-length":
      return Uint8Array.from({ length: fault.bytes }, (_, i) => answer[i] ?? 0);
    case "flipped-bit":
      return answer.map((byte, i) => (i === fault.bit >> 3 ? byte ^ (0x80 >> (fault.bit & 7)) : byte));
  }
}
