import {
  isArrayLiteralExpression,
  isBigIntLiteral,
  isBinaryExpression,
  isConditionalExpression,
  isDoStatement,
  isForStatement,
  isIfStatement,
  isNoSubstitutionTemplateLiteral,
  isNumericLiteral,
  isPostfixUnaryExpression,
  isPrefixUnaryExpression,
  isStringLiteral,
  isTemplateExpression,
  isWhileStatement,
  type Node,
  type SourceFile,
  SyntaxKind,
} from "typescript/unstable/ast";
import { callChanges } from "./call-changes.ts";

/** What each operator is easily mistaken for. */
const MISTAKEN: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "&&": ["||"],
  "||": ["&&"],
  "??": ["&&"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "<<": [">>"],
  ">>": ["<<"],
  ">>>": ["<<"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "/=": ["*="],
  "&=": ["|="],
  "|=": ["&="],
  "^=": ["&="],
  "<<=": [">>="],
  ">>=": ["<<="],
  ">>>=": ["<<="],
  "&&=": ["||="],
  "||=": ["&&="],
  "??=": ["&&="],
};

/** The operators that make a truth value. */
const TRUTHS = ["<", "<=", ">", ">=", "===", "!==", "&&", "||"];

/** The texts that an expression is tried with, each once; none if it is none, or has to stay as it is. */
export function expressionChanges(node: Node, file: SourceFile): string[] {
  return [
    ...new Set([
      ...operatorChanges(node, file),
      ...truthChanges(node, file),
      ...literalChanges(node, file),
      ...callChanges(node, file),
    ]),
  ];
}

function operatorChanges(node: Node, file: SourceFile): string[] {
  if (isBinaryExpression(node)) {
    const [left, operator, right] = [node.left, node.operatorToken, node.right].map((part) => part.getText(file));
    return (MISTAKEN[operator!] ?? []).map((other) => `${left} ${other} ${right}`);
  }
  if (isPrefixUnaryExpression(node)) {
    const operand = node.operand.getText(file);
    switch (node.operator) {
      case SyntaxKind.PlusPlusToken:
        return [`--${operand}`];
      case SyntaxKind.MinusMinusToken:
        return [`++${operand}`];
      default:
        return [operand];
    }
  }
  if (isPostfixUnaryExpression(node)) {
    const operand = node.operand.getText(file);
    return [node.operator === SyntaxKind.PlusPlusToken ? `${operand}--` : `${operand}++`];
  }
  return [];
}

/** A truth value is tried as always true and as always false. */
function truthChanges(node: Node, file: SourceFile): string[] {
  const { parent } = node;
  // A loop that never ends says nothing.
  if (isConditionOfLoop(node)) return node.kind === SyntaxKind.TrueKeyword ? [] : ["false"];
  // The other value would be that of the whole, which is tried there.
  if (isBinaryExpression(parent) && parent.operatorToken !== node) {
    if (parent.operatorToken.kind === SyntaxKind.AmpersandAmpersandToken) return ["true"];
    if (parent.operatorToken.kind === SyntaxKind.BarBarToken) return ["false"];
  }
  const isCondition =
    (isIfStatement(parent) && parent.expression === node) ||
    (isConditionalExpression(parent) && parent.condition === node);
  const isTruth = isBinaryExpression(node) && TRUTHS.includes(node.operatorToken.getText(file));
  return isCondition || isTruth ? ["true", "false"] : [];
}

function isConditionOfLoop(node: Node): boolean {
  const { parent } = node;
  if (isForStatement(parent)) return parent.condition === node;
  return (isWhileStatement(parent) || isDoStatement(parent)) && parent.expression === node;
}

function literalChanges(node: Node, file: SourceFile): string[] {
  if (node.kind === SyntaxKind.TrueKeyword) return ["false"];
  if (node.kind === SyntaxKind.FalseKeyword) return ["true"];
  if (isNumericLiteral(node)) return [1, -1].map((step) => String(Number(node.text) + step));
  if (isBigIntLiteral(node)) return ["+ 1n", "- 1n"].map((step) => `${node.getText(file)} ${step}`);
  if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) return [node.text === "" ? '"mutant"' : '""'];
  if (isTemplateExpression(node)) return ['""'];
  if (isArrayLiteralExpression(node) && node.elements.length > 0 && !isAssignedTo(node)) return ["[]"];
  return [];
}

/** `[a, b] = …` */
function isAssignedTo(node: Node): boolean {
  const { parent } = node;
  return isBinaryExpression(parent) && parent.left === node && parent.operatorToken.kind === SyntaxKind.EqualsToken;
}
