/** One thing that was looked at. */
export interface Check {
  /** What, in a word or two. */
  what: string;
  state: "good" | "attention" | "wrong";
  /** How it is. */
  sentence: string;
  /** What to do about it, if anything. */
  todo?: string;
}

export function good(what: string, sentence: string): Check {
  return { what, state: "good", sentence };
}

export function attention(what: string, sentence: string, todo: string): Check {
  return { what, state: "attention", sentence, todo };
}

export function wrong(what: string, sentence: string, todo: string): Check {
  return { what, state: "wrong", sentence, todo };
}
