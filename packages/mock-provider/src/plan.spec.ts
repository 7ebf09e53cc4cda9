import { describe, expect, it } from "vitest";
import { planChange } from "./plan.js";
import type { Block } from "./schema.js";

const block: Block = {
  attributes: { text: { type: "string", optional: true } },
  block_types: {
    policy: { nesting_mode: "list", block: { attributes: { target: { type: "number", optional: true } } } },
  },
};

describe("planning", () => {
  it("has nothing to change when a fraction of the state is the double of the configuration's", () => {
    const prior = { text: "0.5", policy: [{ target: "0.05000000000000000277555756156289135105907917022705078125" }] };
    const proposed = { text: "0.5", policy: [{ target: 0.05 }] };
    expect(planChange("mock_thing", block, prior, proposed, proposed).planned).toEqual(prior);
  });

  it("changes a fraction that is another", () => {
    const prior = { text: null, policy: [{ target: "0.05000000000000000277555756156289135105907917022705078125" }] };
    const proposed = { text: null, policy: [{ target: 0.06 }] };
    expect(planChange("mock_thing", block, prior, proposed, proposed).planned).toEqual(proposed);
  });
});
