import { randomInt } from "node:crypto";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A value that nobody can guess, of letters and digits: about 6 bits each. */
export function randomValue(length: number): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join("");
}
