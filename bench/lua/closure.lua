-- n calls of closures which read one captured variable and change another; a
-- new closure is made for every ten calls.

local function adder(step)
  local total = 0
  return function(x)
    total = total + x * step
    return total
  end
end

local n = tonumber(arg[1]) or 20000000
local sum = 0
for i = 0, n / 10 - 1 do
  local add = adder(i)
  for k = 1, 9 do add(k) end
  sum = sum + add(10)
end
print(string.format("%d", sum))
