import { expect, it } from "vitest";
import { setting } from "./setting.js";

it("takes an empty variable for one that is not set", () => {
  const env = { SET: "value", EMPTY: "" };
  expect(["SET", "EMPTY", "UNSET"].map((name) => setting(env, name))).toEqual(["value", undefined, undefined]);
});
