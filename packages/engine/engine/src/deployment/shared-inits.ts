import type { InitResult } from "./init-result.js";

/**
 * What `init` made for the deployments of one run, by what it depends on: deployments that need the same are given the files of the
 * first of them, and the engine is not started for it. Of two that begin at once, one waits for the other.
 */
export class SharedInits {
  private readonly known = new Map<string, Promise<InitResult | undefined>>();

  /**
   * The result of an earlier deployment; where there is none, `init` is run. What failed for one deployment is tried again by the
   * next: a registry may be back.
   *
   * @param key What a result depends on
   * @param init Runs it. @returns what it made; undefined when others cannot use it
   * @returns undefined when `init` was run for this deployment
   */
  async of(key: string, init: () => Promise<InitResult | undefined>): Promise<InitResult | undefined> {
    const known = this.known.get(key);
    const earlier = known && (await known.catch(() => undefined));
    if (earlier) return earlier;
    const made = init();
    this.known.set(key, made);
    await made;
    return undefined;
  }
}
