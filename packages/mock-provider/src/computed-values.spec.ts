import { describe, expect, test } from "vitest";
import { isFilled, withComputed, withUnknowns } from "./computed-values.js";
import { type Attribute, type Block } from "./schema.js";
import { UNKNOWN, hasUnknown } from "./value.js";

const computed: Attribute = { computed: true, type: "string" };
const context = { type: "aws_instance", seed: "s", id: "i-0123", region: "eu-central-1", dataSource: false };

function valueOf(name: string, attribute: Attribute = computed, more: Partial<typeof context> = {}): unknown {
  return withComputed({ attributes: { [name]: attribute } }, { [name]: UNKNOWN }, { ...context, ...more })[name];
}

describe("made-up values", () => {
  test.each([
    ["id", /^i-0123$/],
    ["arn", /^arn:aws:ec2:eu-central-1:123456789012:instance\/i-0123$/],
    ["default_security_group_id", /^sg-0[0-9a-f]{16}$/],
    ["availability_zone", /^eu-central-1a$/],
    ["public_ip", /^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/],
    ["private_ip", /^10(\.\d+){3}$/],
    ["ipv6_address", /^2001:db8:[0-9a-f]{4}:[0-9a-f]{4}::1$/],
    ["ipv6_cidr_block", /^2001:db8:.*::\/64$/],
    ["mac_address", /^02(:[0-9a-f]{2}){5}$/],
    ["public_dns", /\.mock\.example$/],
    ["anything", /^mock-[0-9a-f]{12}$/],
  ])("of %s look like one", (name, pattern) => {
    expect(valueOf(name)).toMatch(pattern);
  });

  test("are the same for the same object, and differ between objects", () => {
    expect(valueOf("public_ip")).toBe(valueOf("public_ip"));
    expect(valueOf("anything")).not.toBe(valueOf("anything", computed, { seed: "other" }));
  });

  test("have the type of their place", () => {
    expect(valueOf("enabled", { computed: true, type: "bool" })).toBe(false);
    expect(valueOf("size", { computed: true, type: "number" })).toBeTypeOf("number");
    expect(valueOf("labels", { computed: true, type: ["map", "string"] })).toEqual({});
    expect(valueOf("servers", { computed: true, type: ["set", "number"] })).toEqual([]);
    expect(valueOf("name_servers", { computed: true, type: ["list", "string"] })).toHaveLength(2);
  });

  test("of a data source's lists have entries to index", () => {
    const names: Attribute = { computed: true, type: ["list", "string"] };
    const zones = valueOf("names", names, { type: "aws_availability_zones", dataSource: true });
    expect(zones).toEqual(["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
  });

  test("reach into nested blocks, and leave nothing unknown", () => {
    const block: Block = {
      attributes: { name: { required: true, type: "string" } },
      block_types: { disk: { nesting_mode: "set", block: { attributes: { volume_id: computed } } } },
    };
    const planned = withUnknowns(block, { name: "a", disk: [{ volume_id: null }] });
    expect(planned).toEqual({ name: "a", disk: [{ volume_id: UNKNOWN }] });
    expect(hasUnknown(withComputed(block, planned, context))).toBe(false);
  });

  test("are not made for optional references and for plainly optional attributes", () => {
    expect(isFilled("server_id", { optional: true, computed: true, type: "number" })).toBe(false);
    expect(isFilled("name", { optional: true, type: "string" })).toBe(false);
    expect(isFilled("server_id", { computed: true, type: "number" })).toBe(true);
  });
});
