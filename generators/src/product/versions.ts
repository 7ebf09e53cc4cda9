/** Orders exact versions; a pre-release comes before its release. @returns negative, zero or positive */
export function compareVersions(one: string, other: string): number {
  const [oneCore = [], onePre] = parts(one);
  const [otherCore = [], otherPre] = parts(other);
  const core = compareLists(oneCore, otherCore);
  if (core !== 0 || onePre === otherPre) return core;
  if (!onePre || !otherPre) return onePre ? -1 : 1;
  return compareLists(onePre, otherPre);
}

function parts(version: string): (string[] | undefined)[] {
  const [, core = "0", pre] = /^v?(\d[\d.]*)(?:-([^+]*))?/.exec(version) ?? [];
  return [core.split("."), pre?.split(".")];
}

function compareLists(one: readonly string[], other: readonly string[]): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const [a, b] = [one[index], other[index]];
    if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
    const numeric = /^\d+$/.test(a) && /^\d+$/.test(b);
    const difference = numeric ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0;
    if (difference !== 0) return difference;
  }
  return 0;
}
