import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{packages,generators,tools}/**/*.spec.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/lib/**"],
    testTimeout: 60_000,
    hookTimeout: 600_000,
    // Built packages are plain CommonJS: Node loads them, as it does for users.
    server: { deps: { external: [/\/dist\//, /\/lib\//] } },
  },
});
