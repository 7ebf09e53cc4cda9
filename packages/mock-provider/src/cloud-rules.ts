import { type Value, type ValueObject } from "./value.js";

/** An attribute that no two objects of a type may share. */
interface UniqueRule {
  readonly attribute: string;
  /** Which texts are the same: `key` is an SSH public key, whose comment does not count. */
  readonly compared: "text" | "key";
  /** The error of the cloud's API: its code and its text. */
  readonly error: string;
}

/** What a cloud does with the objects of a type that no schema shows. */
interface CloudRules {
  readonly unique?: readonly UniqueRule[];
  /**
   * Text attributes of which the API drops white space at both ends, while the provider plans the text as it was written: the
   * engine then reports an inconsistent result after apply.
   */
  readonly trimmed?: readonly string[];
}

/**
 * By resource type. Sources: the error codes of the Hetzner Cloud API and terraform-provider-hcloud#1389; the provider of
 * digitalocean drops the white space itself, and its API answers a second key with 422; the error codes of the EC2 API.
 */
const cloudRules: ReadonlyMap<string, CloudRules> = new Map([
  [
    "hcloud_ssh_key",
    {
      unique: [
        { attribute: "name", compared: "text", error: "uniqueness_error: SSH key name is already used" },
        { attribute: "public_key", compared: "key", error: "uniqueness_error: SSH key not unique" },
      ],
      trimmed: ["public_key"],
    },
  ],
  [
    "digitalocean_ssh_key",
    {
      unique: [
        {
          attribute: "public_key",
          compared: "key",
          error: "422 unprocessable_entity (uniqueness_error): SSH Key is already in use on your account",
        },
      ],
    },
  ],
  [
    "aws_key_pair",
    {
      unique: [
        { attribute: "key_name", compared: "text", error: "InvalidKeyPair.Duplicate: The key pair already exists" },
      ],
    },
  ],
]);

/** The objects that the cloud has. */
interface Objects {
  list(): readonly { readonly type: string; readonly id: string; readonly values: ValueObject }[];
}

/**
 * What the cloud answers to an object that shares a unique attribute with another one; undefined when it takes it.
 * @param id the id of the object, when it is known: it does not compete with itself
 */
export function refusalOf(
  type: string,
  id: string | undefined,
  values: ValueObject,
  cloud: Objects,
): string | undefined {
  const rules = cloudRules.get(type)?.unique ?? [];
  const others = rules.length === 0 ? [] : cloud.list().filter((each) => each.type === type && each.id !== id);
  for (const { attribute, compared, error } of rules) {
    const wanted = normalized(values[attribute], compared);
    if (wanted === undefined) continue;
    const other = others.find((each) => normalized(each.values[attribute], compared) === wanted);
    if (other)
      return (
        `${error}. ${type} ${other.id} has the same ${attribute}, and the cloud takes it once. ` +
        `Refer to that object, or choose another ${attribute}.`
      );
  }
  return undefined;
}

function normalized(value: Value | undefined, compared: UniqueRule["compared"]): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  return compared === "key" ? text.split(/\s+/, 2).join(" ") : text;
}

/** The values as the API of the cloud keeps them. */
export function keptValues(type: string, values: ValueObject): ValueObject {
  const trimmed = cloudRules.get(type)?.trimmed ?? [];
  const kept = trimmed.flatMap((name) => {
    const value = values[name];
    return typeof value === "string" ? [[name, value.trim()] as const] : [];
  });
  return kept.length === 0 ? values : { ...values, ...Object.fromEntries(kept) };
}
