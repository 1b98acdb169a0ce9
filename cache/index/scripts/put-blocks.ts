import { LUA_BLOCKS } from "./blocks.js";
import { LUA_PLACE } from "./chunks.js";
import { luaScript } from "./lua-script.js";

/**
 * Puts blocks on record that nobody holds a claim for, and takes them off the record of other generations. A block stays as it is
 * where a later build is on record, or one of the same second that is stale: who found the file may have looked before that.
 *
 * KEYS[1] generations  KEYS[2] usage
 * ARGV[1] prefix of states  ARGV[2] prefix of extras  ARGV[3] field of the level's usage  ARGV[4] generation
 * ARGV[5...] number of block, second of its build, record, extra, and so on
 * Reply: how many were put.
 */
export const PUT_BLOCKS = luaScript(
  "put-blocks",
  `local GENERATIONS, USAGE, STATES, EXTRAS, LEVEL, GENERATION = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3], ARGV[4]`,
  LUA_PLACE,
  LUA_BLOCKS,
  `
local function is_newer(block, second)
  local before = lookup(block, GENERATION)
  local state, a, b, c, d = string.byte(before, 1), string.byte(before, 5, 8)
  local was = a + 256 * (b + 256 * (c + 256 * d))
  return state == 0 or second > was or (second == was and state ~= 3)
end
local count = 0
for i = 5, #ARGV, 4 do
  local block = tonumber(ARGV[i])
  if is_newer(block, tonumber(ARGV[i + 1])) then
    put(block, ARGV[i + 2], ARGV[i + 3])
    count = count + 1
  end
end
flush()
return count`,
);
