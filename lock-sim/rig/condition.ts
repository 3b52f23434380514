import { HttpError } from "./http-error.ts";
import { LockState } from "./state-schema.ts";

const TERMS_MAX = 16;
const OPERATORS = ["!=", ">=", "<=", "=", ">", "<"] as const;
type Operator = (typeof OPERATORS)[number];

/** How it reads, for the description of the API. */
export const CONDITION_LANGUAGE =
  "Terms joined by `,`, all of which must hold: `bolt.position=drawn,log.seq>=12`. A term is a field of the state, one of " +
  "`=` `!=` `<` `<=` `>` `>=`, and a value: a number, `true`, `false`, `null` or text as it stands. `.` goes into objects and, " +
  "with a number, into arrays (`slots.0.state=paired`); `.length` is an array's. Only numbers have an order. A field that is " +
  "absent, as those of firmware without power, meets no term.";

/** One comparison of a state's field with a value. */
interface Term {
  readonly text: string;
  readonly path: readonly string[];
  readonly operator: Operator;
  readonly value: unknown;
}

/** What a rig waits for. */
export type Condition = readonly Term[];

/** As much of JSON Schema as the state's fields are described with. */
interface FieldSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly items?: FieldSchema;
  readonly patternProperties?: Readonly<Record<string, FieldSchema>>;
  readonly anyOf?: readonly FieldSchema[];
}

/** Throws HttpError 400 that says what is wrong with it: a condition that could never hold is refused here. */
export function parseCondition(text: string): Condition {
  const terms = text.split(",");
  if (terms.length > TERMS_MAX) throw refused(`takes at most ${TERMS_MAX} terms`);
  return terms.map((term) => parseTerm(term.trim()));
}

/** The first term that does not hold, and what stands in its field; undefined if all hold. */
export function unmet(condition: Condition, state: LockState): { term: string; found: unknown } | undefined {
  for (const { text, path, operator, value } of condition) {
    const found = path.reduce<unknown>((holder, name) => (isHolder(holder) ? holder[name] : undefined), state);
    if (!holds(found, operator, value)) return { term: text, found };
  }
  return undefined;
}

function parseTerm(text: string): Term {
  const [, name, operator, written] = /^([\w.-]+)\s*(!=|>=|<=|=|>|<)\s*(.+)$/.exec(text) ?? [];
  if (!name || !written) throw refused(`has the term "${text}", which is no field, comparison and value`);
  const path = name.split(".");
  const schema = path.reduce<FieldSchema | undefined>(inside, LockState as FieldSchema);
  if (!schema) throw refused(`names ${name}, which is no field of the state`);
  const value = valueFor(schema, written);
  if (value === undefined) throw refused(`compares ${name} with ${written}, but it is ${kindOf(schema)}`);
  if (operator !== "=" && operator !== "!=" && typeof value !== "number") {
    throw refused(`asks whether ${name} ${operator} ${written}, but only numbers have an order`);
  }
  return { text, path, operator: operator as Operator, value };
}

function inside(schema: FieldSchema | undefined, name: string): FieldSchema | undefined {
  if (schema?.items) return name === "length" ? { type: "integer" } : /^\d+$/.test(name) ? schema.items : undefined;
  return schema?.properties?.[name] ?? Object.values(schema?.patternProperties ?? {})[0];
}

/** What a value as it is written means for a field; undefined if that field never has it. */
function valueFor(schema: FieldSchema, written: string): unknown {
  if (schema.anyOf) return schema.anyOf.map((choice) => valueFor(choice, written)).find((value) => value !== undefined);
  if (schema.enum) return schema.enum.find((value) => value === written);
  switch (schema.type) {
    case "string":
      return new RegExp(schema.pattern ?? "").test(written) ? written : undefined;
    case "integer":
    case "number":
      return /^-?\d+(\.\d+)?$/.test(written) ? Number(written) : undefined;
    case "boolean":
      return written === "true" ? true : written === "false" ? false : undefined;
    case "null":
      return written === "null" ? null : undefined;
    default:
      return undefined;
  }
}

function kindOf(schema: FieldSchema): string {
  if (schema.anyOf) return schema.anyOf.map(kindOf).join(" or ");
  if (schema.enum) return `one of ${schema.enum.join(", ")}`;
  if (schema.type === "boolean") return "true or false";
  if (schema.type === "object" || schema.type === "array") return `an ${schema.type} with fields of its own`;
  if (schema.pattern) return `text that matches ${schema.pattern}`;
  return schema.type === "string" ? "text" : schema.type === "null" ? "null" : "a number";
}

function holds(found: unknown, operator: Operator, value: unknown): boolean {
  if (found === undefined) return false;
  if (operator === "=") return found === value;
  if (operator === "!=") return found !== value;
  if (typeof found !== "number" || typeof value !== "number") return false;
  switch (operator) {
    case ">=":
      return found >= value;
    case "<=":
      return found <= value;
    case ">":
      return found > value;
    case "<":
      return found < value;
  }
}

/** `length` of an array too is a property of its own. */
function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function refused(why: string): HttpError {
  return new HttpError(400, `the condition ${why}`, "until");
}
