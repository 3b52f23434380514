import { encodeSerialFrame } from "../../protocol/wire/serial-frame.ts";
import type { Figure } from "./figure.ts";
import type { Exchange } from "./site/memory-air.ts";

/** Point to point; another address is as long. */
const ADDRESS = 0;

/** How much passed to and fro, and what it is held to. */
export function sizeOf(
  id: string,
  what: string,
  exchanges: readonly Exchange[],
  aim?: { roundTrips: number; bytes: number },
): Figure[] {
  const frames = exchanges.flatMap(({ request, reply }) => [request, reply]);
  const total = (lengthOf: (frame: Uint8Array) => number) => frames.reduce((sum, frame) => sum + lengthOf(frame), 0);
  const single = (value: number) => ({ kind: "single", value }) as const;
  return [
    {
      id: `${id}.roundTrips`,
      what,
      unit: "round trips",
      measured: single(exchanges.length),
      ...(aim && { aim: { atMost: aim.roundTrips } }),
    },
    { id: `${id}.frames`, what, unit: "frames", measured: single(frames.length) },
    {
      id: `${id}.bytes`,
      what,
      unit: "bytes",
      measured: single(total((frame) => frame.length)),
      ...(aim && { aim: { atMost: aim.bytes } }),
    },
    {
      id: `${id}.serialBytes`,
      what: `${what}, on a serial line`,
      unit: "bytes",
      measured: single(total((frame) => encodeSerialFrame(ADDRESS, frame).length)),
    },
  ];
}
