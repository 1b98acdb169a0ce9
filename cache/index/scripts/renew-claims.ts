import { LUA_CLAIMS } from "./claims.js";
import { luaScript } from "./lua-script.js";

/**
 * Prolongs claims that nobody else has taken, also those that have lapsed.
 *
 * KEYS[1] claims
 * ARGV[1] lease in ms  ARGV[2...] number of block, token, and so on
 * Reply: numbers of the blocks whose claims are held.
 */
export const RENEW_CLAIMS = luaScript(
  "renew-claims",
  LUA_CLAIMS,
  `
redis.call('HDEL', KEYS[1], '') -- a write that takes no memory: builds go on where Redis is full
local expiry, held = now() + ARGV[1], {}
for i = 2, #ARGV, 2 do
  local token, _, changes, owner = claim_of(KEYS[1], ARGV[i])
  if token == ARGV[i + 1] then
    keep(KEYS[1], ARGV[i], token, expiry, changes, owner)
    held[#held + 1] = ARGV[i]
  end
end
return held`,
);
