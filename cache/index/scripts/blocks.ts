/**
 * Lua, after LUA_PLACE: `put(block, record, extra)` writes a block of the generation `GENERATION` and takes it off the record of others,
 * `remove(block, generation)` takes one off the record, `lookup(block, generation)` gives its record, or eight zero bytes. Chunks are
 * read once and written once, by `flush()`, which the script calls at its end; it also keeps the usage and the set of
 * generations. They use the locals STATES, EXTRAS (prefixes of keys), LEVEL (`level `), GENERATIONS and USAGE (keys), which
 * the script sets before.
 *
 * Where Redis is out of memory, the first write of a script is refused if it is one that may take memory; later ones are not. So a
 * script that adds begins with such a one, and is done whole or not at all; one that removes begins with one that takes none.
 */
export const LUA_BLOCKS = String.raw`
local NO_RECORD, NO_EXTRA = string.rep('\0', 8), string.rep('\0', 44)
local NO_STATES, NO_EXTRAS = string.rep('\0', 8 * STATES_CHUNK), string.rep('\0', 44 * EXTRAS_CHUNK)
local chunks_read, bytes_added = {}, {}

-- A chunk and what changes in it. Pieces are joined once: strings that are alike are slow to make, for Lua compares them.
local function chunk_of(key, field, none, width)
  local read = chunks_read[key]
  if read == nil then
    read = {}
    chunks_read[key] = read
  end
  local chunk = read[field]
  if chunk == nil then
    local bytes = redis.call('HGET', key, field)
    if not bytes or #bytes ~= #none then bytes = none end
    chunk = { bytes = bytes, none = none, width = width, pieces = {}, is_changed = false }
    read[field] = chunk
  end
  return chunk
end

local function piece_at(chunk, at)
  return chunk.pieces[at] or string.sub(chunk.bytes, at + 1, at + chunk.width)
end

local function splice(chunk, at, piece)
  local before = piece_at(chunk, at)
  if before ~= piece then
    chunk.pieces[at] = piece
    chunk.is_changed = true
  end
  return before
end

local function joined(chunk)
  local places, parts, from = {}, {}, 0
  for at in pairs(chunk.pieces) do places[#places + 1] = at end
  table.sort(places)
  for _, at in ipairs(places) do
    if at > from then parts[#parts + 1] = string.sub(chunk.bytes, from + 1, at) end
    parts[#parts + 1] = chunk.pieces[at]
    from = at + chunk.width
  end
  parts[#parts + 1] = string.sub(chunk.bytes, from + 1)
  return table.concat(parts)
end

local function states_of(block, generation)
  local field, at = place(block, STATES_CHUNK, 8)
  return chunk_of(STATES .. generation, field, NO_STATES, 8), at
end

local function lookup(block, generation)
  return piece_at(states_of(block, generation))
end

local function bytes_of(extra)
  local a, b, c, d, e, f = string.byte(extra, 1, 6)
  return ((((a * 256 + b) * 256 + c) * 256 + d) * 256 + e) * 256 + f
end

local function replace(block, generation, record, extra)
  local states, at = states_of(block, generation)
  splice(states, at, record)
  local field, extra_at = place(block, EXTRAS_CHUNK, 44)
  local before = splice(chunk_of(EXTRAS .. generation, field, NO_EXTRAS, 44), extra_at, extra)
  bytes_added[generation] = (bytes_added[generation] or 0) + bytes_of(extra) - bytes_of(before)
end

local function remove(block, generation)
  if lookup(block, generation) ~= NO_RECORD then replace(block, generation, NO_RECORD, NO_EXTRA) end
end

local other_generations
local function put(block, record, extra)
  if other_generations == nil then
    redis.call('SADD', GENERATIONS, GENERATION)
    other_generations = redis.call('SMEMBERS', GENERATIONS)
  end
  replace(block, GENERATION, record, extra)
  for _, other in ipairs(other_generations) do
    if other ~= GENERATION then remove(block, other) end
  end
end

local function flush()
  for key, read in pairs(chunks_read) do
    for field, chunk in pairs(read) do
      if chunk.is_changed then
        local bytes = joined(chunk)
        if bytes == chunk.none then redis.call('HDEL', key, field) else redis.call('HSET', key, field, bytes) end
      end
    end
  end
  for generation, bytes in pairs(bytes_added) do
    redis.call('HINCRBY', USAGE, 'total', whole(bytes))
    redis.call('HINCRBY', USAGE, LEVEL .. generation, whole(bytes))
    if redis.call('EXISTS', STATES .. generation) == 0 then
      redis.call('SREM', GENERATIONS, generation)
      redis.call('HDEL', USAGE, LEVEL .. generation)
    end
  end
end`;
