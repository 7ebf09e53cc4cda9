import { adaptersOf, CloudModule, type Construct, type DeploymentStack, type ISsh, unsupported } from "@infra/core";
import type { Reference } from "@infra/inventory";
import { chooseKeys } from "./choose-keys.js";
import { ReferencedSsh } from "./referenced-ssh.js";
import { type SshContract, sshContract, type SshProps } from "./contract.js";

/** The adapters of ssh, by cloud. */
export const sshAdapters = adaptersOf<SshContract>(require, {
  heroku: unsupported("there are no servers to log in to", "Leave `ssh` out, and open a shell with `heroku ps:exec`"),
});

/** SSH keys by owner, and the user that people log in as. */
export class Ssh extends CloudModule<SshContract> implements ISsh {
  /** @throws InfraError for bad keys. */
  constructor(scope: Construct, id: string, props: SshProps) {
    super(scope, id, sshContract, sshAdapters, props, undefined);
  }

  /** The SSH keys of another deployment, `{ output: compute.ssh }`. */
  static fromReference(stack: DeploymentStack, reference: Reference): ISsh {
    return new ReferencedSsh(stack.outputOf(reference));
  }

  get user(): string {
    return this.outputs.user;
  }

  keyIds(names?: readonly string[]): string[] {
    return this.chosen(names).map(({ id }) => id);
  }

  publicKeys(names?: readonly string[]): string[] {
    return this.chosen(names).map((key) => key.publicKey);
  }

  private chosen(names: readonly string[] | undefined) {
    return chooseKeys(this.outputs.keys, names);
  }
}
