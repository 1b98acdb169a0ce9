import { X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { Check, Finding } from "../finding.js";

const DAY_MS = 86_400_000;
/** So long before its end a certificate should be renewed. */
const SOON_DAYS = 14;
/** A key is for nobody else. */
const OTHERS = 0o007;

/** Certificate and key of the WebSocket service where that is encrypted by the server itself. Source: das2-server 10, 17. */
export const certificate: Check = {
  name: "certificate",
  keepMs: 60_000,
  async run({ config: { websocketSsl, websocketIface, websocketCert, websocketKey }, now }) {
    const name = "Certificate";
    if (!websocketSsl || websocketIface === undefined)
      return [{ name, state: "off", says: "the server encrypts nothing by itself" }];
    if (websocketCert === undefined || websocketKey === undefined)
      return [
        {
          name,
          state: "bad",
          says: "WEBSOCKET_SSL is on, but WEBSOCKET_CERT or WEBSOCKET_KEY is empty",
          advice: "Name both files, or let a proxy encrypt (etc/apache-proxy.conf).",
        },
      ];
    return [await certificateState(name, websocketCert, now()), await keyState(websocketKey)];
  },
};

async function certificateState(name: string, file: string, nowMs: number): Promise<Finding> {
  const advice = "Renew it, and start the server again.";
  let ends: number;
  try {
    ends = Date.parse(new X509Certificate(await readFile(file)).validTo);
  } catch {
    return { name, state: "bad", says: `${file} cannot be read as a certificate (PEM)`, advice };
  }
  const days = (ends - nowMs) / DAY_MS;
  const says = `${file} ${days < 0 ? "was" : "is"} good until ${new Date(ends).toISOString().slice(0, 10)}`;
  const figures = { expires_seconds: ends / 1000 };
  if (days < 0) return { name, state: "bad", says, advice, figures };
  return days < SOON_DAYS
    ? { name, state: "worried", says, advice, figures }
    : { name, state: "good", says, figures };
}

async function keyState(file: string): Promise<Finding> {
  const name = "WEBSOCKET_KEY";
  try {
    await readFile(file);
    const { mode } = await stat(file);
    if ((mode & OTHERS) === 0)
      return { name, state: "good", says: "the file of the key is read, and not by everybody" };
    return {
      name,
      state: "worried",
      says: "others on this host may read the file of the key",
      advice: "chmod 640, with the group of the server.",
    };
  } catch {
    return {
      name,
      state: "bad",
      says: "the file of the key cannot be read",
      advice: "Let the user of the server read it, and nobody else.",
    };
  }
}
