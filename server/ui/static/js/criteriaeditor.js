// Bộ tiêu chí: check the text, see what it would change, save it; take an earlier one back.

import { page, request } from "./api.js";
import "./forms.js";
import { add, tell } from "./keys.js";
import { language, t } from "./text.js";

const base = "/api/v1/criteria-definition";
const editor = document.getElementById("editor");
const yaml = document.getElementById("yaml");
const lines = document.getElementById("lines");
const saving = document.getElementById("save");
const save = saving.querySelector("button");
const reason = document.getElementById("reason");
const problem = document.getElementById("problem");
const number = new Intl.NumberFormat(language === "vi" ? "vi-VN" : "en", { maximumFractionDigits: 2 });

let version = Number(editor.dataset.version);
let untouched = yaml.value;
let checked = null;
let toFile = false;
let asked = 0;

function count() {
  const many = yaml.value.split("\n").length;
  if (lines.childElementCount === many) return;
  lines.replaceChildren(
    ...Array.from({ length: many }, (_none, at) => {
      const line = document.createElement("span");
      line.textContent = `${at + 1}\n`;
      return line;
    }),
  );
  lines.scrollTop = yaml.scrollTop;
}

/** What holds is never saved again as it is, and nothing is saved that was not looked at. */
function allow() {
  save.disabled = checked !== yaml.value || (!toFile && yaml.value === untouched);
}

function say(error) {
  problem.textContent = error.message;
  problem.hidden = false;
}

function jump(line) {
  const before = yaml.value.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, text) => sum + text.length + 1, 0);
  const end = yaml.value.indexOf("\n", start);
  yaml.focus();
  yaml.setSelectionRange(start, end < 0 ? yaml.value.length : end);
  const height = parseFloat(getComputedStyle(yaml).lineHeight);
  yaml.scrollTop = Math.max(0, (line - 4) * height);
  yaml.scrollLeft = 0;
}

function part(name, text, kind = "span") {
  const made = document.createElement(kind);
  made.className = name;
  made.textContent = text;
  return made;
}

function faultOf({ line, key, ...said }) {
  const [criterion, message] = language === "vi" ? [said.criterion_vi, said.message_vi] : [said.criterion, said.message];
  const row = document.createElement("li");
  const button = part("fault", "", "button");
  button.type = "button";
  button.append(part("fault-line", t("dòng %(n)s", { n: line })), part("fault-text", [criterion, key, message].filter(Boolean).join(": ")));
  button.addEventListener("click", () => jump(line));
  row.append(button);
  return row;
}

function amount({ value, unit }) {
  if (value === null) return "–";
  const shown = language === "vi" && Number.isInteger(value) && value >= 0 && value < 10 ? `0${value}` : number.format(value);
  return `${shown} ${unit}`.trim();
}

function stamp(kind, code) {
  return document.querySelector(`template[data-${kind}="${code}"]`).content.cloneNode(true);
}

function standing(criterion, name) {
  const made = part(`standing ${name}`, "");
  if (criterion) made.append(stamp("result", criterion.state), ` ${amount(criterion)}`);
  else made.append(t("không có"));
  return made;
}

function changeOf({ code, kind, was, becomes }) {
  const row = document.createElement("li");
  const now = becomes ?? was;
  const head = part("change-head", "");
  head.append(part("change-code", code, "strong"), ` ${language === "vi" ? now.name_vi : now.name_en} `, stamp("change", kind));
  row.append(head);
  if (kind !== "wording") {
    const turn = part("change-turn", "");
    turn.append(standing(was, "was"), part("arrow", "→"), standing(becomes, "becomes"));
    row.append(turn);
  }
  if (becomes && kind !== "wording") row.append(part("small muted", language === "vi" ? becomes.why_vi : becomes.why_en));
  return row;
}

function show({ faults, changes, period, criteria }) {
  const where = { n: changes.length, of: criteria, period: language === "vi" ? period.label : period.label_en };
  const list = { faults: document.getElementById("faults"), changes: document.getElementById("changes") };
  let told = t("Không có lỗi. Bảng điểm kỳ %(period)s không đổi, %(of)s tiêu chí.", where);
  if (changes.length) told = t("Không có lỗi. Kỳ %(period)s, %(of)s tiêu chí: %(n)s chỗ đổi.", where);
  if (faults.length) told = t("Có %(n)s lỗi; bấm vào lỗi để đến dòng đó.", { n: faults.length });
  document.getElementById("told").textContent = told;
  list.faults.replaceChildren(...faults.map(faultOf));
  list.changes.replaceChildren(...changes.map(changeOf));
  list.faults.hidden = faults.length === 0;
  list.changes.hidden = changes.length === 0;
}

async function check() {
  const text = yaml.value;
  asked += 1;
  const mine = asked;
  problem.hidden = true;
  try {
    const found = await request("POST", `${base}/check`, { text });
    if (mine !== asked) return;
    show(found);
    checked = found.faults.length ? null : text;
    allow();
  } catch (error) {
    say(error);
  }
}

/** An earlier text into the editor, checked at once; it holds when it is saved. */
async function load(from, words) {
  try {
    const found = await request("GET", `${base}/versions/${from}`);
    yaml.value = found.text;
    toFile = from === 0;
    count();
    reason.value = words;
    document.getElementById("origin").textContent = words;
    editor.scrollIntoView({ block: "start" });
    await check();
    reason.focus();
  } catch (error) {
    say(error);
  }
}

/** A colleague was quicker: the text stays here, and is to be checked against theirs. */
async function outrun(current) {
  version = current.version;
  untouched = current.text;
  checked = null;
  allow();
  const fresh = await page(location.pathname + location.search);
  for (const id of ["in-force", "history"]) document.getElementById(id).replaceWith(fresh.getElementById(id));
}

saving.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (save.disabled) return;
  problem.hidden = true;
  save.disabled = true;
  try {
    await request("PUT", base, { version, text: toFile ? null : yaml.value, reason: reason.value });
    untouched = yaml.value;
    location.reload();
  } catch (error) {
    say(error);
    allow();
    if (error.status === 409 && error.problem?.current) await outrun(error.problem.current);
  }
});

yaml.addEventListener("input", () => {
  toFile = false;
  asked += 1;
  document.getElementById("origin").textContent = yaml.value === untouched ? t("bản đang dùng") : t("đã sửa, chưa lưu");
  count();
  allow();
});
yaml.addEventListener("scroll", () => {
  lines.scrollTop = yaml.scrollTop;
});
document.getElementById("check").addEventListener("click", check);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take-back]");
  if (button) load(Number(button.dataset.takeBack), t("Lấy lại bản %(n)s", { n: button.dataset.takeBack }));
});
document.addEventListener("keydown", (event) => {
  if (!event.ctrlKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter") check();
  else if (event.key.toLowerCase() === "s") saving.requestSubmit();
  else return;
  event.preventDefault();
});
window.addEventListener("beforeunload", (event) => {
  if (yaml.value !== untouched) event.preventDefault();
});

const file = document.getElementById("file");
if (file) {
  const back = () => load(0, t("Dùng lại tệp của máy chủ"));
  file.addEventListener("click", back);
  add("b", t("Dùng lại tệp của máy chủ"), back);
}
tell("ctrl+enter", t("Kiểm tra"));
tell("ctrl+s", t("Lưu thành bản mới"));
count();
