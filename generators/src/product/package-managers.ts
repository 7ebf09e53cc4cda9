/** How the generated files call a package manager. */
export interface PackageManagerFacts {
  /** Runs the command of an installed package. */
  readonly exec: string;
  /** Installs what the manifest says, and writes the lock file where it is behind. */
  readonly install: string;
  readonly lockFile: string;
  /** What a new product pins: without a pin, corepack takes whatever is the newest. @default - the one that comes with Node */
  readonly pin?: string;
  /** A file in node_modules that is there once an installation is complete. */
  readonly marker: string;
  /** Settings that keep node_modules flat: the plugin and the engine look packages up from the product's root. */
  readonly settings?: { readonly file: string; readonly text: string };
}

const pnpmSettings = `nodeLinker: hoisted # the engine and the plugin look packages up from the root
autoInstallPeers: true
ignoredBuiltDependencies: [nx, protobufjs] # they work without
minimumReleaseAgeExclude: ["@infra/*"] # a release of the template is tested before it is published
`;

const yarnSettings = `nodeLinker: node-modules # the engine and the plugin look packages up from the root
enableTelemetry: false
npmPreapprovedPackages: ["@infra/*"] # a release of the template is tested before it is published
`;

/** The package managers that a product can choose. */
export const packageManagers = {
  npm: { exec: "npx", install: "npm install", lockFile: "package-lock.json", marker: ".package-lock.json" },
  pnpm: {
    // renovate: datasource=npm depName=pnpm
    pin: "10.34.8",
    exec: "pnpm exec",
    install: "pnpm install",
    lockFile: "pnpm-lock.yaml",
    marker: ".modules.yaml",
    settings: { file: "pnpm-workspace.yaml", text: pnpmSettings },
  },
  yarn: {
    // renovate: datasource=npm depName=@yarnpkg/cli-dist
    pin: "4.18.1",
    exec: "yarn",
    install: "yarn install",
    lockFile: "yarn.lock",
    marker: ".yarn-state.yml",
    settings: { file: ".yarnrc.yml", text: yarnSettings },
  },
} as const satisfies Record<string, PackageManagerFacts>;

/** The word for a package manager. */
export type PackageManagerName = keyof typeof packageManagers;

/** All words for package managers. */
export const packageManagerNames = Object.keys(packageManagers) as PackageManagerName[];
