import { notFound, type SecretFailure, wrong } from "../failure.js";
import type { Fields, SecretTier } from "./tier.js";

/** What the variables of secrets begin with. */
export const environmentPrefix = "INFRA_SECRET_";

/** The variable that holds a secret: `acme/database#password` → `INFRA_SECRET_ACME_DATABASE_PASSWORD`. */
export function secretVariable(path: string, field: string): string {
  return environmentPrefix + `${path}_${field}`.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_");
}

/** Secrets in environment variables: the last tier, which is always there. It is never written to. */
export class EnvironmentTier implements SecretTier {
  readonly name = "environment";
  readonly where = `${environmentPrefix}<PATH>_<FIELD>`;
  /** Which secret each variable was read for: two secrets never share a value by accident. */
  private readonly readers = new Map<string, string>();

  constructor(private readonly env: Readonly<NodeJS.ProcessEnv>) {}

  check(): Promise<string> {
    const count = Object.keys(this.env).filter((name) => name.startsWith(environmentPrefix)).length;
    return Promise.resolve(`${String(count)} variables ${environmentPrefix}…`);
  }

  read(path: string, fields: readonly string[]): Promise<Fields> {
    try {
      const found = fields.flatMap((field) => {
        const value = this.env[this.variableOf(path, field)];
        return value ? [[field, value] as const] : [];
      });
      return Promise.resolve(Object.fromEntries(found));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  missing(path: string, field: string): SecretFailure {
    const name = secretVariable(path, field);
    return notFound(`${name} is not set`, `Set ${name}`);
  }

  private variableOf(path: string, field: string): string {
    const name = secretVariable(path, field);
    const secret = `${path}#${field}`;
    const other = this.readers.get(name);
    if (other !== undefined && other !== secret)
      throw wrong(`${name} would be both secret://${other} and secret://${secret}`, "Rename one of them");
    this.readers.set(name, secret);
    return name;
  }
}
