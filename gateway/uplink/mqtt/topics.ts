const LOCK_TOPIC = /^([0-9a-f]{16})\/(orders|commands|state)$/;
const TOPIC_CHARACTERS_MAX = 200;

/** What a topic that the gateway subscribes to carries. */
export type InboundTopic = { kind: "receipts" | "answers" } | { kind: "orders" | "commands" | "state"; lockId: string };

/** Where everything of one gateway of a site goes (docs/events.md). */
export class Topics {
  readonly #root: string;
  readonly gatewayId: string;
  /** Retained: `online`, or `offline` by the will. */
  readonly gatewayState: string;
  /** To it go the backend's receipts alone; each batch names it as its response topic. */
  readonly receipts: string;
  /** What the backend says unasked. */
  readonly answers: string;
  /** What has become of documents. */
  readonly results: string;

  constructor(site: string, gatewayId: string) {
    this.#root = `portvakt/${site}`;
    const gateway = `${this.#root}/gateways/${gatewayId}`;
    this.gatewayId = gatewayId;
    this.gatewayState = `${gateway}/state`;
    this.receipts = `${gateway}/receipts`;
    this.answers = `${gateway}/answers`;
    this.results = `${gateway}/results`;
  }

  events(lockId: string): string {
    return `${this.#root}/locks/${lockId}/events`;
  }

  /** Those events that overtake; they come again among the others. */
  alarms(lockId: string): string {
    return `${this.#root}/locks/${lockId}/alarms`;
  }

  /** Retained: how the lock is. */
  lockState(lockId: string): string {
    return `${this.#root}/locks/${lockId}/state`;
  }

  /** Retained: how it stands with the lock, for whoever issues its rights. */
  report(lockId: string): string {
    return `${this.#root}/locks/${lockId}/report`;
  }

  commands(lockId: string): string {
    return `${this.#root}/locks/${lockId}/commands`;
  }

  /** Of all locks of the site: another gateway may have the lock today that this one has tomorrow. */
  get subscriptions(): string[] {
    const ofLocks = ["orders", "commands", "state"].map((what) => `${this.#root}/locks/+/${what}`);
    return [this.receipts, this.answers, ...ofLocks];
  }

  /** Undefined for a topic that was not subscribed to. */
  parse(topic: string): InboundTopic | undefined {
    if (topic === this.receipts) return { kind: "receipts" };
    if (topic === this.answers) return { kind: "answers" };
    const root = `${this.#root}/locks/`;
    const [, lockId, kind] = (topic.startsWith(root) && LOCK_TOPIC.exec(topic.slice(root.length))) || [];
    if (lockId === undefined) return undefined;
    return { kind: kind as "orders" | "commands" | "state", lockId };
  }

  /**
   * Whether an outcome may be published there. Who may order, or command, might otherwise have the gateway publish wherever
   * the gateway may: another lock's commands, for example.
   */
  isReplyTopic(topic: string): boolean {
    return (
      topic.startsWith(`${this.#root}/replies/`) && topic.length <= TOPIC_CHARACTERS_MAX && !/[+#\p{Cc}]/u.test(topic)
    );
  }
}
