/** What a synthesizing process is asked. */
export interface SynthesisRequest {
  /** Absolute path of the product. */
  readonly folder: string;
  /** Its inventory, relative to that folder. */
  readonly inventory: string;
  /** Folders of the packages that it holds itself, by name. */
  readonly own: Readonly<Record<string, string>>;
}

/** What it answers. */
export interface SynthesisAnswer {
  /** The configuration of each deployment that can be synthesized, as JSON, by id. */
  readonly configurations: Readonly<Record<string, string>>;
  /** Why something of the product cannot be synthesized. */
  readonly problems: readonly string[];
  /** Resident memory of the process, in megabytes. */
  readonly memory: number;
}
