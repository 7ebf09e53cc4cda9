/** Signs that something could not be reached, and the clause that says so. */
const signs: readonly (readonly [sign: RegExp, clause: (match: RegExpExecArray) => string])[] = [
  [
    /lookup (\S+?)(?: on \S+)?: (no such host|server misbehaving|.*try again)/,
    ([, host]) => `${host ?? ""} has no address here`,
  ],
  [
    /(?:dial tcp|connect)[^:]*?:? ?(\S*): (?:connect: )?connection refused/,
    ([, host]) => `${host ?? "the registry"} refuses connections`,
  ],
  [/(?:no route to host|network is unreachable)/, () => "there is no way to the network"],
  [
    /(?:i\/o timeout|deadline exceeded|Client\.Timeout|no answer within|timeout awaiting)/,
    () => "the registry did not answer in time",
  ],
  [/(?:x509|certificate|tls):? [^.]*/, () => "the certificate of the registry is not trusted here"],
  [/\b(403|407|429|5\d\d) [A-Z]\w+/, ([, status]) => `the registry answers ${status}`],
];

/** Why something could not be reached, one clause. @returns `undefined` when the text speaks of something else */
export function unreachableReason(text: string): string | undefined {
  for (const [sign, clause] of signs) {
    const match = sign.exec(text);
    if (match) return clause(match);
  }
  return undefined;
}
