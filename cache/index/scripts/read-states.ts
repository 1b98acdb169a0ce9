import { LUA_CHUNKS, LUA_PLACE } from "./chunks.js";
import { luaScript } from "./lua-script.js";

/**
 * The chunks of records of a range that exist.
 *
 * KEYS[1] states
 * ARGV[1] first block  ARGV[2] last block, included  ARGV[3] most chunks
 * Reply: number of chunk, its records, and so on, ascending; the number of chunks, as an integer, where there are more than ARGV[3].
 */
export const READ_STATES = luaScript(
  "read-states",
  LUA_PLACE,
  LUA_CHUNKS,
  `
local first, last = math.floor(ARGV[1] / STATES_CHUNK), math.floor(ARGV[2] / STATES_CHUNK)
local found = chunks(KEYS[1], first, last)
if #found > tonumber(ARGV[3]) then return #found end
local reply = {}
for from = 1, #found, 1000 do -- a call takes some thousand arguments
  local fields = {}
  for i = from, math.min(from + 999, #found) do fields[#fields + 1] = whole(found[i]) end
  for i, records in ipairs(redis.call('HMGET', KEYS[1], unpack(fields))) do
    reply[#reply + 1] = fields[i]
    reply[#reply + 1] = records
  end
end
return reply`,
);
