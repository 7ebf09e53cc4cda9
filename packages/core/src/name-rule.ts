const pattern = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** Is it a name of the inventory: 1 to 40 lower-case letters, digits and dashes, from a letter to no dash? */
export function isName(text: string): boolean {
  return pattern.test(text);
}
