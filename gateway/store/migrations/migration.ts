/** One step of the schema. A step that has been released is never edited. */
export interface Migration {
  number: number;
  name: string;
  sql: string;
  /** What its SQL calls by these names. */
  functions?: Readonly<Record<string, SqlFunction>>;
}

export type SqlFunction = (bytes: Uint8Array) => Uint8Array | string;
