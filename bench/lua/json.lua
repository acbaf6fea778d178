-- JSON: n records are written as text, the text is parsed by recursive descent
-- over characters, and what came out is written again. Keys in their order.

local sub = string.sub

-- What Lua's tables cannot say: a value that is null, a table that is an array.
local null = {}
local Array = {}

local function array(items) return setmetatable(items, Array) end

local Parser = {}
Parser.__index = Parser

function Parser.new(text)
  return setmetatable({text = text, length = #text, pos = 1}, Parser)
end

function Parser:fail(message) error(message .. " at " .. self.pos) end

-- The character at the position; nil at the end.
function Parser:peek()
  local pos = self.pos
  if pos <= self.length then return sub(self.text, pos, pos) end
  return nil
end

function Parser:skip_space()
  local c = self:peek()
  while c == " " or c == "\n" do
    self.pos = self.pos + 1
    c = self:peek()
  end
end

-- Skips space, then a character that must come.
function Parser:expect(c)
  self:skip_space()
  if self:peek() ~= c then self:fail("expected " .. c) end
  self.pos = self.pos + 1
end

-- Skips space, then a character if it comes.
function Parser:accept(c)
  self:skip_space()
  if self:peek() ~= c then return false end
  self.pos = self.pos + 1
  return true
end

function Parser:value()
  self:skip_space()
  local c = self:peek()
  if c == "{" then return self:object() end
  if c == "[" then return self:array() end
  if c == '"' then return self:string() end
  if c == "t" then return self:word("true", true) end
  if c == "f" then return self:word("false", false) end
  if c == "n" then return self:word("null", null) end
  return self:number()
end

function Parser:word(text, value)
  if sub(self.text, self.pos, self.pos + #text - 1) ~= text then self:fail("unknown word") end
  self.pos = self.pos + #text
  return value
end

function Parser:number()
  local from = self.pos
  local c = self:peek()
  while c and (c >= "0" and c <= "9" or c == "-" or c == "." or c == "e" or c == "+") do
    self.pos = self.pos + 1
    c = self:peek()
  end
  if self.pos == from then self:fail("expected a value") end
  return tonumber(sub(self.text, from, self.pos - 1))
end

function Parser:string()
  self:expect('"')
  local from = self.pos
  local parts = nil -- what came before the last escape
  while true do
    local c = self:peek()
    if not c then self:fail("unterminated string") end
    if c == '"' or c == "\\" then
      local part = sub(self.text, from, self.pos - 1)
      if parts then part = parts .. part end
      self.pos = self.pos + 1
      if c == '"' then return part end
      parts = part .. self:escape()
      from = self.pos
    else
      self.pos = self.pos + 1
    end
  end
end

function Parser:escape()
  local c = self:peek()
  self.pos = self.pos + 1
  if c == "n" then return "\n" end
  if c == "t" then return "\t" end
  if c == '"' or c == "\\" or c == "/" then return c end
  self:fail("unknown escape")
end

function Parser:array()
  local items = array({})
  self:expect("[")
  if self:accept("]") then return items end
  items[1] = self:value()
  while self:accept(",") do items[#items + 1] = self:value() end
  self:expect("]")
  return items
end

function Parser:object()
  local result = {}
  self:expect("{")
  if self:accept("}") then return result end
  self:member(result)
  while self:accept(",") do self:member(result) end
  self:expect("}")
  return result
end

function Parser:member(result)
  self:skip_space()
  local key = self:string()
  self:expect(":")
  result[key] = self:value()
end

local function quote(s, out)
  out[#out + 1] = '"'
  local from = 1
  for i = 1, #s do
    local c = sub(s, i, i)
    if c == '"' or c == "\\" or c == "\n" or c == "\t" then
      out[#out + 1] = sub(s, from, i - 1)
      if c == "\n" then
        out[#out + 1] = "\\n"
      elseif c == "\t" then
        out[#out + 1] = "\\t"
      else
        out[#out + 1] = "\\" .. c
      end
      from = i + 1
    end
  end
  out[#out + 1] = from == 1 and s or sub(s, from)
  out[#out + 1] = '"'
end

local function sorted_keys(t)
  local keys = {}
  for key in pairs(t) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

local function write(value, out)
  local kind = type(value)
  if value == null then
    out[#out + 1] = "null"
  elseif kind == "boolean" then
    out[#out + 1] = value and "true" or "false"
  elseif kind == "number" then
    out[#out + 1] = string.format(value == math.floor(value) and "%d" or "%.14g", value)
  elseif kind == "string" then
    quote(value, out)
  elseif getmetatable(value) == Array then
    out[#out + 1] = "["
    for i, item in ipairs(value) do
      if i > 1 then out[#out + 1] = "," end
      write(item, out)
    end
    out[#out + 1] = "]"
  else
    out[#out + 1] = "{"
    for i, key in ipairs(sorted_keys(value)) do
      if i > 1 then out[#out + 1] = "," end
      quote(key, out)
      out[#out + 1] = ": "
      write(value[key], out)
    end
    out[#out + 1] = "}\n"
  end
end

local function stringify(value)
  local out = {}
  write(value, out)
  return table.concat(out)
end

local function records(n)
  local list = array({})
  for i = 0, n - 1 do
    list[#list + 1] = {
      id = i,
      name = "user " .. i,
      motto = 'to "be" or\nnot to be\\',
      score = i / 4,
      active = i % 3 == 0,
      tags = array({"red", "green", "tag " .. i % 10}),
      place = {x = 2 * i, y = -i},
      note = null,
    }
  end
  return list
end

local n = tonumber(arg[1]) or 10000
local text = stringify(records(n))
local list = Parser.new(text):value()
local sum = 0
for _, record in ipairs(list) do
  sum = sum + record.score * 4 + record.place.y + #record.tags
end
local checksum = 0
for i = 1, #text, 97 do checksum = (checksum * 31 + text:byte(i)) % 1000003 end
print(string.format("%d %d %d %s", #text, sum, checksum, stringify(list) == text))
