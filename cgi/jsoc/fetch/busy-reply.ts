import type { FetchReply } from "./fetch-reply.js";

/** The reply to one request too many. Source: netdrms-export B8.2. */
export function busyReply(
  { what, limit }: { readonly what: "address" | "client"; readonly limit: number },
  members: Readonly<Record<string, string | number>>,
): FetchReply {
  const whose = what === "address" ? "of this address" : "from this computer";
  return {
    ...{ status: 7, requestid: "", ...members, wait: 60 },
    error: `${limit} requests ${whose} are waiting or being made, expected no more: wait until one is done`,
  };
}
