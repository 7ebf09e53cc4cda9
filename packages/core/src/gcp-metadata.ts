import { Fn, Token } from "./cdktf.js";

/** What a server of gcp is told. */
export interface GcpMetadata {
  /** What cloud-init reads at the first boot. */
  readonly userData: string;
  /** The user that people log in as. @default - nobody logs in */
  readonly user?: string | undefined;
  /** Public keys that may log in as the user; they may be known only when the engine runs. */
  readonly publicKeys: readonly string[];
}

/** Installs cloud-init, which then runs at the next boot, as it does at the first on images that come with it. */
const installCloudInit = `#!/bin/sh
command -v cloud-init >/dev/null && exit 0
if command -v apt-get >/dev/null; then
  apt-get -q update
  DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=300 install cloud-init || exit 1
else
  dnf -qy install cloud-init || exit 1
fi
systemctl reboot
`;

/**
 * Metadata of a server: no keys of the project, no serial console. Google's images of Debian and Rocky Linux come without cloud-init,
 * so the server installs it, for which it must reach the internet; people can log in without it too, by what Google's agent reads.
 */
export function gcpMetadata({ userData, user, publicKeys }: GcpMetadata): Record<string, string> {
  return {
    "user-data": userData,
    "startup-script": installCloudInit,
    "block-project-ssh-keys": "TRUE",
    "serial-port-enable": "FALSE",
    ...(user === undefined ? {} : { "ssh-keys": keysOf(user, publicKeys) }),
  };
}

function keysOf(user: string, publicKeys: readonly string[]): string {
  return Token.isUnresolved(publicKeys)
    ? Fn.join("\n", Fn.formatlist("%s:%s", [user, publicKeys]))
    : publicKeys.map((key) => `${user}:${key}`).join("\n");
}

/** What counts at the first boot of a server of gcp only, for `lifecycle.ignoreChanges`. */
export const gcpFirstBoot = ['metadata["ssh-keys"]', 'metadata["user-data"]'];
