import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SecretFailure, type SecretTier } from "@infra/secrets";

/** A tier under test, and the hands on the store behind it. */
export interface Subject {
  /** A tier of a new run. */
  tier(): SecretTier;
  /** A tier of somebody who may not read. @default - nobody is refused */
  stranger?(): SecretTier;
  /** A tier whose store can't be asked. @default - it always can */
  unreachable?(): SecretTier;
  /** Puts values into the store, not through the tier. */
  put(path: string, fields: Record<string, string>): Promise<void> | void;
  stop?(): Promise<void> | void;
}

/** Values that stores, shells and encodings like to break. */
const odd = {
  password: "p\"a\\ss ${word} %{x} ´é€🔑 '`$(id)",
  key: "-----BEGIN KEY-----\nAAAA+/=\n  indented\n-----END KEY-----\n",
  number: "0123",
};

/** What every tier must do. Each is a new test. */
export function tierContract(name: string, start: () => Promise<Subject>): void {
  describe(name, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await start();
      await subject.put("acme/odd", odd);
    });
    afterAll(async () => {
      await subject.stop?.();
    });

    it("gives the values at a path as they were put there", async () => {
      expect(await subject.tier().read("acme/odd", Object.keys(odd))).toMatchObject(odd);
    });

    it("gives no value for a field that is not there", async () => {
      const found = await subject.tier().read("acme/odd", ["password", "nothing"]).catch(failureOf);
      expect(found).not.toHaveProperty("nothing");
    });

    it("answers that a path is not there", async () => {
      const tier = subject.tier();
      const found = await tier.read("acme/nowhere", ["password"]).catch(failureOf);
      if (found instanceof SecretFailure) expect(found.kind).toBe("not-found");
      else expect(tier.missing?.("acme/nowhere", "password").kind).toBe("not-found");
    });

    it("says that it can be asked", async () => {
      expect(await subject.tier().check()).toMatch(/\S/);
    });

    it("is denied to who may not read, and names no value", async () => {
      const stranger = subject.stranger?.();
      if (!stranger) return;
      const failure = await stranger.read("acme/odd", ["password"]).catch(failureOf);
      expect(failure).toMatchObject({ kind: "denied" });
      for (const value of Object.values(odd)) expect(String(failure)).not.toContain(value);
    });

    it("is unavailable when its store can't be asked", async () => {
      const unreachable = subject.unreachable?.();
      if (!unreachable) return;
      expect(await unreachable.read("acme/odd", ["password"]).catch(failureOf)).toMatchObject({ kind: "unavailable" });
      expect(await unreachable.check().catch(failureOf)).toMatchObject({ kind: "unavailable" });
    });

    it("writes beside what is there, and where nothing is, if it can be written to", async () => {
      if (!subject.tier().write) return;
      await subject.put("acme/own", { kept: "old", changed: "old" });
      await subject.tier().write?.("acme/own", { changed: odd.password, added: odd.key });
      await subject.tier().write?.("acme/fresh/one", { first: odd.key });
      expect(await subject.tier().read("acme/own", ["kept", "changed", "added"])).toMatchObject({
        kept: "old",
        changed: odd.password,
        added: odd.key,
      });
      expect(await subject.tier().read("acme/fresh/one", ["first"])).toMatchObject({ first: odd.key });
    });

    it("answers several questions at once", async () => {
      const tier = subject.tier();
      const answers = await Promise.all(Array.from({ length: 8 }, () => tier.read("acme/odd", ["number"])));
      for (const answer of answers) expect(answer["number"]).toBe("0123");
      await tier.close?.();
    });
  });
}

/** The failure of a tier; any other error goes on. */
export function failureOf(error: unknown): SecretFailure {
  if (error instanceof SecretFailure) return error;
  throw error;
}
