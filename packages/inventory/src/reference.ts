import { InfraError, type Place } from "./errors.js";
import type { Located } from "./document.js";

/**
 * A value that another deployment puts out: `{ output: compute.network.id }`, or `{ output: staging/compute.network.id }`
 * for one of another environment. The engine hands the value over when it runs.
 */
export class Reference {
  private constructor(
    /** Environment of the upstream deployment. @default - the same as the deployment that refers to it */
    readonly environment: string | undefined,
    /** Name of the upstream deployment inside its environment. */
    readonly deployment: string,
    /** Path inside its outputs; the first word is the output. */
    readonly path: readonly [string, ...string[]],
    /** Where it is written. */
    readonly place: Place,
  ) {}

  /** @throws InfraError when the text is no `<deployment>.<output>`. */
  static parse(located: Located): Reference {
    const output = located.entries?.get("output");
    const text = output?.value;
    const place = output?.place ?? located.place;
    const parts = typeof text === "string" ? pattern.exec(text) : null;
    const [, environment, deployment, path] = parts ?? [];
    const [first, ...rest] = path?.split(".") ?? [];
    if (!deployment || first === undefined) {
      throw new InfraError([
        {
          message: `${JSON.stringify(text ?? null)} is not a reference to an output`,
          remedy: "Write `{ output: <deployment>.<output> }`, for example `{ output: compute.network }`",
          place,
        },
      ]);
    }
    return new Reference(environment, deployment, [first, ...rest], place);
  }

  /** Id of the upstream deployment, `production/compute`, as seen from an environment. */
  upstream(environment: string): string {
    return `${this.environment ?? environment}/${this.deployment}`;
  }

  /** As it is written in the inventory: `compute.network.id`. */
  toString(): string {
    return `${this.environment ? `${this.environment}/` : ""}${this.deployment}.${this.path.join(".")}`;
  }
}

const pattern = /^(?:([a-z][a-z0-9-]*)\/)?([a-z][a-z0-9-]*)\.([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)$/;

/** Is it a map with the one key `output`? */
export function isReferenceShape(located: Located): boolean {
  return located.entries?.size === 1 && located.entries.has("output");
}
