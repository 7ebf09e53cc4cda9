import { InfraError, type Place } from "./errors.js";
import { shortHash } from "./shorten.js";

/** What every secret of an inventory begins with. */
export const secretScheme = "secret://";

/**
 * A value that a secret store keeps: `secret://acme/database#password`. The inventory, the synthesized configuration and the plans
 * hold only its name; the engine is handed the value when it runs.
 */
export class SecretReference {
  private constructor(
    /** Where it is kept, in every store alike: `acme/database`. */
    readonly path: string,
    /** Which of the values there: `password`. */
    readonly field: string,
    /** Where it is written. @default - in no file */
    readonly place: Place | undefined,
  ) {}

  /**
   * @param text `secret://<path>#<field>`
   * @throws InfraError when the text is something else
   */
  static parse(text: string, place?: Place): SecretReference {
    const [, path, field] = pattern.exec(text) ?? [];
    if (path !== undefined && field !== undefined) return new SecretReference(path, field, place);
    const at = place ? { place } : {};
    const remedy =
      "Write secret://<path>#<field> with letters, digits and _ . @ - between the slashes, for example secret://acme/database#password";
    throw new InfraError([{ message: `${JSON.stringify(text)} is not a secret: ${flawOf(text)}`, remedy, ...at }]);
  }

  /** Name of the Terraform variable that its value is handed over in. Different secrets have different ones. */
  get variable(): string {
    const text = this.toString();
    const words = text.slice(secretScheme.length).replaceAll(/[^A-Za-z0-9]+/g, "_");
    return `secret_${words}_${shortHash(text)}`;
  }

  /** As it is written in the inventory: `secret://acme/database#password`. */
  toString(): string {
    return `${secretScheme}${this.path}#${this.field}`;
  }

  /** As {@link toString}: it has no other form, and never its value. */
  toJSON(): string {
    return this.toString();
  }
}

const word = "[A-Za-z0-9][A-Za-z0-9_.@-]*";
const pattern = new RegExp(`^${secretScheme}(${word}(?:/${word})*)#(${word})$`);

function flawOf(text: string): string {
  if (!text.startsWith(secretScheme)) return "a secret is the whole value, with nothing before it";
  if (!text.includes("#")) return "it names no field";
  return "its path or its field is not well formed";
}

/** Does a text name a secret, or try to? */
export function isSecretShape(value: unknown): value is string {
  return typeof value === "string" && value.includes(secretScheme);
}
