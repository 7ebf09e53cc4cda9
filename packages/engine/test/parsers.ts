import { InfraError } from "@infra/inventory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngineError } from "@infra/opentofu";
import { anything, canary, fuzzRuns } from "./mutations.js";

/** Something that reads what others wrote. */
export interface Parser {
  /** Files whose parsers read it, from the root of the repository; `coverage.spec.ts` looks for those that no table names. */
  readonly reads: readonly string[];
  readonly inputs: fc.Arbitrary<Buffer>;
  /** Inputs that are tried each time, before those that are made at random: what once was a crash. @default - none */
  readonly fixed?: readonly string[];
  /** Reads it. It may throw an error for users, and nothing else. */
  read(input: Buffer): unknown;
  /** Whether it reads nothing secret, so that errors may quote it. @default false */
  readonly quoted?: boolean;
  /** Looks at what was accepted, which must make sense. @default - anything does */
  accepted?(value: never, input: Buffer): void;
}

/** What may be shown to users, instead of a crash. */
const isForUsers = (error: unknown): boolean =>
  error instanceof InfraError || error instanceof EngineError || /^INFRA_FAULTS/.test((error as Error).message);

/** Every parser of a table reads whatever it is given, or refuses it. Each is a test. */
export function readsOrRefuses(parsers: Readonly<Record<string, Parser>>): void {
  describe("whatever stands in the place of", () => {
    it.each(Object.entries(parsers))(
      "%s is read or refused with an error for users, in which no secret is",
      async (_name, { inputs, fixed = [], read, quoted = false, accepted }) => {
        await fc.assert(
          fc.asyncProperty(
            fc.oneof({ weight: 1, arbitrary: anything }, { weight: 9, arbitrary: inputs }),
            async (input) => {
              let found: unknown;
              try {
                found = await read(input);
              } catch (error) {
                if (!isForUsers(error)) throw error;
                if (!quoted) expect(String(error)).not.toContain(canary);
                return;
              }
              accepted?.(found as never, input);
            },
          ),
          { numRuns: fuzzRuns + fixed.length, examples: fixed.map((text): [Buffer] => [Buffer.from(text)]) },
        );
      },
      1_800_000,
    );
  });
}
