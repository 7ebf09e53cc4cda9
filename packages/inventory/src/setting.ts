/** A variable of the environment. @returns undefined also for an empty one: CI platforms hand on unset variables as empty */
export function setting(env: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  return env[name] || undefined;
}
