-- n characters appended one at a time; a new string is begun at every
-- thousandth, so that those who copy at each step get by too.

local letters = {"a", "b", "c", "d", "e", "f", "g"}

local n = tonumber(arg[1]) or 1000000
local text = ""
local letter = 1
local finished, length = 0, 0
for _ = 1, n do
  text = text .. letters[letter]
  letter = letter + 1
  if letter == 8 then letter = 1 end
  if #text == 1000 then
    if text:sub(1000, 1000) == "g" then finished = finished + 1 end
    length = length + #text
    text = ""
  end
end
print(string.format("%d %d %d", finished, length, #text))
