import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

const engine = resolve(import.meta.dirname, "packages/engine");

export default defineConfig({
  resolve: {
    // The parts of the runner are tested as sources, all of them, so that a class is the same one for a spec and for what it calls.
    alias: [
      { find: "@infra/state/remote", replacement: `${engine}/state/src/remote.ts` },
      { find: "@infra/opentofu/offline", replacement: `${engine}/opentofu/src/process/offline.ts` },
      ...readdirSync(engine, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && entry.name !== "test")
        .map(({ name }) => ({ find: new RegExp(`^@infra/${name}$`), replacement: `${engine}/${name}/src/index.ts` })),
    ],
  },
  test: {
    include: ["{packages,generators,tools}/**/*.spec.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/lib/**"],
    // Most tests wait for programs that they run; vitest leaves one processor of two unused.
    maxWorkers: "100%",
    // A test that hangs ends; how long one takes is the machine's business.
    testTimeout: 240_000,
    hookTimeout: 600_000,
    // A good run prints a line per file; a slow test is no news here.
    slowTestThreshold: Number.MAX_SAFE_INTEGER,
    // Built packages are plain CommonJS: Node loads them, as it does for users.
    server: { deps: { external: [/\/dist\//, /\/lib\//] } },
  },
});
