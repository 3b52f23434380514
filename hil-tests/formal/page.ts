import { createHash } from "node:crypto";

/**
 * What a model rests on: a section of the page (`§4`), a paragraph of it that begins with bold words (`§7 Roster`), or one of those
 * under "Deviations and readings" (`reading §7 Time`).
 */
export interface Passage {
  readonly name: string;
  readonly digest: string;
}

const DIGEST_CHARACTERS = 12;

/** The passages of docs/protocol.md by name. */
export function passagesOf(page: string): Map<string, Passage> {
  const [normative = "", readings = ""] = page.split("\n## Deviations and readings");
  const passages = new Map<string, Passage>();
  for (const section of normative.split(/^(?=## \d+\. )/m).slice(1)) {
    const name = `§${/^## (\d+)/.exec(section)![1]}`;
    passages.set(name, passage(name, section));
    addParagraphs(passages, name, section);
  }
  addParagraphs(passages, "reading", readings);
  return passages;
}

function addParagraphs(passages: Map<string, Passage>, of: string, section: string): void {
  for (const paragraph of section.split(/^(?=\*\*)/m).slice(1)) {
    const [, words] = /^\*\*([^*]+?)\.?\*\*/.exec(paragraph) ?? [];
    if (words) passages.set(`${of} ${words}`, passage(`${of} ${words}`, paragraph));
  }
}

/** The PAGE lines in a model's head: `PAGE §7 Roster 0123456789ab`. */
export function claimedPassages(model: string): Passage[] {
  return [...model.matchAll(/^PAGE (.+) ([0-9a-f]+)$/gm)].map(([, name, digest]) => ({
    name: name!,
    digest: digest!,
  }));
}

function passage(name: string, text: string): Passage {
  const digest = createHash("sha256").update(text.trim()).digest("hex").slice(0, DIGEST_CHARACTERS);
  return { name, digest };
}
