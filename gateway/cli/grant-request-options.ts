import type { Command } from "commander";
import type { CredentialRequest, GrantRequest, RightName } from "../rights/grant-request.ts";
import type { DayName } from "../rights/schedule-words.ts";
import { CliError, ExitCode } from "./exit-code.ts";
import { type Hours, parseDays, parseHours, scheduleOf } from "./grant-options.ts";

const TIME_EXAMPLE = "2027-06-30T18:00:00+02:00";

/** What `grant add` can be told. */
export function addRequestOptions(command: Command): Command {
  return command
    .option("--name <text>", "who, for people; never sent to a lock")
    .option("--lock <id...>", "the locks")
    .option("--group <name...>", "groups of locks, by name or id")
    .option("--days <days>", "on these days alone, like mon-fri,holiday", parseDays)
    .option("--hours <range>", "in these hours alone, like 08:00-17:00; may be repeated", parseHours)
    .option("--from <time>", `the beginning, like ${TIME_EXAMPLE}`)
    .option("--until <time>", "the end; needed unless the right is essential")
    .option("--key <hex>", "with a key: the bearer's compressed P-256 point, 66 hexadecimal digits")
    .option("--tag <uid...>", "with tags: their numbers, 14 hexadecimal digits")
    .option("--pin [digits]", "with a PIN: 6 to 12 digits, or drawn at random")
    .option("--require <count>", "how many different kinds of these must be shown", Number)
    .option("--right <name...>", "unlock, lock, hold, overridesPrivacy, courier, essential", ["unlock"])
    .option("--uses <count>", "how often, at each lock", Number)
    .option("--id <hex>", "an id of your own, 16 hexadecimal digits: asking again changes nothing")
    .option("--subject <hex>", "a pseudonym of your own, 16 hexadecimal digits")
    .option("--carried", "in no lock's table: the bearer shows it at the door, with a key alone");
}

export interface RequestOptions {
  name?: string;
  lock?: string[];
  group?: string[];
  days?: DayName[];
  hours?: Hours[];
  from?: string;
  until?: string;
  key?: string;
  tag?: string[];
  /** True without digits. */
  pin?: string | true;
  require?: 1 | 2 | 3;
  right: RightName[];
  uses?: number;
  id?: string;
  subject?: string;
  carried?: true;
}

/** Throws CliError if nothing is to be shown at the lock. */
export function requestOf(options: RequestOptions): GrantRequest {
  const { lock, group, days, hours, key, tag, pin, right, id, subject, ...asTheyAre } = options;
  const schedule = scheduleOf(days, hours);
  return {
    ...asTheyAre,
    ...(lock && { locks: lock.map((lockId) => lockId.toLowerCase()) }),
    ...(group && { groups: group }),
    ...(schedule && { schedule }),
    with: credentialsOf(options),
    rights: right,
    ...(id !== undefined && { id: id.toLowerCase() }),
    ...(subject !== undefined && { subject: subject.toLowerCase() }),
  };
}

function credentialsOf({ key, tag = [], pin }: RequestOptions): CredentialRequest[] {
  const credentials: CredentialRequest[] = tag.map((uid) => ({ kind: "tag", uid: uid.toLowerCase() }));
  if (key !== undefined) credentials.unshift({ kind: "key", publicKey: key.toLowerCase() });
  if (pin !== undefined) credentials.push({ kind: "pin", ...(pin !== true && { digits: pin }) });
  if (credentials.length > 0) return credentials;
  throw new CliError(ExitCode.usage, "say what is to be shown at the lock: --key, --tag or --pin");
}
