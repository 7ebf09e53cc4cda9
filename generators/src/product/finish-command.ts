import { flushChanges, FsTree } from "nx/src/generators/tree";
import { installPackagesTask } from "@nx/devkit";
import { describeFinished, finishUpdate } from "./finish.js";
import { packageManagerOf, readManifest } from "./manifest.js";

/** Finishes the update of a product with the version that was just installed: `node finish-command.js <folder>`. */
async function main([root = process.cwd()]: readonly string[]): Promise<void> {
  const tree = new FsTree(root, false);
  const finished = await finishUpdate(tree);
  flushChanges(root, tree.listChanges());
  process.stdout.write(describeFinished(finished));
  if (finished.pinsChanged) installPackagesTask(tree, true, "", packageManagerOf(tree, readManifest(tree)));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
