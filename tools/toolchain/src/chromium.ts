import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type Installed } from "./installed.js";

/** Starts Chromium with the libraries and fonts that its package brings. */
const start = `#!/bin/sh
home=$(dirname "$0")/../files
LD_LIBRARY_PATH=$home/al2023/lib:$home FONTCONFIG_PATH=$home/fonts exec "$home/chromium" "$@"
`;

/** Its own configuration of fonts looks for them in folders that only Lambda has. Without any font Chromium crashes. */
const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/** Unpacks Chromium, with a script that starts it. */
export async function makeChromium({ install, made, run }: Installed): Promise<void> {
  const files = path.join(made, "files");
  await fs.mkdir(files, { recursive: true });
  // The package unpacks itself into the folder for temporary files; with its libraries only where it believes to be on Lambda.
  const unpack = ["-e", `import("@sparticuz/chromium").then((package_) => package_.default.executablePath())`];
  const env = { TMPDIR: files, AWS_LAMBDA_JS_RUNTIME: "nodejs22.x" };
  await run({ program: process.execPath, args: unpack, cwd: install, env });
  await fs.writeFile(path.join(files, "fonts", "fonts.conf"), fonts);
  await fs.mkdir(path.join(made, "bin"));
  await fs.writeFile(path.join(made, "bin", "chromium"), start, { mode: 0o755 });
}
