import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EngineEvent } from "./engine-events.js";
import { callEngine, type EngineCall, type EngineExit } from "./engine-process.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "infra-engine-process-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const script = (program: string, more: Partial<EngineCall> = {}): Promise<EngineExit> =>
  callEngine({ binary: process.execPath, arguments: ["-e", program], folder, env: {}, ...more });

const created = (name: string) =>
  JSON.stringify({
    type: "apply_complete",
    hook: { resource: { addr: `a.${name}`, resource_type: "a" }, action: "create" },
  });

describe("callEngine", () => {
  it("gives what the engine printed, and its exit code", async () => {
    const exit = await script(
      'process.stdout.write("ö".repeat(100000)); process.stderr.write("no"); process.exitCode = 3',
    );
    expect(exit).toEqual({ code: 3, stdout: "ö".repeat(100_000), stderr: "no" });
  });

  it("reports each event once, also when a letter or a line arrives in parts, and reads over other lines", async () => {
    const line = Buffer.from(`${created("käse")}\njunk\n${created("two")}\n`);
    const cut = line.indexOf("ä") + 1;
    const [first, second] = [line.subarray(0, cut), line.subarray(cut)].map((part) => part.toString("base64"));
    const write = (part = "") => `process.stdout.write(Buffer.from("${part}", "base64"))`;
    const events: EngineEvent[] = [];
    const exit = await script(`${write(first)}; setTimeout(() => ${write(second)}, 60)`, {
      onEvent: (event) => events.push(event),
    });
    expect(exit).toMatchObject({ code: 0, stdout: "" });
    expect(events.map((event) => event.type === "apply_complete" && event.hook.resource.addr)).toEqual([
      "a.käse",
      "a.two",
    ]);
  });

  it("leaves no output in the folder, not even while it runs", async () => {
    const { stdout } = await script('console.log(JSON.stringify(require("fs").readdirSync(".")))');
    expect(JSON.parse(stdout)).not.toContainEqual(expect.stringMatching(/\.(?:out|err)$/));
    expect(readdirSync(folder)).toEqual(["engine.pid"]);
  });

  it("interrupts the engine once when it is aborted, and waits for it to end", async () => {
    const controller = new AbortController();
    const program = `
      let count = 0;
      process.on("SIGINT", () => { if (++count === 1) setTimeout(() => { console.log("saved " + count); process.exit(1); }, 50); });
      console.log(${JSON.stringify(created("ready"))});
      setInterval(() => {}, 1000);`;
    const lines: string[] = [];
    const exit = await script(program, {
      signal: controller.signal,
      onEvent: (event) => {
        lines.push(event.type);
        controller.abort();
      },
    });
    expect(lines).toEqual(["apply_complete"]);
    expect(exit.code).toBe(1);
  });

  it("waits for an engine that can't be named in the folder, and interrupts it all the same", async () => {
    mkdirSync(join(folder, "engine.pid"));
    const controller = new AbortController();
    const exit = await script(
      `process.on("SIGINT", () => { console.log(${JSON.stringify(created("saved"))}); process.exit(1); });
      console.log(${JSON.stringify(created("ready"))});
      setInterval(() => {}, 1000);`,
      { signal: controller.signal, onEvent: () => controller.abort() },
    );
    expect(exit.code).toBe(1);
  });

  it("fails with what went wrong while its output was read, once the engine has ended", async () => {
    let pid = 0;
    const reading = script(
      `process.on("SIGINT", () => setTimeout(() => process.exit(0), 50));
      console.log(${JSON.stringify(created("ready"))});
      setInterval(() => {}, 1000);`,
      {
        onEvent: () => {
          pid = Number.parseInt(readFileSync(join(folder, "engine.pid"), "utf8"), 10);
          throw new Error("not understood");
        },
      },
    );
    await expect(reading).rejects.toThrow("not understood");
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("leaves no file open when it can't begin", async () => {
    const open = () =>
      readdirSync("/proc/self/fd").filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
        } catch {
          return false;
        }
      });
    for (let n = 0; n < 100; n += 1) mkdirSync(join(folder, `engine-${String(process.pid)}-${String(n)}.err`));
    await expect(script("")).rejects.toThrow("EISDIR");
    expect(open()).toEqual([]);
  });

  it("does not wait for an engine that is abandoned", async () => {
    const controller = new AbortController();
    let pid = 0;
    const exit = await script(
      `process.on("SIGINT", () => {});
      console.log(${JSON.stringify(created("ready"))});
      setInterval(() => {}, 1000);`,
      {
        abandon: controller.signal,
        onEvent: () => {
          pid = Number.parseInt(readFileSync(join(folder, "engine.pid"), "utf8"), 10);
          controller.abort();
        },
      },
    );
    expect(exit.code).toBe(130);
    expect(process.kill(pid, "SIGKILL")).toBe(true);
  });

  it("gives a code above 128 when a signal ended it", async () => {
    expect((await script('process.kill(process.pid, "SIGKILL")')).code).toBeGreaterThan(128);
  });

  it("keeps calls in one folder apart", async () => {
    const exits = await Promise.all(["a", "b", "c"].map((name) => script(`console.log("${name}")`)));
    expect(exits.map(({ stdout }) => stdout)).toEqual(["a\n", "b\n", "c\n"]);
  });
});
