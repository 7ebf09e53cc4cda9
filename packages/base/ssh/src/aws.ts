import { KeyPair } from "@cdktf/provider-aws/lib/key-pair";
import { type AdapterOf, type Construct, forEachEntry, problemAt, resourceName } from "@infra/core";
import type { SshContract } from "./contract.js";

/** Key pairs of EC2, which gives a server one key; the others reach it through cloud-init. */
export const aws: AdapterOf<SshContract> = {
  build(scope, { user, keys }) {
    const pairs = forEachEntry(scope, ["keys"], keys, (entry, publicKey, name) => {
      checkKind(entry, publicKey);
      const { keyName } = new KeyPair(entry, "Default", {
        keyName: resourceName(entry, [name], { maxLength: 255 }),
        publicKey,
      });
      return { id: keyName, publicKey };
    });
    return { user, keys: pairs };
  },
};

/** Kinds of keys that EC2 takes; see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-key-pairs.html. */
const kinds = ["ssh-ed25519", "ssh-rsa"];

function checkKind(entry: Construct, publicKey: string): void {
  const [kind = ""] = publicKey.split(" ");
  if (!kinds.includes(kind))
    throw problemAt(
      entry,
      [],
      `aws: EC2 takes no key pair of the kind ${kind}`,
      "Add an Ed25519 key instead: ssh-keygen -t ed25519",
    );
}
