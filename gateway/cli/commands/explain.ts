import { type Command, Option } from "commander";
import { ACTION_NAMES, type DecisionJson, type KindName } from "../../api/decision-view.ts";
import { VIAS } from "../../decision/asked.ts";
import { OPERATOR_GRANT_ID } from "../../rights/operator-grant.ts";
import { contextOf } from "../command-context.ts";
import { factLines } from "../facts.ts";
import type { CliIo } from "../io.ts";
import { allItems } from "../pages.ts";
import { table } from "../text.ts";

type Options = { at?: string; with?: string; action?: string; via?: string };

const KIND_WORDS: Record<KindName, string> = { tag: "a tag", pin: "a PIN", key: "a key" };
const VIA_WORDS = { door: "at the door", order: "by an order", carried: "by an order, with the grant brought along" };

export function addExplainCommand(program: Command, io: CliIo): void {
  program
    .command("explain")
    .description(
      "Says beforehand what a lock will answer, why, and when that changes; without a grant, who can open it.",
    )
    .argument("<lock>", "the lock's id")
    .argument("[grant]", "the grant's id; all that the lock shall have without it")
    .option("--at <time>", "when: 2026-12-24T07:30 at the lock, or with an offset like +01:00; now without it")
    .option("--with <kinds>", "what is shown, like tag,pin; all that the grant has without it")
    .addOption(new Option("--action <action>", "what is wanted; unlock without it").choices(ACTION_NAMES))
    .addOption(new Option("--via <way>", "how the bearer comes; as the grant allows without it").choices(VIAS))
    .action(async (lockId: string, grantId: string | undefined, options: Options, command: Command) => {
      const { client, json } = contextOf(command, io);
      const query = new URLSearchParams();
      const asked = { grant: grantId?.toLowerCase(), ...options };
      for (const [name, value] of Object.entries(asked)) if (value !== undefined) query.set(name, value);
      const path = `/locks/${encodeURIComponent(lockId.toLowerCase())}/decision?${query}`;
      if (grantId !== undefined) {
        const decision = await client.get<DecisionJson>(path);
        for (const line of json ? [JSON.stringify(decision)] : decisionLines(decision)) io.out(line);
        return;
      }
      const decisions: DecisionJson[] = [];
      for await (const one of allItems<DecisionJson>(client, path)) decisions.push(one);
      for (const line of json ? decisions.map((one) => JSON.stringify(one)) : whoLines(decisions)) io.out(line);
    });
}

function decisionLines(decision: DecisionJson): string[] {
  const { sentence, grantId, subject, name, localTime, action, via, rule, reason, reasonName, assumed } = decision;
  return [
    sentence,
    "",
    ...factLines([
      ["Grant", name === undefined ? grantId : `${grantId} (${name})`],
      ["Person", subject],
      ["Asked", `${action} ${VIA_WORDS[via]}, ${withWords(decision)}, ${localTime}`],
      ["Decided by", reason === 0 ? rule : `${rule} (reason ${reason}, ${reasonName})`],
      ["Roster", rosterWords(decision.roster)],
      ["Assumed", assumedWords(assumed)],
    ]),
  ];
}

function withWords({ with: kinds }: DecisionJson): string {
  return kinds.length === 0
    ? "with nothing that counts"
    : `with ${kinds.map((kind) => KIND_WORDS[kind]).join(" and ")}`;
}

function rosterWords({ epoch, isInForce, lockEpoch }: DecisionJson["roster"]): string {
  if (isInForce) return `epoch ${epoch}, which the lock has`;
  const has = lockEpoch === undefined ? "the lock has told of none yet" : `the lock still has epoch ${lockEpoch}`;
  return `epoch ${epoch}, which the lock shall get: ${has}`;
}

function assumedWords({ timeUncertain, privacy, used }: DecisionJson["assumed"]): string {
  return [
    timeUncertain ? "the lock does not know the time" : "the lock knows the time",
    privacy ? "somebody inside wants to be left alone" : "nobody inside has asked for privacy",
    ...(used === undefined ? [] : [`used ${used} ${used === 1 ? "time" : "times"} before`]),
  ].join("; ");
}

function whoLines(decisions: readonly DecisionJson[]): string[] {
  const [one] = decisions;
  if (!one) return ["The lock shall have no grants."];
  const can = decisions.filter(({ allowed }) => allowed).length;
  return [
    `${can} of ${decisions.length} grants may ${one.action} on ${one.localTime}, by the roster of ${rosterWords(one.roster)}.`,
    "",
    ...table(
      ["GRANT", "NAME", "ANSWER"],
      decisions.map(({ grantId, name, sentence }) => [
        grantId,
        name ?? (grantId === OPERATOR_GRANT_ID ? "this gateway" : "–"),
        sentence,
      ]),
    ),
  ];
}
