import { LUA_CLAIMS } from "./claims.js";
import { luaScript } from "./lua-script.js";

/**
 * Takes the right to build blocks that nobody holds, or whose claim has lapsed.
 *
 * KEYS[1] claims
 * ARGV[1] token  ARGV[2] owner  ARGV[3] lease in ms  ARGV[4...] numbers of blocks
 * Reply: number of block and changes counted so far, for each that was taken.
 */
export const CLAIM_BLOCKS = luaScript(
  "claim-blocks",
  LUA_CLAIMS,
  `
local at, reply = now(), {}
for i = 4, #ARGV do
  local token, expiry, changes = claim_of(KEYS[1], ARGV[i])
  if token == nil or expiry <= at then
    keep(KEYS[1], ARGV[i], ARGV[1], at + ARGV[3], changes or 0, ARGV[2])
    reply[#reply + 1] = ARGV[i]
    reply[#reply + 1] = changes or 0
  end
end
return reply`,
);
