import { RecordType } from "../../protocol/log/record.ts";
import type { Happening } from "./happening.ts";

/** Where the talk between a gateway and a lock stands, as somebody sees it who hears all frames and reads the lock's log. */
export const PROTOCOL_STATES = [
  "idle",
  "P1 sent",
  "P2 sent",
  "P3 sent",
  "P4 sent",
  "O1 sent",
  "O2 sent",
  "S1 sent",
  "S2 sent",
  "in session",
  "command sent",
  "act before INTENT",
  "act after INTENT",
  "act after DONE",
  "A1 sent",
  "A2 sent",
  "roster staged",
  "uplink in flight",
] as const;

export type ProtocolState = (typeof PROTOCOL_STATES)[number];

/** By the header byte of the frame (protocol.md §1) that was sent last. */
const AFTER_FRAME: Record<number, ProtocolState> = {
  17: "P1 sent",
  18: "P2 sent",
  19: "P3 sent",
  20: "P4 sent",
  21: "O1 sent",
  22: "O2 sent",
  23: "command sent",
  24: "in session",
  25: "S1 sent",
  26: "S2 sent",
  27: "A1 sent",
  28: "A2 sent",
};
/** After so long without a frame nothing is under way any more. */
const IDLE_AFTER_MS = 10_000;

/** Follows one lock. */
export class StateOfTalk {
  #talk: ProtocolState = "idle";
  #lastFrameMs = Number.NEGATIVE_INFINITY;
  #act: "none" | "signed" | "intent" | "done" = "none";

  see(happening: Happening, atMs: number): void {
    switch (happening.kind) {
      case "frame":
        if (happening.by === "attacker") return;
        this.#talk = AFTER_FRAME[happening.bytes[0] ?? 0] ?? this.#talk;
        this.#lastFrameMs = atMs;
        if (happening.by === "lock" && this.#act !== "intent") this.#act = "none";
        return;
      case "order-signed":
        this.#act = "signed";
        return;
      case "answered":
        this.#act = "none";
        return;
      case "record":
        if (happening.record.type === RecordType.intent) this.#act = "intent";
        if (happening.record.type === RecordType.done) this.#act = "done";
        return;
      default:
        return;
    }
  }

  now(atMs: number): ProtocolState[] {
    switch (this.#act) {
      case "signed":
        return ["act before INTENT"];
      case "intent":
        return ["act after INTENT"];
      case "done":
        return ["act after DONE"];
      case "none":
        return [atMs - this.#lastFrameMs > IDLE_AFTER_MS ? "idle" : this.#talk];
    }
  }
}
