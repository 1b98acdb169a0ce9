import { realmOf } from "./realm.js";
import type { Authorize } from "./types.js";

/** Lets everybody see sources without rules and nobody those with rules. */
export const authorize: Authorize = async (source, _begin, _end, request, site) =>
  source.access.length === 0 ? { granted: true } : { granted: false, realm: realmOf(source, request, site) };
