import { type OnPath } from "./on-path.js";

/** A program that is built from Go modules. */
export interface Tool {
  /** The version that the wrapper module's go.mod requires. */
  readonly version: string;
  /** Wrapper module: a folder of `go/` with its own go.mod and go.sum. */
  readonly wrapper: string;
  /** The module whose version counts. */
  readonly module: string;
  /** The main package. */
  readonly package: string;
  /** Flags of the Go linker. */
  readonly ldflags: string;
  /** Where the program lies in the cache; `<os>` and `<arch>` are replaced by Go's names of this machine. */
  readonly file: string;
  /** Whether the engine's installer is asked first for an official release. @default false */
  readonly release?: boolean;
  /** What a first build takes on two cores, for the progress line. */
  readonly takes: string;
  /** How it is found on PATH, before it is built. @default - it is not looked for */
  readonly onPath?: OnPath;
}

/** The filesystem mirror inside the cache that providers are put into. */
export const MIRROR = "mirror";

/** Every tool by its name. A new one needs an entry here and a wrapper module in `go/`. */
export const tools = {
  tofu: {
    version: "1.12.6",
    wrapper: "tofu",
    module: "github.com/opentofu/opentofu",
    package: "github.com/opentofu/opentofu/cmd/tofu",
    ldflags: "-s -w -X github.com/opentofu/opentofu/version.dev=no",
    file: "tofu/1.12.6/tofu",
    release: true,
    takes: "about 4 minutes",
  },
  "provider-hcloud": {
    version: "1.57.0",
    wrapper: "hcloud",
    module: "github.com/hetznercloud/terraform-provider-hcloud",
    package: "github.com/hetznercloud/terraform-provider-hcloud",
    ldflags: "-s -w",
    file: `${MIRROR}/registry.opentofu.org/hetznercloud/hcloud/1.57.0/<os>_<arch>/terraform-provider-hcloud_v1.57.0`,
    takes: "about 1 minute",
  },
  vault: {
    version: "1.17.0",
    wrapper: "vault",
    module: "github.com/hashicorp/vault",
    package: "github.com/hashicorp/vault",
    ldflags: "-s -w",
    file: "vault/1.17.0/vault",
    takes: "about 6 minutes",
    onPath: { command: "vault", args: ["version"], pattern: /Vault v(\d+\.\d+\.\d+)/ },
  },
  sops: {
    version: "3.13.3",
    wrapper: "sops",
    module: "github.com/getsops/sops/v3",
    package: "github.com/getsops/sops/v3/cmd/sops",
    ldflags: "-s -w",
    file: "sops/3.13.3/sops",
    takes: "about 3 minutes",
    onPath: { command: "sops", args: ["--version", "--disable-version-check"], pattern: /sops (\d+\.\d+\.\d+)/ },
  },
  age: {
    version: "1.3.2",
    wrapper: "age",
    module: "filippo.io/age",
    package: "filippo.io/age/cmd/age",
    ldflags: "-s -w -X main.Version=v1.3.2",
    file: "age/1.3.2/age",
    takes: "a few seconds",
    onPath: { command: "age", args: ["--version"], pattern: /v(\d+\.\d+\.\d+)/ },
  },
  "age-keygen": {
    version: "1.3.2",
    wrapper: "age",
    module: "filippo.io/age",
    package: "filippo.io/age/cmd/age-keygen",
    ldflags: "-s -w -X main.Version=v1.3.2",
    file: "age/1.3.2/age-keygen",
    takes: "a few seconds",
    onPath: { command: "age-keygen", args: ["--version"], pattern: /v(\d+\.\d+\.\d+)/ },
  },
} as const satisfies Record<string, Tool>;

/** Name of a tool. */
export type ToolName = keyof typeof tools;

/** All names, in the order in which they are built. */
export const toolNames = Object.keys(tools) as ToolName[];

/** The Go that is fetched when none, or too old a one, is on PATH. */
export const goRelease: GoRelease = {
  version: "1.26.8",
  checksums: {
    "linux-amd64": "h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM=",
    "linux-arm64": "h1:sYL/O6MqS68ML0kjsQ36WoYIpJqkw60TxizWUYUKQMc=",
    "darwin-amd64": "h1:7/9KPPN8PckcA9s91hm2jmQMhzW4KyTJXHIs45L0C9M=",
    "darwin-arm64": "h1:dFjGhY6f8DTsY8/rLchUTDRRfjJP4pCrGCwxvHFT2Fg=",
  },
};

/** A Go toolchain on the module proxy: `golang.org/toolchain@v0.0.1-go<version>.<os>-<arch>`. */
export interface GoRelease {
  readonly version: string;
  /** By platform, the module's hash as go.sum and the checksum database write it. */
  readonly checksums: Readonly<Record<string, string>>;
}
