import { Ssh, sshContract, type SshProps, sshAdapters } from "@infra/base-ssh";
import { z } from "zod";
import type { ModuleCase } from "./module-case.js";
import { perEntry, text } from "./output-forms.js";

/** A key that is in use nowhere. */
export const exampleKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvYBsl/DgCvGh/DMo+nY6kmlyPI24+sT5OvcdsYbW6Q alice@acme.example";

/** Another key that is in use nowhere, for each number. */
export function otherKey(number: number): string {
  const body = Buffer.alloc(32);
  body.writeUInt32BE(number + 1);
  return `${keyOf("ssh-ed25519", body)} other@acme.example`;
}

const keys = { alice: exampleKey };
const key = (text: unknown) => ({ keys: { alice: text } });

/** A public key whose body holds other fields than its kind wants. */
function keyOf(kind: string, ...fields: Buffer[]): string {
  const parts = [Buffer.from(kind), ...fields].flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return [length, field];
  });
  return `${kind} ${Buffer.concat(parts).toString("base64")}`;
}

/** The module ssh. */
export const ssh: ModuleCase = {
  word: "ssh",
  folder: "packages/base/ssh",
  examples: [{ name: "keys" }],
  contract: sshContract,
  adapters: sshAdapters,
  build: (stack, props, id = "ssh") => ({
    [id]: { ...new Ssh(stack, id, props as SshProps).outputs },
  }),
  puts: ({ props }) => {
    const { keys: owners } = props as SshProps;
    return z.strictObject({
      user: text,
      keys: perEntry(owners, (publicKey) => z.strictObject({ id: text, publicKey: z.literal(publicKey) })),
    });
  },
  peers: () => ({}),
  props: { keys },
  uses: {},
  maps: [
    {
      path: "keys",
      value: otherKey(0),
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
    "a key that two people have": {
      props: { keys: { alice: exampleKey, bob: `${exampleKey.split(" ").slice(0, 2).join(" ")} bob@acme.example` } },
      path: "keys.bob",
      says: ["the key of bob", "is also the key of alice", "a key of their own"],
    },
    "two keys in one text": {
      props: key(`${exampleKey}\n${exampleKey}`),
      path: "keys.alice",
      says: ["several lines", "where one key belongs", "an owner of its own"],
    },
    "a key of ECDSA, of which EC2 makes no key pair": {
      props: key(keyOf("ecdsa-sha2-nistp256", Buffer.from("nistp256"), Buffer.alloc(65, 4))),
      path: "keys.alice",
      says: ["ecdsa-sha2-nistp256", "EC2 takes no key pair of the kind", "ssh-keygen -t ed25519"],
    },
    "a user with capitals": {
      props: { keys, user: "Ops" },
      path: "user",
      says: ['"Ops"', "must match pattern", "log in as"],
    },
    "a user of no letters": {
      props: { keys, user: "" },
      path: "user",
      says: ['""', "must match pattern", "log in as"],
    },
    "a list of keys": {
      props: { keys: [exampleKey] },
      path: "keys",
      says: ["[", "is not a map", "name of their owner"],
    },
    "a key of RSA that is short": {
      props: key(keyOf("ssh-rsa", Buffer.from([1, 0, 1]), Buffer.alloc(128, 1))),
      path: "keys.alice",
      says: ["ssh-rsa", "fewer than 2048 bits", ".pub"],
    },
    "a key of Ed25519 that is short": {
      props: key(keyOf("ssh-ed25519", Buffer.alloc(16, 1))),
      path: "keys.alice",
      says: ["ssh-ed25519", "of the wrong length", ".pub"],
    },
    "an unknown key": {
      props: { keys, port: 2222 },
      path: "port",
      says: ["port", "not a known key", "Known keys here: keys, user"],
    },
  },
};
