const LOCK_SUBJECT = /^([0-9a-f]{16})\.(orders|commands)$/;
const SUBJECT_CHARACTERS_MAX = 200;

/** What a subject that the gateway subscribes to carries. */
export type InboundSubject = { kind: "receipts" | "answers" } | { kind: "orders" | "commands"; lockId: string };

/** Where everything of one gateway of a site goes (docs/events.md). */
export class Subjects {
  readonly #root: string;
  /** To it go the backend's receipts alone; each batch names it. */
  readonly receipts: string;
  /** What the backend says unasked. */
  readonly answers: string;
  /** What has become of documents. */
  readonly results: string;

  constructor(site: string, gatewayId: string) {
    this.#root = `portvakt.${site}`;
    this.receipts = `${this.#root}.gateways.${gatewayId}.receipts`;
    this.answers = `${this.#root}.gateways.${gatewayId}.answers`;
    this.results = `${this.#root}.gateways.${gatewayId}.results`;
  }

  events(lockId: string): string {
    return `${this.#root}.locks.${lockId}.events`;
  }

  /** Those events that overtake; they come again among the others. */
  alarms(lockId: string): string {
    return `${this.#root}.locks.${lockId}.alarms`;
  }

  /** How it stands with the lock, for whoever issues its rights. */
  report(lockId: string): string {
    return `${this.#root}.locks.${lockId}.report`;
  }

  /** Orders and commands for all locks of the site: another gateway may have the lock today that this one has tomorrow. */
  get subscriptions(): string[] {
    return [this.receipts, this.answers, `${this.#root}.locks.*.orders`, `${this.#root}.locks.*.commands`];
  }

  /** Undefined for a subject that was not subscribed to. */
  parse(subject: string): InboundSubject | undefined {
    if (subject === this.receipts) return { kind: "receipts" };
    if (subject === this.answers) return { kind: "answers" };
    const root = `${this.#root}.locks.`;
    const [, lockId, kind] = (subject.startsWith(root) && LOCK_SUBJECT.exec(subject.slice(root.length))) || [];
    if (lockId === undefined) return undefined;
    return { kind: kind as "orders" | "commands", lockId };
  }

  /**
   * Whether an outcome may be published there: in an inbox, or among the site's replies. Who may order, or command, might
   * otherwise have the gateway publish wherever the gateway may: another lock's commands, for example.
   */
  isReplySubject(subject: string): boolean {
    const isForReplies = subject.startsWith("_INBOX.") || subject.startsWith(`${this.#root}.replies.`);
    return isForReplies && subject.length <= SUBJECT_CHARACTERS_MAX && !/[\s*>]/.test(subject);
  }
}
