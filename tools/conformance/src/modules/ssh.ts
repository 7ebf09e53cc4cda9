import { Ssh, type SshContract, sshContract, type SshProps } from "@infra/base-ssh";
import { z } from "zod";
import { testNetwork } from "./firewall.js";
import type { AnyContract, FeatureOf, ModuleCase } from "./module-case.js";
import { perEntry, text } from "./output-forms.js";

/** A key that is in use nowhere. */
export const exampleKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q alice@acme.example";

const keys = { alice: exampleKey };
const uses: Record<FeatureOf<SshContract>, object> = { bastion: { keys, bastion: { from: ["203.0.113.0/24"] } } };
const bastion = (more: object) => ({ keys, bastion: { from: ["203.0.113.0/24"], ...more } });
const key = (text: unknown) => ({ keys: { alice: text } });

/** The module ssh. */
export const ssh: ModuleCase = {
  word: "ssh",
  folder: "packages/base/ssh",
  examples: [{ name: "bastion" }],
  contract: sshContract as unknown as AnyContract,
  build: (stack, props, id = "ssh") => ({
    [id]: { ...new Ssh(stack, id, { network: testNetwork(stack), ...(props as SshProps) }).outputs },
  }),
  puts: ({ props }) => {
    const { keys: owners, bastion: way } = props as SshProps;
    return z.strictObject({
      user: text,
      keys: perEntry(owners, (publicKey) => z.strictObject({ id: text, publicKey: z.literal(publicKey) })),
      ...(way ? { bastionAddress: z.ipv4() } : {}),
    });
  },
  peers: (stack) => ({ network: testNetwork(stack) }),
  props: uses.bastion,
  uses,
  maps: [
    {
      path: "keys",
      value: exampleKey.replace("alice", "bob"),
      none: ["gcp", "azure", "oracle"],
    },
  ],
  refusals: {
    "no keys": { props: {}, path: "keys", says: ["keys", "is missing", "public keys"] },
    "an empty map of keys": {
      props: { keys: {} },
      path: "keys",
      says: ["no key", "there is no", "alice: ssh-ed25519"],
    },
    "a key that is a number": { props: key(1), path: "keys.alice", says: ["1", "is not text", ".pub"] },
    "a private key": {
      props: key("-----BEGIN OPENSSH PRIVATE KEY-----"),
      path: "keys.alice",
      says: ["a private key", "stands where a public key belongs", ".pub"],
    },
    "a key of an old kind": { props: key("ssh-dss AAAA"), path: "keys.alice", says: ["ssh-dss", "known kind", ".pub"] },
    "a key without a body": { props: key("ssh-ed25519"), path: "keys.alice", says: ["ssh-ed25519", "body", ".pub"] },
    "a key that was cut": {
      props: key(exampleKey.slice(0, 40)),
      path: "keys.alice",
      says: ["ssh-ed25519", "body that is not a public key", ".pub"],
    },
    "a key that says another kind": {
      props: key(exampleKey.replace("ssh-ed25519", "ssh-rsa")),
      path: "keys.alice",
      says: ["ssh-rsa", "its body is of another kind", ".pub"],
    },
    "an owner whose name is no name": {
      props: { keys: { "Alice Smith": exampleKey } },
      path: "keys.Alice Smith",
      says: ['"Alice Smith"', "is not a name", "lower-case letters"],
    },
    "a user with capitals": {
      props: { keys, user: "Ops" },
      path: "user",
      says: ['"Ops"', "must match pattern", "log in as"],
    },
    "a bastion without sources": {
      props: { keys, bastion: {} },
      path: "bastion.from",
      says: ["from", "is missing", "CIDR"],
    },
    "a bastion with no source": {
      props: bastion({ from: [] }),
      path: "bastion.from",
      says: ["[]", "is too small: at least 1", "CIDR"],
    },
    "a bastion for everyone": {
      props: bastion({ from: ["0.0.0.0/0"] }),
      path: "bastion.from.0",
      says: ['"0.0.0.0/0"', "opens the bastion to the whole internet", "List the networks"],
    },
    "a bastion for half of the internet": {
      props: bastion({ from: ["203.0.113.0/24", "0.0.0.0/1"] }),
      path: "bastion.from.1",
      says: ['"0.0.0.0/1"', "opens the bastion to the whole internet", "List the networks"],
    },
    "a source that is no network": {
      props: bastion({ from: ["office"] }),
      path: "bastion.from.0",
      says: ['"office"', "is not an IPv4 network", "for example"],
    },
    "a bastion in an unknown subnet": {
      props: bastion({ subnet: "defualt" }),
      path: "bastion.subnet",
      says: ['"defualt"', "is not a subnet", 'Did you mean "default"?'],
    },
    "an unknown key": {
      props: { keys, port: 2222 },
      path: "port",
      says: ["port", "not a known key", "Known keys here: keys, user, bastion"],
    },
  },
};
