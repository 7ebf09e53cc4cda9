/** Something that took time, on behalf of one deployment. */
export interface Span {
  /** Kind of work: `synthesis`, `init`, `engine start`, `refresh`, `plan`, `provider`, … */
  readonly phase: string;
  /** `production/compute`. */
  readonly deployment: string;
  /** Milliseconds since 1970, with fractions. */
  readonly begin: number;
  readonly end: number;
  /** What was done, where the phase does not say it: a call of a provider. @default - the phase */
  readonly what?: string;
}

/** What one phase took, over all deployments. */
export interface PhaseTime {
  readonly phase: string;
  readonly count: number;
  /** Seconds, added up: phases of deployments that are worked on at once count each. */
  readonly seconds: number;
  /** The longest one, in seconds, and the deployment that it was for. */
  readonly longest: { readonly seconds: number; readonly deployment: string };
}

/** The span of a whole deployment: what no other phase explains of it is {@link rest}. */
export const wholeDeployment = "deployment";

/** Name of the time of deployments that is in no phase: states, locks, references, secrets, waiting for the processor. */
export const rest = "everything else";

/** A phase that happens inside others, while the engine waits for it. */
export const providerPhase = "provider";

/** The present, in milliseconds since 1970, with fractions. */
export function presently(): number {
  return performance.timeOrigin + performance.now();
}

/** Where the time of a run goes. */
export class Profile {
  private readonly spans: Span[] = [];

  /** Adds what took time. */
  add(span: Span): void {
    this.spans.push(span);
  }

  /** Does something, and notes how long it takes, also when it throws. */
  measure<T>(phase: string, deployment: string, action: () => T): T {
    const begin = presently();
    try {
      return action();
    } finally {
      this.add({ phase, deployment, begin, end: presently() });
    }
  }

  /** The phases in the order in which they begin first, the deployments as a whole last. */
  phases(): PhaseTime[] {
    const byPhase = new Map<string, Span[]>();
    for (const span of [...this.spans].sort((a, b) => a.begin - b.begin)) {
      const known = byPhase.get(span.phase);
      if (known) known.push(span);
      else byPhase.set(span.phase, [span]);
    }
    const whole = byPhase.get(wholeDeployment) ?? [];
    byPhase.delete(wholeDeployment);
    const phases = [...byPhase].map(([phase, spans]) => timeOf(phase, spans));
    if (whole.length === 0) return phases;
    const total = timeOf(wholeDeployment, whole);
    const explained = phases.reduce((sum, { phase, seconds }) => sum + (phase === providerPhase ? 0 : seconds), 0);
    const unexplained = {
      ...total,
      phase: rest,
      seconds: Math.max(0, total.seconds - explained),
      longest: this.restOf(),
    };
    return [...phases, unexplained, total];
  }

  /** The trace, as Chrome's viewer and Perfetto open it: one row per deployment, and one for the calls of its providers. */
  trace(): object {
    const rows = new Map<string, number>();
    const rowOf = ({ deployment, phase }: Span) => {
      const name = phase === providerPhase ? `${deployment} (provider)` : deployment;
      const row = rows.get(name) ?? rows.size + 1;
      rows.set(name, row);
      return row;
    };
    const sorted = [...this.spans].sort((a, b) => a.begin - b.begin || b.end - a.end);
    const origin = sorted[0]?.begin ?? 0;
    const events = sorted.map((span) => ({
      name: span.what ?? span.phase,
      cat: span.phase,
      ph: "X",
      ts: Math.round((span.begin - origin) * 1000),
      dur: Math.round((span.end - span.begin) * 1000),
      pid: 1,
      tid: rowOf(span),
      args: { deployment: span.deployment },
    }));
    const names = [...rows].map(([name, tid]) => ({ name: "thread_name", ph: "M", pid: 1, tid, args: { name } }));
    return { traceEvents: [...names, ...events], displayTimeUnit: "ms", otherData: { phases: this.phases() } };
  }

  private restOf(): PhaseTime["longest"] {
    const left = new Map<string, number>();
    for (const { phase, deployment, begin, end } of this.spans) {
      if (phase === providerPhase) continue;
      const seconds = (end - begin) / 1000;
      left.set(deployment, (left.get(deployment) ?? 0) + (phase === wholeDeployment ? seconds : -seconds));
    }
    const [deployment = "", seconds = 0] = [...left].sort(([, a], [, b]) => b - a)[0] ?? [];
    return { deployment, seconds: Math.max(0, seconds) };
  }
}

function timeOf(phase: string, spans: readonly Span[]): PhaseTime {
  let [sum, longest, deployment] = [0, 0, ""];
  for (const span of spans) {
    const seconds = (span.end - span.begin) / 1000;
    sum += seconds;
    if (seconds >= longest) [longest, deployment] = [seconds, span.deployment];
  }
  return { phase, count: spans.length, seconds: sum, longest: { seconds: longest, deployment } };
}
