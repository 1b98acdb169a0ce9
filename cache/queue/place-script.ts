/** Priorities of one class of urgency; three of them fit below the queue's limit of 2^21. */
export const CLASS_WIDTH = 2 ** 19;
/** Priority and counter of the queue are one score: priority * 2^32 + counter. */
const SCORE_UNIT = 2 ** 32;

/**
 * Finds a place in the order for each build of a batch, in one step. Builds that wait and are asked for with more urgency move
 * to the better class; what is left of builds that have ended makes way.
 *
 * A priority is class * width + 1 + tag - base, where base, kept with the clock, follows the tags: before priorities run out,
 * those of all builds that wait are moved down by as much as the clock has gone, which keeps their order.
 *
 * Input:
 *   KEYS[1..3]  clocks of the classes
 *   KEYS[4..9]  prioritized, delayed, completed, failed, the counter of priorities, and the begin of the names of jobs
 *   ARGV[1]     most builds of the last class that may wait
 *   ARGV[2..]   for each build: id, class, source
 * Output: for each build what to do:
 *   { "add", priority }
 *   { "again", priority, when it failed, its data, reason }   it failed before
 *   { "delayed" }                                             waits for its time
 *   { "skip" }                                                waits or runs already, or is one too many
 */
export const PLACE_SCRIPT = `
local width, unit = ${CLASS_WIDTH}, ${SCORE_UNIT}
local prioritized, delayed, completed, failed, counter, prefix = unpack(KEYS, 4, 9)
local limit = tonumber(ARGV[1])
local function digits(number) return string.format("%.0f", number) end
local function priorityOf(id) return tonumber(redis.call("HGET", prefix .. id, "priority")) end

local lows, bases, floors = {}, {}, {}
for class = 0, 2 do
  local clock, low = KEYS[class + 1], class * width + 1
  local first, last = digits(low * unit), "(" .. digits((low + width) * unit)
  local next = redis.call("ZRANGEBYSCORE", prioritized, first, last, "WITHSCORES", "LIMIT", 0, 1)
  local base, gone, floor = 0, 0, 0
  if next[1] then
    base = tonumber(redis.call("HGET", clock, "base")) or 0
    gone = math.floor(tonumber(next[2]) / unit) - low
    floor = base + gone + 1
  else
    redis.call("DEL", clock)
  end
  lows[class], bases[class], floors[class] = low, base, floor
  if gone >= width / 2 then
    bases[class] = base + gone
    redis.call("HSET", clock, "base", digits(base + gone))
    for _, id in ipairs(redis.call("ZRANGEBYSCORE", prioritized, first, last)) do
      redis.call("ZINCRBY", prioritized, digits(-gone * unit), id)
      redis.call("HSET", prefix .. id, "priority", digits(priorityOf(id) - gone))
    end
    for _, id in ipairs(redis.call("ZRANGE", delayed, 0, -1)) do
      local old = priorityOf(id) or 0
      if old >= low and old < low + width then
        redis.call("HSET", prefix .. id, "priority", digits(math.max(low, old - gone)))
      end
    end
    local fields = redis.call("HGETALL", clock)
    for i = 1, #fields, 2 do
      if string.sub(fields[i], 1, 2) == "f:" and tonumber(fields[i + 1]) <= floor then
        redis.call("HDEL", clock, fields[i])
      end
    end
  end
end
local prefetches = redis.call("ZCOUNT", prioritized, digits(lows[2] * unit), "+inf")

local function place(class, source)
  local field = "f:" .. source
  local tag = math.max(floors[class], tonumber(redis.call("HGET", KEYS[class + 1], field)) or 0)
  redis.call("HSET", KEYS[class + 1], field, digits(tag + 1))
  if class == 2 then prefetches = prefetches + 1 end
  return lows[class] + math.min(tag - bases[class], width - 1)
end

local answer = {}
for i = 2, #ARGV, 3 do
  local id, class, source = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2]
  local key = prefix .. id
  local old = priorityOf(id)
  local verdict
  if not old then
    verdict = (class == 2 and prefetches >= limit) and { "skip" } or { "add", place(class, source) }
  elseif redis.call("ZREM", completed, id) == 1 then
    redis.call("DEL", key, key .. ":logs")
    verdict = { "add", place(class, source) }
  elseif redis.call("ZREM", failed, id) == 1 then
    local last = redis.call("HMGET", key, "finishedOn", "data", "failedReason")
    redis.call("DEL", key, key .. ":logs")
    verdict = { "again", place(class, source), tonumber(last[1]) or 0, last[2] or "", last[3] or "" }
  else
    local isDelayed = redis.call("ZSCORE", delayed, id)
    local isWaiting = redis.call("ZSCORE", prioritized, id)
    if (isDelayed or isWaiting) and math.floor((old - 1) / width) > class then
      local priority = place(class, source)
      redis.call("HSET", key, "priority", digits(priority))
      if isWaiting then
        redis.call("ZADD", prioritized, digits(priority * unit + redis.call("INCR", counter) % unit), id)
      end
    end
    verdict = { isDelayed and "delayed" or "skip" }
  end
  answer[#answer + 1] = verdict
end
return answer
`;
