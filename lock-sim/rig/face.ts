import { readFileSync } from "node:fs";
import { Type } from "typebox";
import { type Route, route } from "./route.ts";

const FILES = [
  { path: "/", file: "index.html", type: "text/html; charset=utf-8", operationId: "getFace" },
  { path: "/face.css", file: "face.css", type: "text/css; charset=utf-8", operationId: "getFaceStyle" },
  { path: "/face.js", file: "face.js", type: "text/javascript; charset=utf-8", operationId: "getFaceScript" },
  { path: "/icon.svg", file: "icon.svg", type: "image/svg+xml", operationId: "getFaceIcon" },
];

const HEADERS = {
  // Its own files and its own rig, nothing else, and in nobody's frame.
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
};

/** The page that draws the door. Its files lie in `face/`, as they are served. */
export function faceRoutes(): Route[] {
  return FILES.map(({ path, file, type, operationId }) => {
    const content = readFileSync(new URL(import.meta.resolve(`#rig-face/${file}`)));
    return route({
      method: "GET",
      path,
      operationId,
      tag: "looking",
      summary: `The face: ${file}`,
      description: "Of the page on which a person sees and handles the door.",
      answer: { type, schema: Type.String({ description: "The file" }), description: "The file" },
      handle: () => (response) => {
        response.writeHead(200, { "content-type": type, ...HEADERS });
        response.end(content);
      },
    });
  });
}
