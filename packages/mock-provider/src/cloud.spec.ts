import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EmulatedCloud } from "./cloud.js";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mock-cloud-spec-"));
  file = join(folder, "deep", "cloud.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function session<T>(use: (cloud: EmulatedCloud) => T): T {
  const cloud = EmulatedCloud.open(file);
  try {
    return use(cloud);
  } finally {
    cloud.close();
  }
}

const make = (ordinal: number) => ({ id: `id-${ordinal}`, values: { ordinal } });
const lines = (): string[] => readFileSync(file, "utf8").split("\n").filter(Boolean);

describe("the emulated cloud", () => {
  test("writes no file until there is an object", () => {
    expect(session((cloud) => cloud.list())).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });

  test("keeps one line per object by type and id, after it is closed", () => {
    session((cloud) => {
      for (const id of ["b", "a", "c"]) cloud.put({ type: "t", id, values: { x: 1 } });
      cloud.update("t", "a", { x: 2 });
      cloud.delete("t", "c");
      expect(lines()).toHaveLength(5);
    });
    expect(lines()).toEqual(['{"type":"t","id":"a","values":{"x":2}}', '{"type":"t","id":"b","values":{"x":1}}']);
  });

  test("has everything that was acknowledged, without being closed", () => {
    const cloud = EmulatedCloud.open(file);
    cloud.put({ type: "t", id: "a", values: {} });
    expect(lines()).toHaveLength(1);
    cloud.close();
  });

  test("ignores a torn last line, and writes after it correctly", () => {
    session((cloud) => cloud.put({ type: "t", id: "a", values: {} }));
    appendFileSync(file, '{"type":"t","id":"b","val');
    session((cloud) => cloud.put({ type: "t", id: "c", values: {} }));
    expect(session((cloud) => cloud.list()).map(({ id }) => id)).toEqual(["a", "c"]);
  });

  test.each(["{torn\n", '{"type":"t"}\n', "[]\n"])("refuses %j with file and line", (text) => {
    session((cloud) => cloud.put({ type: "t", id: "a", values: {} }));
    appendFileSync(file, text);
    expect(() => EmulatedCloud.open(file)).toThrow(/cloud\.jsonl:2: .*delete the line/);
    writeFileSync(file, "");
  });

  test("makes distinct objects of equal requests in one session", () => {
    session((cloud) => {
      expect(cloud.create("t", "token", make).id).toBe("id-0");
      expect(cloud.create("t", "token", make).id).toBe("id-1");
    });
  });

  test("answers an equal request of a later session with the object that nobody asked for since", () => {
    session((cloud) => cloud.create("t", "token", make));
    session((cloud) => {
      expect(cloud.create("t", "token", make).id).toBe("id-0");
      expect(cloud.create("t", "token", make).id).toBe("id-1");
      expect(cloud.list()).toHaveLength(2);
    });
  });

  test("makes a new object when the earlier one was confirmed", () => {
    session((cloud) => cloud.create("t", "token", make));
    session((cloud) => cloud.confirm("t", "id-0"));
    expect(session((cloud) => cloud.create("t", "token", make)).id).toBe("id-1");
  });

  test("is one session for all who open the file at the same time", () => {
    session((first) => {
      session((second) => second.put({ type: "t", id: "a", values: {} }));
      expect(first.get("t", "a")).toBeDefined();
    });
  });

  test("refuses a change after it is closed", () => {
    const closed = session((cloud) => cloud);
    expect(() => closed.put({ type: "t", id: "a", values: {} })).toThrow(/is closed/);
    expect(existsSync(file)).toBe(false);
  });

  test("creates and changes 5,000 objects by appending", () => {
    const start = performance.now();
    session((cloud) => {
      for (let at = 0; at < 5000; at++) cloud.create("t", "same", (ordinal) => ({ id: String(ordinal), values: {} }));
    });
    expect(session((cloud) => cloud.list())).toHaveLength(5000);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
