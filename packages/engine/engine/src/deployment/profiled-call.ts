import { presently, type Profile } from "@infra/io";
import { callEngine, type EngineCall, type EngineExit, type EngineMark } from "@infra/opentofu";

/** Calls the engine, and notes where its time goes: its start, the refresh, and what it was called for. */
export async function profiledCall(profile: Profile, deployment: string, call: EngineCall): Promise<EngineExit> {
  const [command = ""] = call.arguments;
  const marks: EngineMark[] = [];
  const begin = presently();
  try {
    return await callEngine({ ...call, onMark: (mark) => marks.push(mark) });
  } finally {
    for (const [phase, from, to] of phasesOf(command, begin, marks, presently()))
      profile.add({ phase, deployment, begin: from, end: Math.max(from, to) });
  }
}

type Phase = readonly [name: string, begin: number, end: number];

/** The engine says that it has started, then when it refreshes each resource; what is before and after that is the command's own. */
function phasesOf(command: string, begin: number, marks: readonly EngineMark[], end: number): Phase[] {
  const started = marks.find(({ type }) => type === "version")?.at;
  if (command === "init" || started === undefined) return [[command, begin, end]];
  const times = (type: string) => marks.flatMap((mark) => (mark.type === type ? [mark.at] : []));
  const [refreshes, refreshed] = [times("refresh_start"), times("refresh_complete")];
  const start: Phase = ["engine start", begin, started];
  if (refreshes.length === 0) return [start, [command, started, end]];
  const first = refreshes.reduce((a, b) => Math.min(a, b));
  const last = refreshed.reduce((a, b) => Math.max(a, b), first);
  return [start, [command, started, first], ["refresh", first, last], [command, last, end]];
}
