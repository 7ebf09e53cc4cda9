import { afterAll, beforeAll, expect, it } from "vitest";
import { openTofu, Product } from "../product.js";

interface Event {
  readonly cat?: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: { readonly deployment?: string };
}

const id = "production/net";
let product: Product;

beforeAll(async () => {
  product = new Product(await openTofu());
  product.write(
    "inventory/production/net.yaml",
    "stack: ./stacks/net\nconfig:\n  networks:\n    one: { cidr: 10.0.0.0/16 }\n",
  );
});

afterAll(() => {
  product.remove();
});

const trace = () => (JSON.parse(product.read(".infra/profile.json")) as { traceEvents: Event[] }).traceEvents;
const phases = () => [...new Set(trace().flatMap(({ cat }) => cat ?? []))].sort();

it("prints a table of phases beside the result, and writes a trace whose phases lie in the deployment's time", async () => {
  const ran = await product.infra("plan", id, "--offline", "--profile", "--json");
  expect(ran.code, ran.output).toBe(2);
  expect(JSON.parse(ran.stdout)).toMatchObject({ exitCode: 2 });
  expect(ran.stderr).toMatch(/^phase +count +seconds +longest$/m);
  for (const phase of ["synthesis", "init", "engine start", "plan", "provider", "everything else"])
    expect(ran.stderr).toMatch(new RegExp(`^${phase} +\\d+ +\\d+\\.\\d\\d `, "m"));
  const events = trace().filter(({ ph }) => ph === "X");
  const whole = events.find(({ cat }) => cat === "deployment");
  const end = (whole?.ts ?? 0) + (whole?.dur ?? 0);
  // Times of the engine and of this process are of the same clock, but not read at the same moment.
  const slack = 50_000;
  for (const { ts, dur } of events) {
    expect(ts).toBeGreaterThanOrEqual((whole?.ts ?? 0) - slack);
    expect(ts + dur).toBeLessThanOrEqual(end + slack);
  }
});

it("tells the refresh from the plan once there is something to refresh, and has no init where none was run", async () => {
  expect((await product.infra("apply", id, "--offline", "--yes")).code).toBe(0);
  const ran = await product.infra("plan", id, "--offline", "--profile");
  expect(ran.code, ran.output).toBe(0);
  expect(phases()).toEqual([
    "deployment",
    "engine start",
    "plan",
    "provider",
    "provider start",
    "refresh",
    "synthesis",
  ]);
});
