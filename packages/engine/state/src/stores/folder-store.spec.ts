import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StateError } from "../errors.js";
import { FolderStore } from "./folder-store.js";
import type { Fence, WriteClaim } from "./store.js";

/** Counts the steps that change or sync the disk, and fails one of them. */
const fault = vi.hoisted(() => ({ at: Infinity, code: "ENOSPC", steps: 0 }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof fs>();
  const step = (): void => {
    if (++fault.steps === fault.at) throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code });
  };
  const open: typeof real.open = async (...parameters) => {
    step();
    const handle = await real.open(...parameters);
    const [writeFile, sync] = [handle.writeFile.bind(handle), handle.sync.bind(handle)];
    handle.writeFile = async (...content) => {
      step();
      await writeFile(...content);
    };
    handle.sync = async () => {
      step();
      await sync();
    };
    return handle;
  };
  const link: typeof real.link = async (...parameters) => {
    step();
    await real.link(...parameters);
  };
  return { ...real, open, link };
});

const holding: Fence = { token: "1", stillHeld: () => Promise.resolve(true) };
const lost: Fence = { token: "1", stillHeld: () => Promise.resolve(false) };
const deployment = "production/compute";

let directory: string;
let store: FolderStore;

beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), "infra-store-"));
  store = new FolderStore(directory, deployment);
  Object.assign(fault, { at: Infinity, steps: 0 });
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const write = (content: string, serial: number, more: Partial<WriteClaim> = {}) =>
  store.write(Buffer.from(content), { lineage: "a", serial, fence: holding, ...more });

const text = async (version?: number) => (await store.read(version))?.bytes.toString();

const objectOf = async (version: number) => {
  const pointer = (await store.versions()).find((candidate) => candidate.version === version);
  return path.join(directory, "versions", pointer!.key);
};

const code = async (action: Promise<unknown>) => {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StateError);
  return (error as StateError).code;
};

describe("writing", () => {
  it("has no state before the first write", async () => {
    expect(await store.current()).toBeUndefined();
    expect(await store.read()).toBeUndefined();
    expect(await store.versions()).toEqual([]);
  });

  it("returns what was written last, and keeps what was written before", async () => {
    await write("one", 1);
    await write("two", 2);
    expect(await text()).toBe("two");
    expect(await text(1)).toBe("one");
    expect((await store.versions()).map(({ version, current }) => [version, current])).toEqual([
      [2, true],
      [1, false],
    ]);
  });

  it("accepts the same content with the same serial again and records nothing", async () => {
    const first = await write("one", 1);
    expect(await write("one", 1)).toEqual(first);
    expect(await store.versions()).toHaveLength(1);
  });

  it("refuses other content with the same serial", async () => {
    await write("one", 1);
    expect(await code(write("other", 1))).toBe("conflict");
    expect(await text()).toBe("one");
  });

  it("refuses a lower serial", async () => {
    await write("two", 2);
    expect(await code(write("one", 1))).toBe("older");
  });

  it("refuses another lineage", async () => {
    await write("one", 1);
    expect(await code(write("two", 2, { lineage: "b" }))).toBe("foreign");
  });

  it("refuses a writer that lost the lock", async () => {
    await write("one", 1);
    expect(await code(write("two", 2, { fence: lost }))).toBe("lock-lost");
    expect(await text()).toBe("one");
  });

  it("refuses a writer that meant to replace another version", async () => {
    await write("one", 1);
    expect(await code(write("three", 3, { replaces: 0 }))).toBe("conflict");
    expect((await write("two", 2, { replaces: 1 })).version).toBe(2);
  });

  it("lets one of two writers win that both believe to hold the lock", async () => {
    await write("one", 1);
    let stopped = (): void => undefined;
    const reached = new Promise<void>((resolve) => (stopped = resolve));
    let resume = (): void => undefined;
    const paused = new Promise<void>((resolve) => (resume = resolve));
    let checks = 0;
    const slow: Fence = {
      token: "1",
      stillHeld: async () => {
        if (++checks === 2) {
          stopped();
          await paused;
        }
        return true;
      },
    };
    const late = write("late", 2, { fence: slow });
    await reached;
    await write("first", 2);
    resume();
    expect(await code(late)).toBe("conflict");
    expect(await text()).toBe("first");
  });

  it("creates files that only the user can read", async () => {
    await write("one", 1);
    const { mode } = await fs.stat(await objectOf(1));
    expect(mode & 0o077).toBe(0);
  });
});

describe("a failing disk", () => {
  it.each(["ENOSPC", "EIO"])("leaves the current version readable whichever step fails with %s", async (name) => {
    await write("one", 1);
    fault.steps = 0;
    await write("two", 2);
    const steps = fault.steps;
    expect(steps).toBeGreaterThan(6);
    for (let at = 1; at <= steps; at++) {
      const before = await store.current();
      Object.assign(fault, { at, code: name, steps: 0 });
      const serial = (before?.serial ?? 0) + 1;
      expect(await code(write(`state ${String(serial)}`, serial))).toBe("storage");
      fault.at = Infinity;
      const after = await store.current();
      // Once the pointer is linked the version counts, even if syncing its folder failed.
      expect([before?.serial, serial]).toContain(after?.serial);
      expect(await text()).toBeDefined();
      await write(`state ${String(serial)}`, serial);
      expect(await text()).toBe(`state ${String(serial)}`);
    }
    const left = [...readdirSync(path.join(directory, "versions")), ...readdirSync(path.join(directory, "pointers"))];
    expect(left.filter((file) => file.endsWith(".tmp"))).toEqual([]);
  });
});

describe("what was tampered with", () => {
  beforeEach(async () => {
    await write("one", 1);
    await write("two", 2);
  });

  it.each<[string, (file: string) => void]>([
    ["truncated", (file) => truncateSync(file, 1)],
    ["extended", (file) => appendFileSync(file, "x")],
    ["emptied", (file) => truncateSync(file, 0)],
    ["flipped by a bit", (file) => writeFileSync(file, Buffer.from(readFileSync(file)).fill(0x75, 0, 1))],
    ["removed", (file) => rmSync(file)],
  ])("refuses an object that was %s, and names the way back", async (_, tamper) => {
    tamper(await objectOf(2));
    await expect(store.read()).rejects.toThrow(/damaged: .*infra state restore production\/compute/);
    await store.restore(1, holding);
    expect(await text()).toBe("one");
  });

  it("refuses an older object in place of the current one", async () => {
    copyFileSync(await objectOf(1), await objectOf(2));
    expect(await code(store.read())).toBe("damaged");
  });

  it.each<[string, string]>([
    ["cut", '{"version": 2'],
    ["empty", ""],
    ["of another version", JSON.stringify({ version: 1 })],
    ["pointing outside", JSON.stringify({ version: 2, key: "../../etc/passwd" })],
  ])("refuses a pointer that is %s, and still restores", async (_, content) => {
    writeFileSync(path.join(directory, "pointers", "00000002.json"), content);
    expect(await code(store.read())).toBe("damaged");
    expect(await code(write("three", 3))).toBe("damaged");
    expect((await store.restore(1, holding)).version).toBe(3);
    expect(await text()).toBe("one");
  });

  it("refuses to restore a damaged version", async () => {
    truncateSync(await objectOf(1), 1);
    expect(await code(store.restore(1, holding))).toBe("damaged");
    expect(await text()).toBe("two");
  });

  it("heals a damaged object when its content is written again", async () => {
    truncateSync(await objectOf(2), 1);
    await store.restore(1, holding);
    await write("two", 2);
    expect(await text()).toBe("two");
    expect(await text(2)).toBe("two");
  });
});

describe("restoring", () => {
  it("makes an earlier content current as a new version", async () => {
    await write("one", 1);
    await write("two", 2);
    const restored = await store.restore(1, holding);
    expect(restored).toMatchObject({ version: 3, serial: 1, restoredFrom: 1 });
    expect(await text()).toBe("one");
    expect(await text(2)).toBe("two");
  });

  it("continues from the restored serial", async () => {
    await write("one", 1);
    await write("two", 2);
    await store.restore(1, holding);
    await write("other two", 2);
    expect(await text()).toBe("other two");
    expect(await text(2)).toBe("two");
  });

  it("refuses a version that does not exist", async () => {
    await write("one", 1);
    expect(await code(store.restore(7, holding))).toBe("no-version");
  });

  it("refuses without the lock", async () => {
    await write("one", 1);
    expect(await code(store.restore(1, lost))).toBe("lock-lost");
  });
});
