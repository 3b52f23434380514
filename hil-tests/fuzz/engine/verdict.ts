import type { Execute, Target } from "./target.ts";

/** How an execution ended. */
export type Verdict = { kind: "taken" } | { kind: "refused" } | { kind: "find"; error: unknown };

/** Runs one input. Most targets are synchronous, and a promise for each execution would cost more than most executions. */
export function judge(target: Target, execute: Execute, input: Uint8Array): Verdict | Promise<Verdict> {
  try {
    const running = execute(input);
    return running
      ? running.then(
          () => TAKEN,
          (error) => verdictOf(target, error),
        )
      : TAKEN;
  } catch (error) {
    return verdictOf(target, error);
  }
}

const TAKEN: Verdict = { kind: "taken" };

function verdictOf({ allowed }: Target, error: unknown): Verdict {
  return allowed.some((kind) => error instanceof kind) ? { kind: "refused" } : { kind: "find", error };
}

/** Two finds with the same one are most likely one fault: what was thrown, and where. */
export function signatureOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = error.stack?.split("\n").find((line) => line.includes("/dist/") || line.includes(".ts:"));
  return `${error.name}: ${error.message.replaceAll(/[0-9a-f]{4,}|\d+/g, "#").slice(0, 80)} ${place?.trim() ?? ""}`;
}
