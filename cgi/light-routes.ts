import type { Loader, RouteTable } from "./route-table.js";

const id: Loader = async () => (await import("./queries/id.js")).idText;
const intro: Loader = async () => (await import("./queries/intro.js")).intro;
const logo: Loader = async () => (await import("./queries/logo.js")).logo;
const peers: Loader = async () => (await import("./queries/peers.js")).peers;
const debug: Loader = async () => (await import("./queries/debug.js")).debug;
const legacy: Loader = async () => (await import("./queries/legacy.js")).legacy;
const discovery: Loader = async () => (await import("./queries/list.js")).discovery;

/** Words of an older form of login, which are told as not offered; nothing describes them. Source: das2-server 2.11. */
export const LEGACY_WORDS: readonly string[] = ["source", "authenticator", "groups", "changepassword"];

/**
 * What is answered without running anything: a CGI process for one of these loads a fraction of the server.
 * Source: das2-server 2.1, 7.1.
 */
export const LIGHT_ROUTES: RouteTable = {
  words: new Map([
    ["id", id],
    ["logo", logo],
    ["peers", peers],
    ["list", async () => (await import("./queries/list.js")).list],
    ["discovery", discovery],
    ["discover", discovery],
    ["files", async () => (await import("./queries/list.js")).files],
    ["dsdf", async () => (await import("./queries/dsdf.js")).dsdf],
    ["debug", debug],
    ...LEGACY_WORDS.map((word) => [word, legacy] as const),
  ]),
  paths: new Map([
    ["", intro],
    ["/", intro],
    ["/id.txt", id],
    ["/id.json", async () => (await import("./queries/id.js")).idJson],
    ["/logo", logo],
    ["/logo.png", logo],
    ["/peers", peers],
    ["/peers.xml", peers],
    ["/debug", debug],
    ["/healthz", async () => (await import("./queries/health.js")).healthz],
  ]),
  folders: new Map([["static", async () => (await import("./queries/static.js")).staticFile]]),
};

/** First elements of the paths of ways in for other protocols, of which none is light, however their parameters read. */
export const DOOR_NAMES: ReadonlySet<string> = new Set(["hapi", "jsoc"]);
