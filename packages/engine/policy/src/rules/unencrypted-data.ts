import type { Objection, Rule } from "../rule.js";
import type { Value } from "../value.js";

/** The disks of servers that templates make are encrypted; Checkov looks at disks and servers only. */
export const unencryptedData: Rule = {
  id: "unencrypted-data",
  demands: "disks and buckets are encrypted",
  why: "a snapshot, a copy or a disk that was thrown away gives its data to whoever holds it",
  types: { aws: ["aws_launch_template"] },
  check({ values }) {
    const devices = values.at("block_device_mappings");
    if (devices.isUnknown) return [unknown("block_device_mappings")];
    if (devices.items().length === 0)
      return [{ message: "nothing says that the disk of the image is encrypted", remedy }];
    return devices.items().flatMap((device) => ebs(device.block("ebs").at("encrypted")));
  },
};

const remedy = "Write `encrypted: true` for every disk in `block_device_mappings`";

function ebs(encrypted: Value): readonly Objection[] {
  if (encrypted.isUnknown) return [unknown("encrypted")];
  return encrypted.is(true) ? [] : [{ message: "the disk is not encrypted", remedy }];
}

function unknown(attribute: string): Objection {
  return {
    message: `the plan does not know whether the disk is encrypted: ${attribute} is known only after the apply`,
    remedy,
  };
}
