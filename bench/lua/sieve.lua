-- The prime numbers up to n by the sieve of Eratosthenes.

local n = tonumber(arg[1]) or 5000000
local prime = {}
for i = 1, n do prime[i] = true end
local i = 2
while i * i <= n do
  if prime[i] then
    for k = i * i, n, i do prime[k] = false end
  end
  i = i + 1
end
local count, last = 0, 0
for i = 2, n do
  if prime[i] then
    count = count + 1
    last = i
  end
end
print(count .. " " .. last)
