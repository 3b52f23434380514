import { JsonApi } from "./json-api.ts";
import { PROGRAMS, type Program, type Surroundings } from "./program.ts";
import type { ProgramGroup } from "./program-group.ts";

/** What a lock prints when it listens. */
interface Announcement {
  lockId: string;
  label: string;
  listening: string;
  rig: string;
}

/** What the rig of a lock says of it, as far as rigs look at it. */
export interface LockState {
  /** Hex of the compressed point. */
  sigPk: string;
  generation: number;
  bolt: { position: "thrown" | "drawn" | "between" };
  pairingMode: boolean;
  grantIds: string[];
  /** `head` is h of record `seq`, in hex. */
  log: { seq: number; head: string; receiptedThrough: number };
}

/** A lock-sim process with the interface through which a rig sees and handles it. */
export class EmulatedLock {
  readonly program: Program;
  readonly lockId: string;
  readonly label: string;
  readonly listening: string;
  readonly rigUrl: string;
  readonly rig: JsonApi;

  private constructor(program: Program, { lockId, label, listening, rig }: Announcement) {
    this.program = program;
    this.lockId = lockId;
    this.label = label;
    this.listening = listening;
    this.rigUrl = `http://${rig}`;
    this.rig = new JsonApi(this.rigUrl);
  }

  /** `carrier` is how it is reached: `["--serial", path]` or `["--tcp", "127.0.0.1:7001"]`. */
  static async start(
    group: ProgramGroup,
    name: string,
    data: string,
    carrier: string[],
    surroundings?: Surroundings,
  ): Promise<EmulatedLock> {
    const args = [...carrier, "--data", data, "--rig", "127.0.0.1:0", "--model", "Stairwell One"];
    const program = group.run(name, PROGRAMS.lock, args, surroundings);
    return new EmulatedLock(program, JSON.parse(await program.firstLine()) as Announcement);
  }

  state(): Promise<LockState> {
    return this.rig.get("/v1/state");
  }
}
