import { expect, it } from "vitest";
import { inChannel } from "./registry.js";

const empty = () => Promise.resolve(undefined);

it("says that there is no such package, and names the stacks that there are", async () => {
  await expect(inChannel(empty, "@infra/stack-foo", "stable")).rejects.toThrow(
    "there is no package @infra/stack-foo. Use one of: compute, dns, storage",
  );
  await expect(inChannel(empty, "@infra/stack-storge", "stable")).rejects.toThrow('Did you mean "storage"?');
  await expect(inChannel(empty, "@acme/own", "stable")).rejects.toThrow("no package @acme/own. Correct its name");
});

it("says of a channel that a package does not have that it is none", async () => {
  await expect(inChannel(empty, "@infra/core", "stabel")).rejects.toThrow(
    '"stabel" is not a channel of @infra/core. Did you mean "stable"?',
  );
});
