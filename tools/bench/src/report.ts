import type { Figure } from "./figure.js";

/** What one group of measurements found. */
export interface Section {
  readonly title: string;
  readonly figures: readonly Figure[];
  /** Lines that say what the figures can't. @default - none */
  readonly note?: readonly string[];
}

/** Everything that one `make bench` found. */
export interface Report {
  /** The machine that it was measured on. */
  readonly machine: string;
  /** How often each comparison was measured. */
  readonly runs: number;
  readonly sections: readonly Section[];
}

/** How a group is to be measured. */
export interface Settings {
  /** Runs of each comparison. */
  readonly runs: number;
  /** Leaves out the large sizes. */
  readonly quick: boolean;
  /** Path of the engine's binary. */
  readonly engine: string;
  /** Tells how far the measurement is. */
  readonly log: (line: string) => void;
}

/** Measures one group. @throws Error when a measurement breaks, not when an aim is missed */
export type Group = (settings: Settings) => Promise<Section>;
