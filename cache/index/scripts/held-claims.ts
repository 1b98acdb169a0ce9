import { LUA_CLAIMS } from "./claims.js";
import { luaScript } from "./lua-script.js";

/**
 * Which of some blocks are being built.
 *
 * KEYS[1] claims
 * ARGV numbers of blocks
 * Reply: numbers of those whose claim has not lapsed.
 */
export const HELD_CLAIMS = luaScript(
  "held-claims",
  LUA_CLAIMS,
  `
local at, held = now(), {}
for _, block in ipairs(ARGV) do
  local token, expiry = claim_of(KEYS[1], block)
  if token ~= nil and expiry > at then held[#held + 1] = block end
end
return held`,
);
