import { type ChildProcess, fork } from "node:child_process";
import { dirname, join } from "node:path";
import { infraError } from "@infra/inventory";
import { secretsIn } from "@infra/secrets";
import { Mask } from "@infra/io";
import type { SynthesisAnswer, SynthesisRequest } from "./messages.js";

/** A process that used more resident memory, in megabytes, is followed by a new one: cdktf keeps every token that it ever made. */
const mostMemory = 512;

/** How much of what a process that broke printed is shown, in characters. */
const shown = 2_000;

/** A process that synthesizes products with the packages of one installation. Their code finds no secrets in its environment. */
export class Synthesizer {
  private child: ChildProcess | undefined;
  private printed = "";
  private readonly secrets = secretsIn(process.env);
  private readonly mask = new Mask(Object.values(this.secrets));

  /** @param modules Absolute path of the installation's node_modules */
  constructor(private readonly modules: string) {}

  /** Synthesizes one product; the next one waits for it. @throws InfraError when the process breaks */
  async synthesize(request: SynthesisRequest): Promise<SynthesisAnswer> {
    const child = (this.child ??= this.start());
    const found = await new Promise<SynthesisAnswer>((resolve, reject) => {
      const onEnd = () => {
        this.forget(child);
        const said = this.mask.text(this.printed.trim()).slice(-shown);
        reject(infraError(`the synthesis broke: ${said}`, "Fix what it names, then run this again"));
      };
      child.once("exit", onEnd);
      child.once("message", (answer) => {
        child.off("exit", onEnd);
        resolve(answer as SynthesisAnswer);
      });
      child.send(request, (error) => {
        if (error) onEnd();
      });
    });
    if (found.memory > mostMemory) this.close();
    return { ...found, problems: this.mask.value(found.problems) };
  }

  /** Ends the process, once it is done. */
  close(): void {
    this.child?.disconnect();
    this.child = undefined;
  }

  private start(): ChildProcess {
    const child = fork(join(__dirname, "synthesis-worker.js"), [this.modules], {
      cwd: dirname(this.modules),
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !(name in this.secrets))),
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.printed = "";
    child.stderr
      ?.setEncoding("utf8")
      .on("data", (text: string) => (this.printed = (this.printed + text).slice(-2 * shown)));
    // It may also end between two products.
    child.once("exit", () => this.forget(child));
    // What fails is a send, whose own callback says so, or the end of a process that has ended.
    child.on("error", () => undefined);
    return child;
  }

  private forget(child: ChildProcess): void {
    if (this.child === child) this.child = undefined;
  }
}
