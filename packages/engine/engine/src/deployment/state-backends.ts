import { relative } from "node:path";
import type { StateSettings } from "@infra/inventory";
import { FileLock, FolderStore, type Retention, type StateLock, type StateStore } from "@infra/state";
import type { RemoteState } from "@infra/state/remote";
import { deploymentsIn, pathsOf, statesFolder } from "./paths.js";

/** Where one deployment's state is kept, and who may write it. */
export interface StateBackend {
  readonly store: StateStore;
  readonly lock: StateLock;
  /** `state/production/compute`, `s3://states/acme/production/compute`. */
  readonly place: string;
  /** Opened also when whoever decides about writes does not answer; nothing can be written then. @default - there is no such case */
  readonly readOnlyStore?: StateStore;
  /** Keeps runs apart in the working folder, also when the lock's keeper does not answer. @default - the lock of the state does */
  readonly workLock?: StateLock;
  /** Which versions are kept. @default - all */
  readonly keep?: Retention;
}

/** What kinds of place there are. */
export type StateKind = StateSettings["kind"];

/** What backends are made from. */
export interface BackendSource {
  readonly root: string;
  readonly offline: boolean;
  readonly product: string;
  /** Settings by deployment; others are in the local folder. */
  readonly states: ReadonlyMap<string, StateSettings>;
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/** The places of all states of a run. What is remote is loaded only when a deployment is kept there, and shared by all. */
export class StateBackends {
  private readonly remotes = new Map<string, RemoteState>();

  constructor(private readonly source: BackendSource) {}

  /** The place of a deployment's state. @throws InfraError when its settings are not complete */
  of(deployment: { id: string; file: string }): StateBackend | Promise<StateBackend> {
    return this.at(deployment, this.settingsOf(deployment.id));
  }

  /** A place by its kind, also for a state that was moved away from there. */
  async ofKind(deployment: { id: string; file: string }, kind: StateKind): Promise<StateBackend> {
    const state = this.settingsOf(deployment.id);
    if (kind === "folder") return this.folder(deployment, state, true);
    return await this.remote(deployment, { ...state, kind }, true);
  }

  /** The kind of place that the inventory names for a deployment. */
  kindOf(id: string): StateKind {
    return this.settingsOf(id)?.kind ?? "folder";
  }

  /** The bucket of a deployment and its Consul. @returns undefined when its state is in the local folder */
  async remoteOf(id: string): Promise<RemoteState | undefined> {
    const state = this.settingsOf(id);
    return state?.kind === "s3" ? await this.connect(state) : undefined;
  }

  /** The place of a deployment's state, whatever the inventory names for it. */
  at(deployment: { id: string; file: string }, state: StateSettings | undefined): StateBackend | Promise<StateBackend> {
    return state?.kind === "s3" ? this.remote(deployment, state) : this.folder(deployment, state);
  }

  /** All states that are in the local folder and in the buckets of these settings; one that was moved is found twice. */
  async stored(places: readonly StateSettings[]): Promise<{ id: string; settings?: StateSettings }[]> {
    const { root, offline, env } = this.source;
    const found: { id: string; settings?: StateSettings }[] = [];
    const looked = new Set<RemoteState>();
    for (const settings of offline ? [] : places.filter(({ kind }) => kind === "s3")) {
      const remote = await this.connect(settings);
      if (looked.has(remote)) continue;
      looked.add(remote);
      found.push(...(await remote.deployments()).map((id) => ({ id, settings })));
    }
    return [...found, ...deploymentsIn(statesFolder(root, offline, env), offline).map((id) => ({ id }))];
  }

  /** Closes the connections. */
  close(): void {
    for (const remote of this.remotes.values()) remote.close();
  }

  private settingsOf(id: string): StateSettings | undefined {
    return this.source.offline ? undefined : this.source.states.get(id);
  }

  private folder(deployment: { id: string; file: string }, state?: StateSettings, moved = false): StateBackend {
    const { root, offline, env } = this.source;
    const { state: folder, work } = pathsOf(root, deployment, offline, env);
    // Runs with emulated clouds of their own have states of their own, and may have the same working folder.
    const isApart = offline && Boolean(env["INFRA_EMULATION"]);
    return {
      store: new FolderStore(folder, deployment.id, { moved }),
      lock: new FileLock(folder, deployment.id),
      place: relative(root, folder),
      ...(isApart && { workLock: new FileLock(work, deployment.id) }),
      ...(state?.keep && { keep: state.keep }),
    };
  }

  private async remote(
    deployment: { id: string; file: string },
    state: StateSettings,
    moved = false,
  ): Promise<StateBackend> {
    const { id } = deployment;
    const { root, offline, env } = this.source;
    const remote = await this.connect(state);
    return {
      store: remote.store(id, { moved }),
      lock: remote.lock(id),
      place: remote.bucket.place(id),
      readOnlyStore: remote.readOnlyStore(id),
      workLock: new FileLock(pathsOf(root, deployment, offline, env).work, id),
      ...(state.keep && { keep: state.keep }),
    };
  }

  private async connect(state: StateSettings): Promise<RemoteState> {
    const { s3Settings } = await import("@infra/state");
    const { RemoteState } = await import("@infra/state/remote");
    const settings = s3Settings(state, this.source.product, this.source.env);
    const key = JSON.stringify(settings);
    const remote = this.remotes.get(key) ?? new RemoteState(settings);
    this.remotes.set(key, remote);
    return remote;
  }
}
