import {
  isBlock,
  isBreakStatement,
  isCallExpression,
  isContinueStatement,
  isExpressionStatement,
  isIfStatement,
  isReturnStatement,
  isThrowStatement,
  type Node,
  SyntaxKind,
} from "typescript/unstable/ast";

/** Whether a node is a statement that the program can be tried without. */
export function isRemovable(node: Node): boolean {
  if (isReturnStatement(node)) return isEarly(node) && !isAllThatIfDoes(node);
  if (isExpressionStatement(node)) return !isSuperCall(node.expression) && !isAllThatIfDoes(node);
  const isJump = isThrowStatement(node) || isBreakStatement(node) || isContinueStatement(node);
  return isJump && !isAllThatIfDoes(node);
}

/** A function without its last return hands back nothing, which hardly any test could miss. */
function isEarly({ parent }: Node): boolean {
  return !isBlock(parent) || isIfStatement(parent.parent) || parent.parent.kind === SyntaxKind.Block;
}

/** Then to leave it out is to make the condition false, which is tried anyway. */
function isAllThatIfDoes(node: Node): boolean {
  const { parent } = node;
  const body = isBlock(parent) && parent.statements.length === 1 ? parent : node;
  return isIfStatement(body.parent) && body.parent.thenStatement === body && !body.parent.elseStatement;
}

/** No constructor of a derived class can do without it. */
function isSuperCall(node: Node): boolean {
  return isCallExpression(node) && node.expression.kind === SyntaxKind.SuperKeyword;
}
