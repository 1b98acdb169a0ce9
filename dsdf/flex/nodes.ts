import type { DataSource } from "../data-source.js";
import { isWholeInHapi } from "../hapi-fit.js";
import { lastElement } from "../id-element.js";
import { providedTypes } from "./format-types.js";
import { httpParams } from "./http-params.js";
import { heading, nodeName } from "./http-stream.js";
import type { JsonObject } from "./json.js";
import { OTHER_VIEWS, type OtherView } from "./other-views.js";
import { sourceInterface } from "./source-interface.js";
import { localId, sourceUrl, type ViewFacts } from "./view-facts.js";

/** A way to the data of a source, in the catalog of its set. */
function entry(
  type: string,
  purpose: string,
  label: string,
  mime: string,
  provides: readonly string[],
  url: string,
) {
  return { type, purpose, label, mime, provides: [...provides], urls: [url] };
}

/** Descriptions for other interfaces: those of a tree of dasFlex, else that of HAPI where the server has one. */
function otherEntries(
  source: DataSource,
  facts: ViewFacts,
  others: readonly OtherView[] | undefined,
): JsonObject {
  const names = others ?? (facts.hapi === true && isWholeInHapi(source) ? (["hapi2.json"] as const) : []);
  return Object.fromEntries(
    names.map((name) => {
      const { key, type, label, mime, provides } = OTHER_VIEWS[name];
      const url = sourceUrl(facts, localId(source), `/${name}`);
      return [key, entry(type, "primary-stream", label, mime, provides, url)];
    }),
  );
}

/**
 * The set of ways to the data of a source.
 * @param others descriptions for other interfaces of a source in a tree of dasFlex
 * Source: das2-server 8.2.
 */
export function sourceSet(source: DataSource, facts: ViewFacts, others?: readonly OtherView[]): JsonObject {
  const id = localId(source);
  const interfaces = sourceInterface(source, httpParams(source, facts));
  const flex = entry(
    "HttpStreamSrc",
    "primary-stream",
    "Data",
    "application/json",
    providedTypes(source),
    sourceUrl(facts, id, "/flex.json"),
  );
  const live = entry(
    "WebSocSrc",
    "real-time-stream",
    "Live data",
    "application/json",
    providedTypes(source),
    sourceUrl(facts, id, "/flexRT.json"),
  );
  const das2 = entry(
    "Das2DSDF",
    "primary-stream",
    "Data, das2.2 interface",
    "text/vnd.das2.das2stream",
    providedTypes(source),
    sourceUrl(facts, id, "/das2.d2t"),
  );
  return {
    type: "SourceSet",
    version: "0.1",
    ...heading(source, facts),
    coords: interfaces.coords,
    data: interfaces.data,
    separator: "/",
    catalog: {
      flex,
      ...(source.realTime ? { flexRT: live } : {}),
      ...(source.form === "file" ? {} : { das2 }),
      ...otherEntries(source, facts, others),
    },
  };
}

/** What a folder holds. */
export interface FolderMember {
  readonly type: "Catalog" | "SourceSet";
  /** Id of the folder or source. */
  readonly id: string;
  readonly title?: string;
  /** Its own node, where it is to be written out in place; else its address alone. */
  readonly node?: JsonObject;
}

/** The node of a folder, the root being the empty id. Source: das2-server 8.2. */
export function catalogNode(
  id: string,
  title: string | undefined,
  members: readonly FolderMember[],
  facts: Pick<ViewFacts, "server" | "tag">,
): JsonObject {
  return {
    type: "Catalog",
    version: "0.5",
    label: id === "" ? (title ?? "") : lastElement(id),
    name: id === "" ? "root" : nodeName(id),
    ...(title === undefined ? {} : { title }),
    ...(facts.tag === undefined ? {} : { uri: `${facts.tag}:/${id.toLowerCase()}` }),
    separator: "/",
    catalog: Object.fromEntries(keyed(members).map(([key, member]) => [key, memberJson(member, facts)])),
  };
}

function memberJson({ type, id, title, node }: FolderMember, facts: Pick<ViewFacts, "server">): JsonObject {
  const urls = [sourceUrl(facts, id, ".json")];
  if (node !== undefined) return { ...node, urls };
  return { type, label: lastElement(id), ...(title === undefined ? {} : { title }), urls };
}

/** The key of each member in its folder: its last element, in lower case unless another has that key already. */
function keyed(members: readonly FolderMember[]): readonly (readonly [key: string, member: FolderMember])[] {
  // Who is spelled so has the key before others.
  const taken = new Set(members.map(({ id }) => lastElement(id)).filter((own) => own === own.toLowerCase()));
  return members.map((member) => {
    const own = lastElement(member.id);
    const lower = own.toLowerCase();
    const key = own === lower || taken.has(lower) ? own : lower;
    taken.add(key);
    return [key, member];
  });
}
