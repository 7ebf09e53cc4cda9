import { infraError, type NotifierSettings } from "@infra/inventory";
import { headline, lines, type Notice } from "./notice.js";
import type { Notifier, Reveal } from "./notifier.js";

type Settings = Extract<NotifierSettings, { kind: "email" }>;

/** Milliseconds for each step of the talk with the server. */
const timeout = 15_000;

/** Sends an e-mail in plain text. The password never goes over the network in clear. */
export function email(settings: Settings, reveal: Reveal): Notifier {
  return { events: settings.events, send: (notice) => send(settings, notice, reveal) };
}

async function send({ host, port, security, user, password, from, to }: Settings, notice: Notice, reveal: Reveal) {
  const onThisMachine = ["localhost", "127.0.0.1", "::1"].includes(host);
  if (password && security === "none" && !onThisMachine)
    throw infraError(`the password would go to ${host} in clear`, "Set security to starttls or tls");
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(user === undefined ? {} : { auth: { user, pass: password ? await reveal(password) : "" } }),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const text = [headline(notice), "", ...lines(notice), ...(notice.url === undefined ? [] : ["", notice.url]), ""].join(
    "\n",
  );
  try {
    await transport.sendMail({ from, to: [...to], subject: headline(notice), text });
  } finally {
    transport.close();
  }
}
