import {
  isBlock,
  isExportDeclaration,
  isImportDeclaration,
  isNewExpression,
  isPropertyAssignment,
  isStringLiteral,
  isTemplateExpression,
  type Node,
  type SourceFile,
  SyntaxKind,
} from "typescript/unstable/ast";
import { expressionChanges } from "./expression-changes.ts";
import { isRemovable } from "./removals.ts";

/** A stretch of a file's text that could have been written otherwise. Sites contain one another or lie apart. */
export interface Site {
  readonly kind: "expression" | "statement" | "function";
  readonly start: number;
  readonly end: number;
  /** What could stand there instead: of a statement, nothing. A function's body is only there to hold others. */
  readonly replacements: readonly string[];
}

const FUNCTIONS: readonly SyntaxKind[] = [
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
];

/** All of a file's sites, from its beginning, the outer before the inner. */
export function findSites(file: SourceFile): Site[] {
  const sites: Site[] = [];
  const visit = (node: Node) => {
    if (isLeftAlone(node)) return;
    const range = { start: node.getStart(file), end: node.end };
    const replacements = expressionChanges(node, file);
    if (isOuterBody(node)) sites.push({ kind: "function", ...range, replacements: [] });
    else if (replacements.length > 0) sites.push({ kind: "expression", ...range, replacements });
    else if (isRemovable(node)) sites.push({ kind: "statement", ...range, replacements: [""] });
    node.forEachChild(visit);
  };
  file.forEachChild(visit);
  return sites;
}

/** The body of a function that is in no other. */
function isOuterBody(node: Node): boolean {
  if (!isBlock(node) || !isFunction(node.parent)) return false;
  for (let outer = node.parent.parent; outer; outer = outer.parent) if (isFunction(outer)) return false;
  return true;
}

function isFunction({ kind }: Node): boolean {
  return FUNCTIONS.includes(kind);
}

/** What names things, and what people read: an error's message may be worded in any way. */
function isLeftAlone(node: Node): boolean {
  if (isImportDeclaration(node) || isExportDeclaration(node)) return true;
  if (isPropertyAssignment(node.parent) && node.parent.name === node) return true;
  return isNewExpression(node.parent) && (isTemplateExpression(node) || (isStringLiteral(node) && / /.test(node.text)));
}
