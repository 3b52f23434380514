import {
  type CallExpression,
  isCallExpression,
  isIdentifier,
  isPropertyAccessExpression,
  type Node,
  NodeFlags,
  type SourceFile,
  SyntaxKind,
} from "typescript/unstable/ast";

/** Methods that are easily mistaken for each other. */
const MISTAKEN: Readonly<Record<string, string>> = {
  some: "every",
  every: "some",
  min: "max",
  max: "min",
  ceil: "floor",
  floor: "ceil",
  startsWith: "endsWith",
  endsWith: "startsWith",
};

/** Methods whose result could as well be what they were called on. */
const LEFT_OUT = ["filter", "toSorted", "sort", "toReversed", "reverse", "trim", "toUpperCase", "toLowerCase"];

/** Functions to which the order of what they are given makes no difference. */
const SYMMETRIC = ["equalBytes", "equal", "min", "max"];

const BOUNDED = ["slice", "subarray", "fill"];

/** What a call is tried as: another method, none, neighbouring arguments exchanged, bounds one off. */
export function callChanges(node: Node, file: SourceFile): string[] {
  if (!isCallExpression(node) || !canBeReplaced(node)) return [];
  return [...methodChanges(node, file), ...swaps(node, file), ...shiftedBounds(node, file)];
}

/** What follows `?.` would be evaluated outside its chain, and `super` stands by itself. */
function canBeReplaced(node: CallExpression): boolean {
  const isChained = (node.flags & NodeFlags.OptionalChain) !== 0;
  return !isChained && ![SyntaxKind.SuperKeyword, SyntaxKind.ImportKeyword].includes(node.expression.kind);
}

function methodChanges({ expression, arguments: given }: CallExpression, file: SourceFile): string[] {
  if (!isPropertyAccessExpression(expression)) return [];
  const [object, method] = [expression.expression.getText(file), expression.name.getText(file)];
  const other = Object.hasOwn(MISTAKEN, method) ? MISTAKEN[method] : undefined;
  if (other) return [`${object}.${other}(${given.map((argument) => argument.getText(file)).join(", ")})`];
  return LEFT_OUT.includes(method) ? [object] : [];
}

/** Only of plain names: what is written otherwise is seldom of the same type. */
function swaps({ expression, arguments: given }: CallExpression, file: SourceFile): string[] {
  const name = isPropertyAccessExpression(expression) ? expression.name : expression;
  if (SYMMETRIC.includes(name.getText(file))) return [];
  return given.flatMap((argument, at) => {
    const next = given[at + 1];
    if (!next || !isPlain(argument) || !isPlain(next)) return [];
    const swapped = given.map((other) => other.getText(file));
    swapped.splice(at, 2, next.getText(file), argument.getText(file));
    return [`${expression.getText(file)}(${swapped.join(", ")})`];
  });
}

function isPlain(node: Node): boolean {
  return isIdentifier(node) || (isPropertyAccessExpression(node) && isPlain(node.expression));
}

/** Of anything longer than a name, the operators and numbers are tried otherwise where they stand. */
function shiftedBounds({ expression, arguments: given }: CallExpression, file: SourceFile): string[] {
  if (!isPropertyAccessExpression(expression) || !BOUNDED.includes(expression.name.getText(file))) return [];
  return given.flatMap((bound, at) => {
    if (!isPlain(bound)) return [];
    return [" + 1", " - 1"].map((shift) => {
      const shifted = given.map((other, place) => other.getText(file) + (place === at ? shift : ""));
      return `${expression.getText(file)}(${shifted.join(", ")})`;
    });
  });
}
