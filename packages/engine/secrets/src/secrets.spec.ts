import { SecretReference } from "@infra/inventory";
import { expect, it } from "vitest";
import { Mask } from "@infra/io";
import { denied, notFound, unavailable, wrong } from "./failure.js";
import { originNotes, Secrets } from "./secrets.js";
import type { Fields, SecretTier, TierName } from "./tiers/tier.js";

const secretOf = (text: string) => SecretReference.parse(`secret://${text}`, { file: "x.yaml", line: 1, column: 1 });

/** A tier that gives what it is told to, and counts how often it is asked. */
function tierOf(name: TierName, answer: (path: string) => Fields | Error) {
  const asked: string[] = [];
  const tier: SecretTier = {
    name,
    where: `the ${name}`,
    check: () => Promise.resolve("works"),
    read: (path) => {
      asked.push(path);
      const given = answer(path);
      return given instanceof Error ? Promise.reject(given) : Promise.resolve(given);
    },
  };
  return Object.assign(tier, { asked });
}

const runOf = (tiers: SecretTier[], mask = new Mask([])) => new Secrets(tiers, [], mask);

it("asks the next tier only when one is unavailable, and says so", async () => {
  const vault = tierOf("vault", () => unavailable("it is sealed"));
  const sops = tierOf("sops", () => ({ password: "from-sops" }));
  const resolved = await runOf([vault, sops]).all([secretOf("a#password"), secretOf("b#password")]);
  expect(resolved).toMatchObject([{ value: "from-sops", from: "sops" }, { from: "sops" }]);
  expect(originNotes(resolved)).toEqual([
    "2 secrets are from sops (the sops)",
    "vault (the vault) is unavailable: it is sealed; the next secret store was asked",
  ]);
});

it.each([
  ["is not there", notFound("a does not exist", "Write it"), "is not in"],
  ["is denied", denied("the token has expired", "Log in"), "is denied by"],
  ["is unusable", wrong("it makes no sense", "Look"), "can't be had from"],
  ["is garbled", new TypeError("cannot read canary-value"), "can't be had from"],
])("stops when a secret %s, with its place", async (_name, failure, verb) => {
  const environment = tierOf("environment", () => ({ password: "x" }));
  const run = runOf([tierOf("vault", () => failure), environment]);
  const error = await run.of(secretOf("a#password")).catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    problems: [
      { place: { file: "x.yaml" }, message: expect.stringContaining(`secret://a#password ${verb} vault`) as string },
    ],
  });
  expect(String(error)).not.toContain("canary-value");
  expect(environment.asked).toEqual([]);
});

it("asks for a path once in a run, however many want it at once", async () => {
  const vault = tierOf("vault", () => ({ a: "1111", b: "2222" }));
  const run = runOf([vault]);
  await Promise.all([
    run.of(secretOf("x#a")),
    run.of(secretOf("x#b")),
    run.of(secretOf("x#a")),
    run.of(secretOf("y#a")),
  ]);
  expect(vault.asked).toEqual(["x", "y"]);
});

it("asks a tier that is down once, not once per secret", async () => {
  const vault = tierOf("vault", () => unavailable("connection refused"));
  const run = runOf([vault, tierOf("environment", () => ({ a: "1111" }))]);
  for (const path of ["x", "y", "z"]) await run.of(secretOf(`${path}#a`));
  expect(vault.asked).toEqual(["x"]);
});

it("reports everything that is missing at once, and which fields there are", async () => {
  const run = runOf([tierOf("vault", () => ({ user: "u", token: "t" }))]);
  const error = await run
    .all([secretOf("x#a"), secretOf("x#user"), secretOf("x#b")])
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    problems: [
      { message: "secret://x#a is not in vault (the vault): x has no field a", remedy: "Its fields are: token, user" },
      { message: expect.stringContaining("secret://x#b") as string },
    ],
  });
});

it("refuses values that an environment variable can't carry", async () => {
  const run = runOf([tierOf("vault", () => ({ big: "x".repeat(200_000), nul: "a\0b" }))]);
  await expect(run.of(secretOf("x#big"))).rejects.toThrow("it has 200000 bytes");
  await expect(run.of(secretOf("x#nul"))).rejects.toThrow("it holds a NUL byte");
});

it("masks what it hands over, and nothing else", async () => {
  const mask = new Mask([]);
  await runOf([tierOf("vault", () => ({ password: "canary-value", user: "admin" }))], mask).of(secretOf("x#password"));
  expect(mask.text("admin canary-value Y2FuYXJ5LXZhbHVl")).toBe("admin *** ***");
});

it("makes values up in offline runs, the same for the same secret, and asks nobody", async () => {
  const vault = tierOf("vault", () => ({ a: "real" }));
  const run = () => new Secrets([vault], [], new Mask([]), true);
  const [one, other] = await run().all([secretOf("x#a"), secretOf("x#b")]);
  expect(one?.value).toMatch(/^offline-[0-9a-f]{24}$/);
  expect(other?.value).not.toBe(one?.value);
  expect((await run().of(secretOf("x#a"))).value).toBe(one?.value);
  expect(vault.asked).toEqual([]);
});
