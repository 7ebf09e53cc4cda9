const pattern = /^(?=.{1,40}$)[a-z](?:-?[a-z0-9])*$/;

/** Is it a name of the inventory: 1 to 40 lower-case letters, digits and single dashes, that begin with a letter and do not end with a dash? */
export function isName(text: string): boolean {
  return pattern.test(text);
}
