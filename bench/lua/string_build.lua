-- A text of n lines made of numbers and words, collected in an array and
-- joined, then taken apart again.

local words = {"red", "green", "blue", "yellow"}

local function split(text, separator)
  local parts = {}
  local from = 1
  while true do
    local at = text:find(separator, from, true)
    if not at then break end
    parts[#parts + 1] = text:sub(from, at - 1)
    from = at + #separator
  end
  parts[#parts + 1] = text:sub(from)
  return parts
end

local n = tonumber(arg[1]) or 1000000
local lines = {}
local word = 1
for i = 0, n - 1 do
  lines[#lines + 1] = i .. ":" .. words[word]
  word = word + 1
  if word == 5 then word = 1 end
end
local text = table.concat(lines, "\n")
local last = ""
local total = 0
for _, line in ipairs(split(text, "\n")) do
  total = total + #line
  last = line
end
print(string.format("%d %d %s", #text, total, last))
