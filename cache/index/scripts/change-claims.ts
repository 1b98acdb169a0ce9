import { LUA_CLAIMS } from "./claims.js";
import { luaScript } from "./lua-script.js";

/**
 * Counts a change in every claim of a range, so that what is being built will be put as stale. Claims that lapsed long ago are
 * swept out on the way.
 *
 * KEYS[1] claims  KEYS[2] generations
 * ARGV[1] first block  ARGV[2] last block, included  ARGV[3] ms after which a lapsed claim is swept out
 * Reply: the generations of the level.
 */
export const CHANGE_CLAIMS = luaScript(
  "change-claims",
  LUA_CLAIMS,
  `
redis.call('SREM', KEYS[2], '') -- a write that takes no memory: a change is noted also where Redis is full
local first, last, at = tonumber(ARGV[1]), tonumber(ARGV[2]), now()
for _, block in ipairs(redis.call('HKEYS', KEYS[1])) do
  local token, expiry, changes, owner = claim_of(KEYS[1], block)
  if token == nil or expiry + ARGV[3] < at then redis.call('HDEL', KEYS[1], block)
  elseif tonumber(block) >= first and tonumber(block) <= last then
    keep(KEYS[1], block, token, expiry, changes + 1, owner)
  end
end
return redis.call('SMEMBERS', KEYS[2])`,
);
