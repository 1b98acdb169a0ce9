import { LUA_PLACE } from "./chunks.js";
import { luaScript } from "./lua-script.js";

/**
 * What is on record of single blocks.
 *
 * KEYS[1] states  KEYS[2] extras
 * ARGV numbers of blocks
 * Reply: for each its record and its extra in one string of 52 bytes; an empty one where there is nothing.
 */
export const READ_DETAILS = luaScript(
  "read-details",
  LUA_PLACE,
  String.raw`
local read = { {}, {} }
local function piece(which, block, size, width)
  local field, at = place(block, size, width)
  local chunk = read[which][field]
  if chunk == nil then
    chunk = redis.call('HGET', KEYS[which], field)
    read[which][field] = chunk
  end
  return chunk and string.sub(chunk, at + 1, at + width) or ''
end
local reply = {}
for i, block in ipairs(ARGV) do
  local record = piece(1, tonumber(block), STATES_CHUNK, 8)
  if record == '' or record == string.rep('\0', 8) then reply[i] = ''
  else reply[i] = record .. piece(2, tonumber(block), EXTRAS_CHUNK, 44) end
end
return reply`,
);
