-- The Mandelbrot set on n by n points, at most 50 rounds each: floating-point
-- arithmetic on local variables.

local n = tonumber(arg[1]) or 1000
local inside, rounds = 0, 0
for row = 0, n - 1 do
  local ci = 2 * row / n - 1
  for column = 0, n - 1 do
    local cr = 2 * column / n - 1.5
    local zr, zi, rr, ii = 0.0, 0.0, 0.0, 0.0
    local k = 0
    while k < 50 and rr + ii <= 4 do
      zi = 2 * zr * zi + ci
      zr = rr - ii + cr
      rr = zr * zr
      ii = zi * zi
      k = k + 1
    end
    rounds = rounds + k
    if rr + ii <= 4 then inside = inside + 1 end
  end
end
print(string.format("%d inside, %d rounds", inside, rounds))
