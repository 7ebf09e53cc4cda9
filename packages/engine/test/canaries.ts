import { readFileSync } from "node:fs";
import { filesIn } from "./product.js";

/** The ways in which texts write a secret, without what depends on what surrounds it. */
export function formsOf(secret: string): string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64").slice(0, -4),
    Buffer.from(secret).toString("base64url").slice(0, -4),
    Buffer.from(`x${secret}`).toString("base64").slice(4, -4),
    Buffer.from(`xy${secret}`).toString("base64").slice(4, -4),
    Buffer.from(secret).toString("hex"),
  ];
}

/** The files below a folder that hold one of the texts. */
export function filesWith(folder: string, texts: readonly string[]): string[] {
  return filesIn(folder).filter((file) => {
    const bytes = readFileSync(file);
    return texts.some((text) => bytes.includes(text));
  });
}
