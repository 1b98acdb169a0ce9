import { LUA_BLOCKS } from "./blocks.js";
import { LUA_PLACE } from "./chunks.js";
import { LUA_CLAIMS } from "./claims.js";
import { luaScript } from "./lua-script.js";

/**
 * Puts a block on record for which a claim is held, takes it off the record of other generations, and gives the claim back. Where changes
 * were counted since the claim, the block is put as stale. Without the claim nothing is done.
 *
 * KEYS[1] claims  KEYS[2] generations  KEYS[3] usage
 * ARGV[1] prefix of states  ARGV[2] prefix of extras  ARGV[3] field of the level's usage  ARGV[4] generation
 * ARGV[5] number of block  ARGV[6] token  ARGV[7] changes when it was claimed
 * ARGV[8] record  ARGV[9] record as stale  ARGV[10] extra
 * Reply: 0 the claim is not held, 1 published, 2 put as stale.
 */
export const PUBLISH_BLOCK = luaScript(
  "publish-block",
  `local GENERATIONS, USAGE, STATES, EXTRAS, LEVEL, GENERATION = KEYS[2], KEYS[3], ARGV[1], ARGV[2], ARGV[3], ARGV[4]`,
  LUA_PLACE,
  LUA_BLOCKS,
  LUA_CLAIMS,
  `
local token, _, changes = claim_of(KEYS[1], ARGV[5])
if token ~= ARGV[6] then return 0 end
local is_changed = changes ~= tonumber(ARGV[7])
put(tonumber(ARGV[5]), is_changed and ARGV[9] or ARGV[8], ARGV[10])
flush()
redis.call('HDEL', KEYS[1], ARGV[5])
return is_changed and 2 or 1`,
);
