-- Takes up to `want` tokens from a bucket, or puts one back (want = -1).
-- KEYS: the bucket. ARGV: tokens per second, burst, want. Answers the tokens taken and, when none, after how many milliseconds one will be there.
local rate, burst, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(bucket[1]) or burst
local at = tonumber(bucket[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * rate / 1000)
-- What rounding may take from a token.
local taken = want < 0 and -1 or math.min(want, math.floor(tokens + 0.000001))
tokens = math.min(burst, tokens - taken)
if tokens >= burst then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.3f', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / rate * 1000) + 1000)
end
return { taken, taken == 0 and math.ceil((1 - tokens) / rate * 1000) or 0 }
