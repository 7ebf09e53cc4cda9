/** The formats of a report, with the endings of their files. */
export const formats = {
  text: "txt",
  markdown: "md",
  html: "html",
  json: "json",
  junit: "junit.xml",
  sarif: "sarif",
} as const;

/** A format of a report. */
export type Format = keyof typeof formats;

/** The least number of characters that Markdown can be held to. */
export const leastLimit = 4_000;
