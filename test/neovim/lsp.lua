-- Neovim 0.7 or newer against the server over stdio. Environment: PINSIGHT_SERVER, PINSIGHT_FILE.
-- Prints one line a check and at last "N passed, N failed".

local passed, failed = 0, 0

local function check(name, holds, detail)
  if holds then passed = passed + 1 else failed = failed + 1 end
  io.stdout:write((holds and "ok   " or "FAIL ") .. name .. (holds and "" or ": " .. tostring(detail)) .. "\n")
end

local function finish()
  io.stdout:write(passed .. " passed, " .. failed .. " failed\n")
  vim.cmd(failed == 0 and "qall!" or "cquit 1")
end

local function until_true(condition)
  return vim.wait(10000, condition, 20)
end

vim.cmd("set noswapfile | filetype on")
vim.cmd("edit " .. vim.fn.fnameescape(vim.env.PINSIGHT_FILE))
local buffer = vim.api.nvim_get_current_buf()
local id = vim.lsp.start_client({
  name = "pinsight",
  cmd = { vim.env.PINSIGHT_NODE, vim.env.PINSIGHT_SERVER, "--stdio" },
  root_dir = vim.fn.fnamemodify(vim.env.PINSIGHT_FILE, ":h"),
})
check("the server starts", id ~= nil)
if not id then return finish() end
vim.lsp.buf_attach_client(buffer, id)
local client = vim.lsp.get_client_by_id(id)

local function request(method, params)
  local answers = vim.lsp.buf_request_sync(buffer, method, params, 5000)
  return answers and answers[id] and answers[id].result
end

local function find(text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local column = line:find(text, 1, true)
    if column then return { line = number - 1, character = column - 1 } end
  end
end

until_true(function() return #vim.diagnostic.get(buffer) > 0 end)
local found = vim.diagnostic.get(buffer)
check("one finding is sent", #found == 1, vim.inspect(found))
if #found == 0 then return finish() end
local finding = found[1]
local raw = finding.user_data and finding.user_data.lsp or {}
check("it is of the expected rule", (finding.code or raw.code) == "release-mismatch", vim.inspect(finding))
check("it stands at the call", finding.col == 1 and finding.end_col == 9, vim.inspect(finding))

local document = vim.lsp.util.make_text_document_params(buffer)
local hover = request("textDocument/hover", { textDocument = document, position = find("pin_user_pages_fast") })
check("hover explains an extraction function", hover and #hover.contents.value > 0, vim.inspect(hover))
local nothing = request("textDocument/hover", { textDocument = document, position = find("return") })
check("hover leaves C to others", nothing == nil or nothing == vim.NIL, vim.inspect(nothing))

local function lines_lit(text)
  local lit = {}
  for _, each in ipairs(request("textDocument/documentHighlight", { textDocument = document, position = find(text) }) or {}) do
    table.insert(lit, each.range.start.line - find(text).line)
  end
  return lit
end
check("an acquisition is lit with its release", vim.deep_equal(lines_lit("pin_user_pages_fast"), { 0, 7 }), vim.inspect(lines_lit("pin_user_pages_fast")))

local range = {
  start = { line = finding.lnum, character = finding.col },
  ["end"] = { line = finding.end_lnum, character = finding.end_col },
}
local actions = request("textDocument/codeAction", { textDocument = document, range = range, context = { diagnostics = {} } })
local fix
for _, action in ipairs(actions or {}) do
  if not fix and action.edit and action.title:find("unpin_user_page", 1, true) then fix = action end
end
check("a fix is offered", fix ~= nil, vim.inspect(actions))
if fix then
  vim.lsp.util.apply_workspace_edit(fix.edit, client.offset_encoding)
  check("the finding is gone after the fix", until_true(function() return #vim.diagnostic.get(buffer) == 0 end))
  vim.cmd("undo")
  check("and back after undo", until_true(function() return #vim.diagnostic.get(buffer) == 1 end))
end

-- Between files: what one file pins another puts. Neovim tells neither of changes on disk nor asks for findings.
local folder = vim.fn.fnamemodify(vim.env.PINSIGHT_FILE, ":h") .. "/guest/"

local function open(name)
  vim.cmd("edit " .. vim.fn.fnameescape(folder .. name))
  local opened = vim.api.nvim_get_current_buf()
  vim.lsp.buf_attach_client(opened, id)
  return opened
end

local putting = open("destroy.c")
local function shown(count)
  return until_true(function() return #vim.diagnostic.get(putting) == count end)
end
check("what another file has pinned is told where it is put", shown(1))
local steps = vim.tbl_get(vim.diagnostic.get(putting)[1] or {}, "user_data", "lsp", "relatedInformation") or {}
check("with the place in the other file", steps[1] and vim.uri_to_fname(steps[1].location.uri) == folder .. "share.c", vim.inspect(steps))

local pinning = open("share.c")
vim.cmd("%s/unpin_user_page/put_page/ | %s/pin_user_pages_fast/get_user_pages_fast/")
check("the finding goes with an unsaved edit of the other file", vim.bo[pinning].modified and shown(0))
vim.cmd("undo")
check("and comes back with undo", shown(1))
vim.cmd("%s/unpin_user_page/put_page/ | %s/pin_user_pages_fast/get_user_pages_fast/ | write")
check("it goes when the other file is written", shown(0))
vim.cmd("undo | write | bdelete")
check("and comes back", shown(1))

local function on_disk(change)
  change()
  vim.api.nvim_set_current_buf(putting)
  vim.cmd("write")
end
on_disk(function() vim.fn.rename(folder .. "share.c", folder .. "share.txt") end)
check("it goes when the other file has gone from the disk", shown(0))
on_disk(function() vim.fn.rename(folder .. "share.txt", folder .. "share.c") end)
check("and comes back with it", shown(1))

vim.lsp.stop_client(id)
local function stopped()
  local now = vim.lsp.get_client_by_id(id)
  return now == nil or now.is_stopped()
end
check("the server stops", until_true(stopped))
finish()
