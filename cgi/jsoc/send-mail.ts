import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { DasError } from "../../errors/das-error.js";

/** A mail in plain text; no field has a line end, but `text`. */
export interface Mail {
  readonly to: string;
  readonly from?: string;
  readonly subject: string;
  readonly text: string;
}

/** Time for the program to take a mail, ms. */
const LIMIT_MS = 20_000;

/**
 * Hands a mail to a program that takes it as sendmail does: `-t -i`, the message on its standard input. No shell is involved.
 * Errors: READER_FAILED where there is no such program, it fails, or takes too long.
 */
export async function sendMail(program: string, mail: Mail): Promise<void> {
  const lines = [
    `To: ${oneLine(mail.to)}`,
    ...(mail.from === undefined ? [] : [`From: ${oneLine(mail.from)}`]),
    `Subject: ${oneLine(mail.subject)}`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
    // Other programs are not to answer it.
    "Auto-Submitted: auto-generated",
    "",
    mail.text,
  ];
  const child = spawn(program, ["-t", "-i"], { stdio: ["pipe", "ignore", "pipe"], timeout: LIMIT_MS });
  const told = text(child.stderr).catch(() => "");
  // A program that ends without reading is told of by its status.
  child.stdin.on("error", () => undefined);
  child.stdin.end(lines.join("\n"));
  let status: unknown;
  try {
    [status] = await once(child, "close");
  } catch (error) {
    throw failed(program, String(error));
  }
  if (status !== 0) throw failed(program, (await told).slice(0, 2000));
}

function oneLine(value: string): string {
  return value.replaceAll(/[\r\n]+/g, " ");
}

function failed(program: string, detail: string): DasError {
  return new DasError("READER_FAILED", "The mail could not be sent", { program, detail });
}
