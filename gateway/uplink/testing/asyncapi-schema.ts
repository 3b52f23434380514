import { readFileSync } from "node:fs";
import { parseYaml } from "@redocly/openapi-core";
import { Compile } from "typebox/schema";

/** docs/asyncapi.yaml. */
export const ASYNCAPI_TEXT = readFileSync(
  new URL(import.meta.resolve("#package").replace("package.json", "docs/asyncapi.yaml")),
  "utf8",
);

/** The description's schema of this name, as a function that says whether a value, as JSON has it, is one. */
export function asyncapiSchema(name: string): (value: unknown) => boolean {
  const { components } = parseYaml(ASYNCAPI_TEXT) as { components: object };
  const validator = Compile({ components, $ref: `#/components/schemas/${name}` } as object);
  return (value) => validator.Check(JSON.parse(JSON.stringify(value)));
}
