/** A table of our figures beside others'. */
export interface Comparison {
  heading: string;
  /** Where the others' figures come from. */
  source: string;
  columns: readonly string[];
  lines: readonly (readonly string[])[];
}

/** Looks a figure of the run up by `row.id`, in words. */
export type Find = (name: string) => string;

const SAME_KIND = "Measured on a machine of the same kind (2 cores, x86-64, Node.js 20.20, Debian 12), not in this run";

/** Peers do not take part in the run: theirs are figures of record. */
export function comparisons(ours: Find): Comparison[] {
  const both = (what: string) => `${ours(`wire.cold.${what}`)} / ${ours(`wire.resumed.${what}`)}`;
  return [
    {
      heading: "Until an unlock is answered, cold / resumed",
      source: "Counted from specifications and, for Aliro, from what has been found out by others; matter.js as below.",
      columns: ["", "round trips", "bytes"],
      lines: [
        ["DESFire EV2First / NonFirst and a command", "3 / 3", "155 / 138"],
        ["Nuki over BLE", "2 / 2", "289"],
        ["Aliro standard / fast", "2 / 1", "540 / 270"],
        ["OSDP secure channel", "3 / 1", "160 / 44"],
        ["matter.js, CASE and timed UnlockDoor", "4 / 3", "1,490 / 730"],
        ["**LK1**", `**${both("roundTrips")}**`, `**${both("bytes")}**`],
      ],
    },
    {
      heading: "matter.js 0.17.9, a DoorLock device and its controller on loopback",
      source: `${SAME_KIND}. Both compute with node:crypto on both sides, but for the lock that is paired. Ours take no time on the way, theirs go over UDP on loopback.`,
      columns: ["", "matter.js", "Portvakt"],
      lines: [
        ["commissioning / pairing until in step, ms", "334 / 425 / 659", `${ours("pairing.inStep.time")} (@noble)`],
        ["the same, bytes", "6,970", ours("pairing.inStep.bytes")],
        ["the same, datagrams / frames", "51", ours("pairing.inStep.frames")],
        ["new session (ours with its first command), ms", "p50 16–24", ours("sessions.openssl.full")],
        ["resumed session (ours with its first command), ms", "p50 8–14", ours("sessions.openssl.resumed")],
        ["unlock on an open session, ms", "p50 1.9, p99 10", ours("unlocks.openssl.open")],
        ["the same, a second", "270–490", ours("unlocks.openssl.open.rate")],
        ["the same, bytes", "327", ours("wire.open.bytes")],
        ["controller / gateway with 100 locks, MiB", "145–190", ours("memory.few")],
        ["each further node / lock, KiB", "≈ 1,000", ours("memory.furtherLock")],
      ],
    },
    {
      heading: "libosdp 3.2.0, in C: a panel and a reader",
      source: `${SAME_KIND}, at a tick of 50 µs. OSDP's keys are symmetric and its commands not signed. OpenSSL in the lock.`,
      columns: ["", "libosdp", "Portvakt"],
      lines: [
        ["secure channel / OPEN with its first command, ms", "1.8–3.4", ours("sessions.openssl.full")],
        ["command / unlock on an open session, ms", "p50 0.28", ours("unlocks.openssl.open")],
        ["the same, bytes on a serial line", "46", ours("wire.open.serialBytes")],
      ],
    },
    {
      heading: "Primitives beside the record, operations a second",
      source: `${SAME_KIND}: the bare libraries. For those in the same run see *crypto* above.`,
      columns: ["", "node:crypto, then", "openssl suite", "@noble, then", "noble suite"],
      lines: [
        ["AES-128-CCM seal, 64 bytes", "324k", ours("crypto.openssl.ccmSeal"), "73k", ours("crypto.noble.ccmSeal")],
        ["HKDF to 48 bytes", "109k", ours("crypto.openssl.hkdf"), "122k", ours("crypto.noble.hkdf")],
        ["P-256 ECDH", "14.0k", ours("crypto.openssl.ecdh"), "0.48k", ours("crypto.noble.ecdh")],
        ["ES256 sign", "48.8k", ours("crypto.openssl.sign"), "2.4k", ours("crypto.noble.sign")],
        ["ES256 verify", "19.2k", ours("crypto.openssl.verify"), "0.6k", ours("crypto.noble.verify")],
      ],
    },
  ];
}
