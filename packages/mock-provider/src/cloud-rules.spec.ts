import { describe, expect, test } from "vitest";
import { keptValues, refusalOf } from "./cloud-rules.js";

const key = "ssh-ed25519 AAAAC3Nz";
const cloudOf = (type: string, values: object) => ({ list: () => [{ type, id: "1", values: { ...values } }] });

describe("a unique attribute", () => {
  test.each([
    ["hcloud_ssh_key", { public_key: `${key} ann` }, { name: "b", public_key: `${key}  bob\n` }, "uniqueness_error"],
    ["hcloud_ssh_key", { name: "a" }, { name: "a", public_key: key }, "uniqueness_error"],
    ["digitalocean_ssh_key", { name: "a", public_key: key }, { name: "b", public_key: key }, "uniqueness_error"],
    [
      "aws_key_pair",
      { key_name: "a", public_key: "x" },
      { key_name: "a", public_key: key },
      "InvalidKeyPair.Duplicate",
    ],
  ])("of %s is refused the second time, with the error of the cloud", (type, first, second, error) => {
    expect(refusalOf(type, undefined, second, cloudOf(type, first))).toMatch(new RegExp(`^.*${error}.*${type} 1 has`));
  });

  test("does not compete with itself, with another type or with what is not set", () => {
    const values = { name: "a", public_key: key };
    const cloud = cloudOf("hcloud_ssh_key", values);
    expect(refusalOf("hcloud_ssh_key", "1", values, cloud)).toBeUndefined();
    expect(refusalOf("digitalocean_ssh_key", undefined, values, cloud)).toBeUndefined();
    expect(refusalOf("hcloud_ssh_key", undefined, {}, cloudOf("hcloud_ssh_key", {}))).toBeUndefined();
  });

  test("may be shared where the cloud allows it", () => {
    const values = { name: "a", public_key: key };
    expect(
      refusalOf(
        "digitalocean_ssh_key",
        undefined,
        { ...values, public_key: "x" },
        cloudOf("digitalocean_ssh_key", values),
      ),
    ).toBeUndefined();
    expect(
      refusalOf(
        "aws_key_pair",
        undefined,
        { key_name: "b", public_key: key },
        cloudOf("aws_key_pair", { key_name: "a", public_key: key }),
      ),
    ).toBeUndefined();
  });
});

test("white space at the ends of a public key is not kept on hcloud, and kept elsewhere", () => {
  const values = { name: "a ", public_key: `${key}\n` };
  expect(keptValues("hcloud_ssh_key", values)).toEqual({ name: "a ", public_key: key });
  expect(keptValues("digitalocean_ssh_key", values)).toBe(values);
});
