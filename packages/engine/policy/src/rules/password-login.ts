import { parse } from "yaml";
import type { PlannedResource } from "../plan.js";
import type { Objection, Rule } from "../rule.js";
import type { Value } from "../value.js";

const remedy = "Write `ssh_pwauth: false` in the text for cloud-init, and no passwords";

/** Where a type keeps what cloud-init reads, and in which encoding. */
interface Place {
  readonly read: (values: Value) => Value;
  readonly attribute: string;
  readonly isBase64?: boolean;
}

const places: Readonly<Record<string, readonly Place[]>> = {
  aws_instance: [at("user_data"), at("user_data_base64", true)],
  aws_launch_template: [at("user_data", true)],
  google_compute_instance: [metadata("user-data")],
  google_compute_instance_template: [metadata("user-data")],
  google_compute_region_instance_template: [metadata("user-data")],
  azurerm_linux_virtual_machine: [at("custom_data", true), at("user_data", true)],
  azurerm_linux_virtual_machine_scale_set: [at("custom_data", true), at("user_data", true)],
  oci_core_instance: [metadata("user_data", true)],
  oci_core_instance_configuration: [
    {
      attribute: "instance_details",
      read: (values) => values.block("instance_details").block("launch_details").at("metadata").at("user_data"),
      isBase64: true,
    },
  ],
  hcloud_server: [at("user_data")],
  digitalocean_droplet: [at("user_data")],
};

/** No server takes passwords: cloud-init turns them off, whatever the image and the cloud do by default. */
export const passwordLogin: Rule = {
  id: "password-login",
  demands: "no server lets anyone log in with a password",
  why: "passwords are guessed; some clouds even send them by mail",
  types: {
    aws: ["aws_instance", "aws_launch_template"],
    gcp: Object.keys(places).filter((type) => type.startsWith("google_")),
    azure: Object.keys(places).filter((type) => type.startsWith("azurerm_")),
    oracle: ["oci_core_instance", "oci_core_instance_configuration"],
    hetzner: ["hcloud_server"],
    digitalocean: ["digitalocean_droplet"],
  },
  check(resource) {
    const found = (places[resource.type] ?? []).find(({ read }) => !read(resource.values).isMissing);
    if (!found) return [{ message: "nothing turns login with a password off", remedy }];
    const text = textAt(found, resource);
    return text === undefined ? fromExpression(found, resource) : objectionsTo(text);
  },
};

function at(attribute: string, isBase64 = false): Place {
  return { attribute, read: (values) => values.at(attribute), isBase64 };
}

function metadata(key: string, isBase64 = false): Place {
  return { attribute: "metadata", read: (values) => values.at("metadata").at(key), isBase64 };
}

/** The text, where the plan has it: some providers keep a hash instead. */
function textAt({ read, isBase64 }: Place, { values }: PlannedResource): string | undefined {
  const text = read(values).text();
  if (text === undefined) return undefined;
  const decoded = isBase64 && !text.startsWith("#") ? Buffer.from(text, "base64").toString("utf8") : text;
  return decoded.startsWith("#") ? decoded : undefined;
}

/** What the configuration writes decides where the plan does not have the text. */
function fromExpression({ attribute, read }: Place, { expressions, values }: PlannedResource): readonly Objection[] {
  const written = JSON.stringify(expressions[attribute] ?? "");
  const says = (word: string) => new RegExp(`ssh_pwauth[\\\\" ]*[:=][\\\\" ]*${word}`).test(written);
  if (says("true") || /plain_text_passwd|chpasswd/.test(written)) return [allowed];
  if (says("false")) return [];
  const why = read(values).isUnknown
    ? `${attribute} is known only after the apply`
    : `${attribute} is no text for cloud-init`;
  return [{ message: `the plan does not know whether login with a password is off: ${why}`, remedy }];
}

const allowed: Objection = { message: "login with a password is allowed", remedy };

/** Looks at each part of a text for cloud-init. */
function objectionsTo(text: string): readonly Objection[] {
  const settings = settingsOf(text);
  if (settings === undefined)
    return [{ message: "the text for cloud-init is no YAML, so nothing is known of it", remedy }];
  const firstSays = settings.find(({ ssh_pwauth }) => ssh_pwauth !== undefined);
  if (firstSays === undefined) return [{ message: "nothing turns login with a password off", remedy }];
  const isOn = settings.some(
    (each) => each.ssh_pwauth !== undefined && !isOff(each.ssh_pwauth) && !(each.keeps && each !== firstSays),
  );
  const hasPassword = settings.some(({ password, chpasswd, users }) =>
    [password, chpasswd, ...listOf(users).map(passwordOf)].some((each) => each !== undefined),
  );
  return isOn || hasPassword ? [allowed] : [];
}

interface CloudConfig {
  readonly ssh_pwauth?: unknown;
  readonly password?: unknown;
  readonly chpasswd?: unknown;
  readonly users?: unknown;
}

interface Part {
  readonly content: string;
  /** Does it leave alone what earlier parts set? */
  readonly keeps: boolean;
}

/** What each part sets. @returns undefined where one is no YAML */
function settingsOf(text: string): (CloudConfig & Pick<Part, "keeps">)[] | undefined {
  try {
    return partsOf(text).map(({ content, keeps }) => ({ ...cloudConfig(content), keeps }));
  } catch {
    return undefined;
  }
}

function partsOf(text: string): Part[] {
  if (!text.startsWith("#cloud-config-archive")) return [{ content: text, keeps: false }];
  return listOf(parse(text)).map((each) => {
    const { content, ["Merge-Type"]: merge } = recordOf(each);
    return { content: String(content), keeps: String(merge).includes("no_replace") };
  });
}

/** A part that is a script has no settings. */
function cloudConfig(content: string): CloudConfig {
  if (content.startsWith("#!")) return {};
  return recordOf(parse(content));
}

function passwordOf(user: unknown): unknown {
  const { plain_text_passwd, lock_passwd } = recordOf(user);
  return plain_text_passwd ?? (lock_passwd === false ? false : undefined);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function isOff(value: unknown): boolean {
  return value === false || value === "no" || value === "false" || value === 0;
}
