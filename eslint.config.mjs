import jsdoc from "eslint-plugin-jsdoc";
import tseslint from "typescript-eslint";

/**
 * The layers, lowest first: what the folder is, and the workspace packages that it may import. A file of a layer that
 * imports anything else of the workspace fails the lint.
 */
const layers = [
  { files: ["packages/inventory/**"], may: [] },
  { files: ["packages/facts/**"], may: ["inventory"] },
  { files: ["packages/core/**"], may: ["inventory", "facts"] },
  { files: ["packages/mock-provider/**"], may: [] },
  { files: ["packages/{cloud,base,services,apps}/**"], may: ["core", "inventory", "provider-*"] },
  { files: ["packages/stacks/**"], may: ["core", "inventory", "cloud-*", "base-*", "services-*", "apps-*"] },
  ...Object.entries({
    io: [],
    state: ["io"],
    secrets: ["io"],
    opentofu: ["io", "state", "secrets", "mock-provider"],
    keys: ["io", "state", "secrets", "opentofu"],
    policy: ["io"],
    results: ["io", "policy", "cost"],
    report: ["io", "results", "policy", "cost", "secrets"],
    platforms: ["io", "results", "report"],
    impact: ["core", "io", "opentofu", "secrets"],
    engine: ["core", "io", "state", "keys", "secrets", "opentofu", "policy", "results", "cost"],
    cli: [
      "io",
      "state",
      "keys",
      "secrets",
      "opentofu",
      "results",
      "report",
      "platforms",
      "impact",
      "engine",
      "cost",
      "facts",
    ],
  }).map(([part, may]) => ({ files: [`packages/engine/${part}/**`], may: ["inventory", ...may] })),
  { files: ["packages/cost/**"], may: ["inventory", "io", "facts"] },
  { files: ["generators/**"], may: ["inventory", "core", "results", "report", "engine"] },
  { files: ["packages/create-product/**"], may: ["product"] },
];

/** A negative lookahead over package names: `@infra/x` is refused unless a pattern of `may` or `self` allows it. */
const notAllowed = (may) => {
  const allowed = may.map((name) => name.replaceAll("*", "[^/]+")).join("|");
  return allowed ? `^@infra/(?!(?:${allowed})(?:/|$))` : "^@infra/";
};

const restrictions = (may) => [
  "error",
  {
    paths: [
      { name: "@cdktf/provider-aws", message: "Import one resource: @cdktf/provider-aws/lib/<resource>." },
      { name: "cdktf", message: "Import the façade of @infra/core; only it knows cdktf." },
    ],
    patterns: [
      {
        regex: notAllowed(may),
        message: `This layer may import only: ${may.map((m) => `@infra/${m}`).join(", ") || "nothing of the workspace"}.`,
      },
      { regex: "^(\\.\\./)+(packages|generators|tools)/", message: "Import another package by its name." },
    ],
  },
];

export default tseslint.config(
  { ignores: ["**/dist/**", "**/lib/**", "**/node_modules/**", ".nx/**", ".infra/**", "**/fixtures/**"] },
  ...tseslint.configs.strict,
  {
    rules: {
      "max-lines": ["error", { max: 350, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "no-restricted-imports": restrictions(["[^/]+"]),
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
      ],
      "@typescript-eslint/no-require-imports": "off",
      "@typescript-eslint/no-extraneous-class": "off",
    },
  },
  ...layers.map(({ files, may }) => ({
    files,
    ignores: ["**/*.spec.ts", "**/test/**", "**/examples/**"],
    rules: { "no-restricted-imports": restrictions(may) },
  })),
  {
    // What a package exports has a doc comment; what only its own files share has one where its name does not explain it.
    files: ["packages/*/src/**/*.ts", "packages/*/*/src/**/*.ts", "generators/src/**/*.ts"],
    ignores: ["**/*.spec.ts", "**/test/**", "**/examples/**"],
    plugins: { jsdoc },
    rules: {
      "jsdoc/require-jsdoc": [
        "error",
        {
          publicOnly: true,
          enableFixer: false,
          require: { ClassDeclaration: true, FunctionDeclaration: true },
          contexts: ["TSInterfaceDeclaration", "TSTypeAliasDeclaration", "TSEnumDeclaration", "VariableDeclaration"],
        },
      ],
    },
  },
  { files: ["packages/core/src/cdktf.ts"], rules: { "no-restricted-imports": "off" } },
  {
    files: ["**/*.spec.ts"],
    rules: { "max-lines-per-function": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
  { files: ["**/*.mjs"], languageOptions: { globals: { process: "readonly", console: "readonly" } } },
);
