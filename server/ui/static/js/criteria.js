// The scoreboard and one criterion: periods, entries, approval, freezing, adjustments, what if. Each by button and key.

import { request } from "./api.js";
import { add } from "./keys.js";
import { renew } from "./refresh.js";
import { language, t } from "./text.js";
import { toast } from "./toast.js";

const at = (id) => document.getElementById(id);
const period = at("period");
period.addEventListener("change", () => period.form.submit());
add("p", t("Chọn kỳ báo cáo"), () => period.focus());

/** Run it; what the server refuses is said at `place`, or as a message. */
async function attempt(run, place) {
  try {
    await run();
  } catch (error) {
    if (!place) return toast(error.message, { late: true });
    place.textContent = error.message;
    place.hidden = false;
  }
  return undefined;
}

for (const button of document.querySelectorAll("dialog [data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}

// rows of the scoreboard
function step(by) {
  const rows = [...document.querySelectorAll(".criterion")];
  if (!rows.length) return;
  const now = rows.indexOf(document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, now + by))].focus();
}
if (document.querySelector(".criterion")) {
  add("j", t("Tiêu chí sau"), () => step(1));
  add("k", t("Tiêu chí trước"), () => step(-1));
  const span = document.querySelector(".span-days");
  add("d", t("Từ ngày đến ngày"), () => {
    span.open = true;
    at("first").focus();
  });
}
for (const [key, id, label] of [
  ["k", "earlier", t("Tiêu chí trước")],
  ["j", "later", t("Tiêu chí sau")],
  ["b", "up", t("Về bảng tiêu chí")],
]) {
  if (at(id)) add(key, label, () => at(id).click());
}

// freezing
const freeze = at("freeze");
if (freeze) {
  const ask = () => at("freeze-dialog").showModal();
  freeze.addEventListener("click", ask);
  add("f", t("Chốt kỳ"), ask);
  at("freeze-yes").addEventListener("click", () =>
    attempt(async () => {
      await request("POST", `/api/v1/periods/${freeze.dataset.period}/freeze`);
      location.reload();
    }, at("freeze-problem")),
  );
}

// an entry
const entry = at("entry");
if (entry) {
  add("e", t("Nhập số liệu"), () => entry.querySelector("input, textarea").focus());
  entry.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => send(entry), at("entry-problem"));
  });
}

async function upload(file) {
  const answer = await fetch(`/api/v1/criteria/files?name=${encodeURIComponent(file.name)}`, {
    method: "PUT",
    headers: { "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content },
    body: file,
  });
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.detail ?? t("Không tải được tệp lên."));
  return content.sha256;
}

async function send(form) {
  at("entry-problem").hidden = true;
  const figures = {};
  for (const field of form.querySelectorAll("input[type=number]")) {
    if (field.value !== "") figures[field.name] = Number(field.value);
  }
  const file = at("entry-file").files[0];
  const body = { period: form.dataset.period, figures, note: at("entry-note").value };
  if (file) body.file_sha256 = await upload(file);
  await request("POST", `/api/v1/criteria/${form.dataset.code}/entries`, body);
  form.reset();
  toast(t("Đã gửi; số liệu có hiệu lực khi chỉ huy duyệt."));
  renew("criteria");
}

// what follows what happens lies in parts that are replaced: listen above them
async function decide(button) {
  const approve = button.dataset.approve === "yes";
  await request("POST", `/api/v1/criteria/entries/${button.dataset.entry}/decision`, { approve });
  toast(approve ? t("Đã duyệt số liệu.") : t("Không duyệt số liệu."));
  renew("criteria");
}

async function whatIf(button) {
  const { code, period: key } = button.dataset;
  const found = await request("GET", `/api/v1/criteria/${code}/what-if?period=${key}`);
  const why = found.then[language === "en" ? "why_en" : "why_vi"];
  at("what-if-says").textContent = t("Nếu %(n)s vụ chờ được xác nhận: %(why)s", { n: found.codes.length, why });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.entry) attempt(() => decide(button));
  if (button.id === "what-if") attempt(() => whatIf(button));
  if (button.id === "adjust") at("adjust-dialog").showModal();
});
if (at("what-if")) add("w", t("Nếu tất cả được xác nhận?"), () => at("what-if")?.click());
if (document.querySelector("[data-approve=yes]")) {
  add("y", t("Duyệt số liệu mới nhất"), () => document.querySelector("[data-approve=yes]")?.click());
}
if (at("adjust")) add("a", t("Ghi điều chỉnh"), () => at("adjust")?.click());

at("adjust-form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  attempt(async () => {
    const path = `/api/v1/periods/${form.dataset.period}/adjustments/${form.dataset.code}`;
    await request("POST", path, { why: at("adjust-why").value });
    location.reload();
  }, at("adjust-problem"));
});
