-- Sessions of one server: a string each, the user id of a live one or `ended`; and the ends of late, by this server's clock. ARGV: what to do,
-- prefix, then as below.
local command, prefix = ARGV[1], ARGV[2]
local ends = prefix .. ':sessions:ended'

local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

if command == 'find' then
  -- Session. Answers what is known and for how many milliseconds.
  local key = prefix .. ':session:' .. ARGV[3]
  return { redis.call('GET', key), redis.call('PTTL', key) }
end

if command == 'remember' then
  -- Session, user, milliseconds. An end stays. Answers what is known then.
  local key = prefix .. ':session:' .. ARGV[3]
  redis.call('SET', key, ARGV[4], 'PX', ARGV[5], 'NX')
  return redis.call('GET', key)
end

if command == 'end' then
  -- Session, user, for how many milliseconds ends are kept.
  local time, keep = now(), tonumber(ARGV[5])
  redis.call('SET', prefix .. ':session:' .. ARGV[3], 'ended', 'PX', keep)
  redis.call('ZADD', ends, time, ARGV[3] .. ':' .. ARGV[4])
  redis.call('ZREMRANGEBYSCORE', ends, '-inf', time - keep)
  redis.call('PEXPIRE', ends, keep)
  return 1
end

if command == 'since' then
  -- A time of this server's, or 0 for now; at most how many; what to call this life of the data. Answers what its life is called, the time now,
  -- then each end since as `session:user` and its time.
  local time, from = now(), tonumber(ARGV[3])
  local life = prefix .. ':sessions:life'
  redis.call('SET', life, ARGV[5], 'NX')
  local answer = { redis.call('GET', life), string.format('%.0f', time) }
  for _, value in ipairs(redis.call('ZRANGEBYSCORE', ends, from == 0 and time or from, '+inf', 'WITHSCORES', 'LIMIT', 0, tonumber(ARGV[4]))) do
    answer[#answer + 1] = value
  end
  return answer
end

return redis.error_reply('There is no such command.')
