import { describe, expect, test } from "vitest";
import { FaultInjector, parseFaults } from "./faults.js";

describe("faults", () => {
  test("of an empty text are none", () => {
    expect(parseFaults(" ")).toEqual([]);
  });

  test.each([
    ["{", /is not JSON/],
    ["{}", /expected array/],
    ['[{"type":"t","operation":"explode","error":"x"}]', /\[0\]\.operation/],
    ['[{"type":"t","operation":"read"}]', /does nothing/],
    ['[{"type":"t","operation":"read","delayMs":-1}]', /delayMs/],
    ['[{"type":"t","operation":"read","eror":"x"}]', /eror/],
  ])("of %s are refused with what is wrong and an example", (text, reason) => {
    expect(() => parseFaults(text)).toThrow(reason);
    expect(() => parseFaults(text)).toThrow(/^INFRA_FAULTS: .*Example: \[/s);
  });

  test("strike the type and the operation they name, as often as they say", async () => {
    const injector = new FaultInjector(parseFaults('[{"type":"t","operation":"create","error":"full","times":1}]'));
    await injector.strike("t", "read");
    await injector.strike("u", "create");
    await expect(injector.strike("t", "create")).rejects.toThrow(/full.*injected/s);
    await injector.strike("t", "create");
  });

  test("delay an operation", async () => {
    const injector = new FaultInjector([{ type: "*", operation: "read", delayMs: 20 }]);
    const start = performance.now();
    await injector.strike("t", "read");
    expect(performance.now() - start).toBeGreaterThan(15);
  });
});
