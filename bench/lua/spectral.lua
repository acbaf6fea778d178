-- The spectral norm of the infinite matrix 1 / ((i+j)(i+j+1)/2 + i + 1), cut
-- to n rows, by the power method: small functions and arrays of numbers.

-- Rows and columns count from 1 here.
local function element(i, j)
  return 1 / ((i + j - 2) * (i + j - 1) / 2 + i)
end

local function multiply(v, out)
  local n = #v
  for i = 1, n do
    local sum = 0.0
    for j = 1, n do sum = sum + element(i, j) * v[j] end
    out[i] = sum
  end
end

local function multiply_transposed(v, out)
  local n = #v
  for i = 1, n do
    local sum = 0.0
    for j = 1, n do sum = sum + element(j, i) * v[j] end
    out[i] = sum
  end
end

local function filled(n, x)
  local a = {}
  for i = 1, n do a[i] = x end
  return a
end

local n = tonumber(arg[1]) or 500
local u = filled(n, 1.0)
local v = filled(n, 0.0)
local between = filled(n, 0.0)
for _ = 1, 10 do
  multiply(u, between)
  multiply_transposed(between, v)
  multiply(v, between)
  multiply_transposed(between, u)
end
local uv, vv = 0.0, 0.0
for i = 1, n do
  uv = uv + u[i] * v[i]
  vv = vv + v[i] * v[i]
end
print(string.format("%.9f", math.sqrt(uv / vv)))
