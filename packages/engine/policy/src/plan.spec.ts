import { describe, expect, it } from "vitest";
import { readPlan, refersTo } from "./plan.js";

const resource = (address: string) => {
  const provider_name = "registry.opentofu.org/hashicorp/aws";
  const change = { actions: ["create"], after: {}, after_unknown: {} };
  const [planned] = readPlan({
    plan: {
      format_version: "1.2",
      terraform_version: "1.12.6",
      resource_changes: [{ address, mode: "managed", type: "aws_vpc", name: "a", provider_name, change }],
      configuration: { root_module: {} },
    },
  }).resources;
  if (!planned) throw new Error("nothing is planned");
  return planned;
};

describe("a reference to another resource", () => {
  it.each([
    ["aws_vpc.a", { references: ["aws_vpc.a.id", "aws_vpc.a"] }],
    ["aws_vpc.a", "${aws_vpc.a.id}"],
    ['aws_vpc.a["x(y"]', '${aws_vpc.a["x(y"].id}'],
    ["aws_vpc.a[0]", "${aws_vpc.a[0].id}"],
  ])("to %s is found in what is written", (address, written) => {
    expect(refersTo(written, resource(address))).toBe(true);
  });

  it.each([
    ["aws_vpc.a", "${aws_vpc.ab.id}"],
    ["aws_vpc.a", "${data.aws_vpc.a.id}"],
    ["aws_vpc.a", "${xaws_vpc.a.id}"],
    ["aws_vpc.a[0]", "${aws_vpc.a0.id}"],
    ["", "${aws_vpc.a.id}"],
    ["aws_vpc.a", undefined],
  ])("to %j is not found in %j", (address, written) => {
    expect(refersTo(written, resource(address))).toBe(false);
  });
});
