/** One step of the schema. A step that has been released is never edited. */
export interface Migration {
  number: number;
  name: string;
  sql: string;
}
