import { scrypt } from "node:crypto";
import { promisify } from "node:util";

/**
 * What stands for secrets in the digest of a plan, which is kept in clear: it changes when one of them does, and is too slow to
 * compute, and depends on too much, to guess them by it.
 *
 * @param pepper What nobody knows who has not the key of the state.
 */
export async function digestOfSecrets(
  values: readonly string[],
  deployment: string,
  pepper: () => Promise<string>,
): Promise<string> {
  if (values.length === 0) return "";
  const derive = promisify<string, string, number, object, Buffer>(scrypt);
  const text = JSON.stringify([await pepper(), values]);
  return (await derive(text, `infra secrets ${deployment}`, 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 })).toString(
    "hex",
  );
}
