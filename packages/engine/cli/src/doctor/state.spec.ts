import { type Consul, startConsul } from "@infra/services";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type SmallS3, startSmallS3 } from "../../../test/small-s3.js";
import { remoteFindings } from "./state.js";
import { RemoteState } from "@infra/state/remote";

let consul: Consul;
let s3: SmallS3 | undefined;

beforeAll(async () => {
  consul = await startConsul();
});
afterEach(async () => {
  await s3?.stop();
  s3 = undefined;
});
afterAll(() => consul.stop());

const examined = async (
  { addresses, ...options }: { addresses?: string[]; conditional?: boolean; clock?: number },
  endpoint?: string,
) => {
  s3 = await startSmallS3(options);
  const remote = new RemoteState({
    bucket: "states",
    endpoint: endpoint ?? s3.endpoint,
    region: "garage",
    pathStyle: true,
    prefix: "acme",
    patienceMs: 500,
    credentials: { accessKeyId: "id", secretAccessKey: "secret" },
    ...(addresses && { consul: { addresses, ttl: 22, prefix: "infra/state/acme", patienceMs: 500 } }),
  });
  try {
    return await remoteFindings(remote);
  } finally {
    remote.close();
  }
};

it("finds a store that keeps 64 writers apart, and leaves nothing there", async () => {
  const findings = await examined({});
  expect(findings.map(({ level }) => level)).toEqual(["ok", "ok", "ok"]);
  expect(findings[1]?.message).toContain("of 64 writers of one object exactly one succeeded");
  expect(findings[2]?.message).toContain("store: its clock and this machine's agree");
  expect([...(s3?.objects ?? [])]).toEqual([]);
});

it("says that a store that overwrites can't be written to without Consul", async () => {
  expect(await examined({ conditional: false })).toContainEqual({
    level: "error",
    message: "store: 64 of 64 writers of one object succeeded: it overwrites in spite of a condition",
    remedy: expect.stringContaining("Runs refuse to write here, and can only plan: name a Consul"),
  });
});

it("is content with a store that overwrites when Consul locks and fences, and leaves nothing in Consul", async () => {
  const findings = await examined({ conditional: false, addresses: [consul.addresses] });
  expect(findings.map(({ level }) => level)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
  expect(findings[3]?.message).toMatch(/^lock: Consul \(\S+\) locks, and refuses a writer that lost its lock$/);
  expect((await fetch(`${consul.addresses}/v1/kv/infra/state/acme/doctor?keys`)).status).toBe(404);
});

it.each([
  ["warning", 60_000, "differ by 60 s"],
  ["error", -3_600_000, "differ by 3600 s"],
] as const)("reports clocks that differ, as %s", async (level, clock, text) => {
  const found = (await examined({ clock })).find(({ message }) => message.includes("clock"));
  expect(found?.level).toBe(level);
  expect(found?.message).toMatch(new RegExp(text.replace(/\d+ s/, "\\d+ s")));
  expect(found?.remedy).toContain("NTP");
});

it("names what does not answer, and says what that means", async () => {
  const findings = await examined({ addresses: ["http://127.0.0.1:1"] }, "http://127.0.0.1:1");
  expect(findings).toEqual([
    {
      level: "error",
      message: expect.stringContaining("s3://states at http://127.0.0.1:1 does not answer"),
      remedy: expect.stringContaining("No run can read or write the states"),
    },
    {
      level: "error",
      message: expect.stringContaining("lock: Consul at http://127.0.0.1:1 does not answer"),
      remedy: expect.stringContaining("runs refuse to write, and plan from the last known version"),
    },
  ]);
});
