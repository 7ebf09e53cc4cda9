import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Deployment, infraError, InfraError, literalTemplate, type Reference } from "@infra/inventory";
import type { Encryption } from "@infra/keys";
import { callEngine, type OutputValues, parseOutputs } from "@infra/opentofu";
import type { RunContext } from "../run-context.js";
import { FileLock, FolderStore, type SessionOptions } from "@infra/state";
import type { Handover } from "@infra/secrets";
import { outputsFolder } from "./paths.js";

/** Says that a value is not there yet: its deployment was never applied, or is destroyed. */
export class NotApplied extends InfraError {
  /**
   * @param upstream Id of the deployment that is not there.
   * @param why `was never applied`, or what else is the case.
   */
  constructor(
    readonly upstream: string,
    why: string,
    reference: Reference,
    offline: boolean,
  ) {
    super([
      {
        message: `${upstream} ${why}, so "${reference.toString()}" has no value yet`,
        remedy: `Apply it first: infra apply ${upstream}${offline ? " --offline" : ""}`,
        place: reference.place,
      },
    ]);
  }
}

type Shared = Pick<
  RunContext,
  "request" | "offline" | "engine" | "encryptions" | "state" | "backends" | "env" | "mask"
>;

/** Reads the outputs of applied deployments from their states. */
export class Outputs {
  private readonly known = new Map<string, Promise<OutputValues | undefined>>();
  private prepared: Promise<string> | undefined;

  constructor(private readonly run: Shared) {}

  /** The outputs of a deployment. @returns undefined when it was never applied */
  of(deployment: { id: string; file: string }): Promise<OutputValues | undefined> {
    const known = this.known.get(deployment.id) ?? this.read(deployment);
    this.known.set(deployment.id, known);
    return known;
  }

  /** Forgets what was read: the deployment has been applied since. */
  forget(id: string): void {
    this.known.delete(id);
  }

  /**
   * The values of a deployment's references, for its variables. Sensitive ones are hidden from now on.
   *
   * @throws NotApplied when an upstream deployment was never applied
   */
  async handovers(deployment: Deployment, references: ReadonlyMap<string, Reference>): Promise<readonly Handover[]> {
    return await Promise.all(
      [...references].map(async ([name, reference]) => ({ name, ...(await this.value(deployment, reference)) })),
    );
  }

  private async value(deployment: Deployment, reference: Reference): Promise<Omit<Handover, "name">> {
    const id = reference.upstream(deployment.environment);
    const outputs = await this.of({ id, file: join(this.run.request.inventory, `${id}.yaml`) });
    if (!outputs) throw new NotApplied(id, "was never applied", reference, this.run.offline);
    if (Object.keys(outputs).length === 0)
      throw new NotApplied(id, "has no outputs: it is destroyed", reference, this.run.offline);
    const [name, ...path] = reference.path;
    const output = outputs[name];
    const value = path.reduce<unknown>(
      (current, step) => (current instanceof Object ? (current as Record<string, unknown>)[step] : undefined),
      output?.value,
    );
    if (value === undefined || value === null) {
      throw referenceError(
        reference,
        `${id} has no output "${reference.path.join(".")}"`,
        `Its outputs are: ${Object.keys(outputs).join(", ")}`,
      );
    }
    const sensitive = output?.sensitive ?? false;
    if (sensitive) this.run.mask.add(textsIn(value));
    return { sensitive, text: literalTemplate(JSON.stringify(value)) };
  }

  private async read(deployment: { id: string; file: string }): Promise<OutputValues | undefined> {
    const { run } = this;
    const { store: own, readOnlyStore: store = own, lock } = await run.backends.of(deployment);
    if (!(await store.current())) return undefined;
    const encryption = await run.encryptions.of(deployment.id);
    const session = await run.state.open({
      deployment: deployment.id,
      store,
      lock,
      operation: "output",
      ...cipherOf(encryption),
    });
    try {
      const env = { ...run.env, ...encryption.env, ...session.env };
      const folder = await (this.prepared ??= this.prepare());
      const exit = await callEngine({
        binary: run.engine.path,
        arguments: ["output", "-json", "-no-color"],
        folder,
        env,
      });
      const outputs = exit.code === 0 ? parseOutputs(exit.stdout) : undefined;
      if (outputs) return outputs;
      const reason = run.mask.text(exit.stderr.trim() || `${run.engine.name} printed no outputs`);
      const remedy = /decryption failed/.test(reason)
        ? encryption.remedy
        : `Look at its state: infra state versions ${deployment.id}`;
      throw session.failures[0] ?? infraError(`the outputs of ${deployment.id} cannot be read: ${reason}`, remedy);
    } finally {
      await session.close();
    }
  }

  /**
   * The initialised folder that has nothing but a backend; which state it then reads, the environment says. It appears whole:
   * other runs may be making it, or may have been killed while they did.
   */
  private async prepare(): Promise<string> {
    const folder = outputsFolder(this.run.request.root, this.run.engine);
    const isWhole = () => existsSync(join(folder, ".terraform", "terraform.tfstate"));
    if (isWhole()) return folder;
    mkdirSync(dirname(folder), { recursive: true });
    const making = mkdtempSync(`${folder}.`);
    try {
      await this.initialise(making);
      if (!isWhole()) {
        // Somebody removed what the engine had noted.
        rmSync(folder, { recursive: true, force: true });
        renameSync(making, folder);
      }
    } catch (error) {
      if (!isWhole()) throw error;
    } finally {
      rmSync(making, { recursive: true, force: true });
    }
    return folder;
  }

  /** Initialises against an empty state: for one with resources the engine would install their providers. */
  private async initialise(folder: string): Promise<void> {
    const { engine, mask, state, env } = this.run;
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ terraform: { backend: { http: {} } } }));
    const nothing = join(folder, "empty");
    const [store, lock] = [new FolderStore(nothing, "outputs"), new FileLock(nothing, "outputs")];
    const session = await state.open({ deployment: "outputs", store, lock, operation: "output" });
    try {
      const exit = await callEngine({
        binary: engine.path,
        arguments: ["init", "-input=false", "-no-color"],
        folder,
        env: { ...env, ...session.env },
      });
      if (exit.code !== 0)
        throw infraError(`${engine.name} init failed: ${mask.text(exit.stderr.trim())}`, "Run infra doctor");
    } finally {
      await session.close();
    }
  }
}

/** Every text in a value. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The state service encrypts for engines that can't. */
export function cipherOf({
  cipher,
  forEngine,
  on,
}: Encryption): Pick<SessionOptions, "cipher" | "forEngine" | "requireEncrypted"> {
  return cipher ? { cipher } : { requireEncrypted: on, ...(forEngine && { forEngine }) };
}

function referenceError(reference: Reference, message: string, remedy: string): InfraError {
  return new InfraError([{ message, remedy, place: reference.place }]);
}
