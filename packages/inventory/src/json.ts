import { readFileSync } from "node:fs";

/** Parses JSON from outside, for a schema to check. @param text Bytes are UTF-8 @returns undefined when it is none */
export function parseJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === "string" ? text : Buffer.from(text).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Parses a file of JSON, for a schema to check. @returns undefined when it can't be read, or is none */
export function readJson(file: string): unknown {
  try {
    return parseJson(readFileSync(file));
  } catch {
    return undefined;
  }
}
