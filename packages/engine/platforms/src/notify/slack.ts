import type { NotifierSettings } from "@infra/inventory";
import { post } from "./http.js";
import { type Happening, headline, type Notice } from "./notice.js";
import type { Notifier, Reveal } from "./notifier.js";

/** Slack takes 50 blocks, with 3,000 characters each. */
const mostLines = 40;
const mostLetters = 2_000;

/** Posts to an incoming webhook of Slack, or of what is compatible with it: Mattermost shows the text and leaves the blocks alone. */
export function slack({ url, events }: Extract<NotifierSettings, { kind: "slack" }>, reveal: Reveal): Notifier {
  return { events, send: async (notice) => post(await reveal(url), slackMessage(notice)) };
}

/** The message, with everything from outside as plain text. */
export function slackMessage(notice: Notice) {
  const { happenings } = notice;
  const shown = happenings.slice(0, mostLines).map(line);
  if (happenings.length > mostLines) shown.push(`and ${String(happenings.length - mostLines)} more`);
  const head = safe(headline(notice));
  const link = notice.url === undefined ? [] : [linkTo(notice.url, "the pipeline")];
  return {
    text: [head, ...shown.map((each) => `• ${each}`), ...link].join("\n"),
    blocks: [
      { type: "header", text: { type: "plain_text", text: head.slice(0, 150) } },
      ...shown.map((text) => ({ type: "section", text: { type: "mrkdwn", text } })),
      ...link.map((text) => ({ type: "context", elements: [{ type: "mrkdwn", text }] })),
    ],
  };
}

function line({ event, deployment, text, url }: Happening): string {
  const what = safe(`${event}: ${deployment}: ${text}`).slice(0, mostLetters);
  return url === undefined ? what : `${what} ${linkTo(url, "issue")}`;
}

function linkTo(url: string, text: string): string {
  return `<${url.replaceAll(/[<>|\s]/g, encodeURIComponent)}|${text}>`;
}

/** No tags of Slack (`<!channel>`), and no mentions of Mattermost, which reads @channel in plain text. */
function safe(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "@\u200b")
    .replaceAll(/[`*_~]/g, (letter) => `\u200b${letter}`);
}
