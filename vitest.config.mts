import { defineConfig } from "vitest/config";

export default defineConfig({
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
