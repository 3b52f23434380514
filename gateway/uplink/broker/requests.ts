import type { Clock } from "../../../protocol/clock.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { reasonName } from "../../../protocol/wire/reason.ts";
import type { ActOutcome } from "../../api/services.ts";
import type { Downlink } from "../uplink.ts";
import type { Incoming } from "./message.ts";
import { type CommandRequest, readCommand, readOrder } from "./read-request.ts";
import type { RefusalName } from "./refusals.ts";
import { SeenIds } from "./seen-ids.ts";

/** The longest that a command may be good for: who presses a button stands at the door. */
export const COMMAND_LIVES_SECONDS_MAX = 30;
/** Acts under way for the broker at a time; a lock takes seconds. */
const ACTS_AT_ONCE_MAX = 16;
const IDS_MAX = 1_000;

export interface RequestsParts {
  clock: Clock;
  downlink: Downlink;
  /** Whether the gateway may sign for who publishes on the broker. */
  commands: boolean;
  isPaired: (lockId: string) => boolean;
  isReplyTopic: (topic: string) => boolean;
  refused: (name: RefusalName, topic: string) => void;
  reply: (topic: string, correlation: Uint8Array | undefined, payload: string) => void;
}

/** Orders and commands that come over the broker: most of this file is why they are not obeyed. */
export class Requests {
  readonly #parts: RequestsParts;
  readonly #seen: SeenIds;
  #underWay = 0;

  constructor(parts: RequestsParts) {
    this.#parts = parts;
    // A command of this age is refused for its age.
    this.#seen = new SeenIds(parts.clock, { forMs: COMMAND_LIVES_SECONDS_MAX * 1000, idsMax: IDS_MAX });
  }

  /** A signed order: the lock judges it, so that here only its form counts, and that nobody kept it. */
  order(lockId: string, message: Incoming): void {
    this.#answer(message, this.#whyNot(lockId, message) ?? this.#judgeOrder(lockId, message));
  }

  command(lockId: string, message: Incoming): void {
    this.#answer(message, this.#whyNot(lockId, message) ?? this.#judgeCommand(lockId, message));
  }

  #whyNot(lockId: string, { isRetained, responseTopic }: Incoming): RefusalName | undefined {
    if (!this.#parts.isPaired(lockId)) return "unknown-lock";
    if (isRetained) return "retained";
    if (responseTopic !== undefined && !this.#parts.isReplyTopic(responseTopic)) return "reply-topic";
    return undefined;
  }

  #judgeOrder(lockId: string, message: Incoming): RefusalName | Acting {
    const request = readOrder(message.payload);
    if (!request) return "malformed";
    return this.#whyNotNow(idOf(message)) ?? (() => this.#parts.downlink.order(lockId, request.order, request.grant));
  }

  #judgeCommand(lockId: string, message: Incoming): RefusalName | Acting {
    if (!this.#parts.commands) return "commands-off";
    const request = readCommand(message.payload);
    if (!request) return "malformed";
    const id = request.id ?? idOf(message);
    if (id === undefined) return "no-id";
    const refusal = this.#whyNotInTime(request, message) ?? this.#whyNotNow(id);
    return refusal ?? (() => this.#parts.downlink.command(lockId, request.action));
  }

  /** The broker's word on the message's age, or the sender's own; a sender that gives both is held to both. */
  #whyNotInTime({ notAfter }: CommandRequest, { expiresInSeconds }: Incoming): RefusalName | undefined {
    const nowSeconds = Math.floor(this.#parts.clock.wallMs() / 1000);
    const left = [expiresInSeconds, notAfter === undefined ? undefined : notAfter - nowSeconds].filter(isNumber);
    if (left.length === 0) return "no-expiry";
    if (left.some((seconds) => seconds > COMMAND_LIVES_SECONDS_MAX)) return "expires-too-late";
    if (left.some((seconds) => seconds < 0)) return "expired";
    return undefined;
  }

  /** Last of all: only what is obeyed is remembered. */
  #whyNotNow(id: string | undefined): RefusalName | undefined {
    if (this.#underWay >= ACTS_AT_ONCE_MAX) return "busy";
    switch (id === undefined ? "new" : this.#seen.take(id)) {
      case "new":
        return undefined;
      case "duplicate":
        return "duplicate";
      case "full":
        return "busy";
    }
  }

  #answer(message: Incoming, judged: RefusalName | Acting): void {
    if (typeof judged === "string") this.#refuse(message, judged);
    else this.#act(message, judged);
  }

  #refuse(message: Incoming, name: RefusalName): void {
    this.#parts.refused(name, message.topic);
    // Another gateway of the site may have the lock, and answers then; a wrong reply topic is not written to.
    if (name !== "unknown-lock" && name !== "reply-topic") this.#reply(message, { outcome: "not-carried", code: name });
  }

  #act(message: Incoming, act: Acting): void {
    this.#underWay++;
    void act()
      .finally(() => {
        this.#underWay--;
      })
      .then((outcome) => this.#reply(message, outcomeJson(outcome)));
  }

  #reply({ responseTopic, correlation }: Incoming, json: object): void {
    if (responseTopic === undefined || !this.#parts.isReplyTopic(responseTopic)) return;
    this.#parts.reply(responseTopic, correlation, JSON.stringify(json));
  }
}

type Acting = () => Promise<ActOutcome>;

function idOf({ correlation }: Incoming): string | undefined {
  return correlation && correlation.length > 0 && correlation.length <= 64 ? toHex(correlation) : undefined;
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}

function outcomeJson(outcome: ActOutcome): object {
  switch (outcome.kind) {
    case "done":
      return { outcome: "done", seq: outcome.seq, flags: outcome.flags, ...nextChallenge(outcome) };
    case "refused":
      return {
        outcome: "refused",
        reason: outcome.reason,
        detail: reasonName(outcome.reason),
        ...nextChallenge(outcome),
      };
    case "unreachable":
    case "unknown":
      return { outcome: outcome.kind, detail: outcome.message };
  }
}

/** What the next order has to be signed over. */
function nextChallenge({ challenge }: { challenge?: Uint8Array }): { challenge?: string } {
  return challenge ? { challenge: toHex(challenge) } : {};
}
