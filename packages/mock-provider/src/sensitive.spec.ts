import { expect, test } from "vitest";
import type { Block } from "./schema.js";
import { concealed, revealed } from "./sensitive.js";

const block: Block = {
  attributes: {
    name: { required: true },
    token: { optional: true },
    settings: { optional: true, sensitive: true, type: ["map", "string"] },
    accounts: { computed: true, sensitive: true, nested_type: { nesting_mode: "list", attributes: { key: {} } } },
  },
};
const values = { name: "a", token: "t0p", settings: { DATABASE: "s3cret", PORT: "80" }, accounts: [{ key: "k3y" }] };

test("a secret text, and every text of a secret map or list, is only a hash in the file of the cloud", () => {
  const hidden = JSON.stringify(concealed(block, values));
  for (const secret of ["t0p", "s3cret", "k3y"]) expect(hidden).not.toContain(secret);
  expect(hidden).toContain('"name":"a"');
  expect(hidden).toContain('"DATABASE":"sha256:');
});

test("what the state knows is put back, wherever it is", () => {
  expect(revealed(block, concealed(block, values), values)).toEqual(values);
});
