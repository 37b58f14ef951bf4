// Channels, rules and the outbox: forms that write to /api/v1/notices and show what came of it.

import { page, request } from "./api.js";
import { add } from "./keys.js";
import { t } from "./text.js";
import { toast } from "./toast.js";

const base = "/api/v1/notices";
const forms = { channel: document.getElementById("channel-form"), rule: document.getElementById("rule-form") };
const MINUTES = new Set(["quiet_from", "quiet_to", "hours_from", "hours_to"]);
const NUMBERS = new Set(["after_min", "every_min"]);
const NULLABLE = new Set(["username", "role"]);

function minutes(text) {
  if (!text) return null;
  const [hour, minute] = text.split(":").map(Number);
  return hour * 60 + minute;
}

function clock(value) {
  return value === null ? "" : `${String(Math.floor(value / 60)).padStart(2, "0")}:${String(value % 60).padStart(2, "0")}`;
}

/** What the form says, as the API wants it. */
function read(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name || field.name === "id") continue;
    if (field.type === "checkbox") body[field.name] = field.checked;
    else if (field.multiple) body[field.name] = [...field.selectedOptions].map(({ value }) => (field.name === "channel_ids" ? Number(value) : value));
    else if (MINUTES.has(field.name)) body[field.name] = minutes(field.value);
    else if (NUMBERS.has(field.name)) body[field.name] = Number(field.value);
    else body[field.name] = NULLABLE.has(field.name) && !field.value ? null : field.value;
  }
  return body;
}

function fill(form, row) {
  for (const field of form.elements) {
    if (!field.name || field.name === "address") continue;
    const value = row[field.name];
    if (field.type === "checkbox") field.checked = value;
    else if (field.multiple) for (const option of field.options) option.selected = value.map(String).includes(option.value);
    else field.value = MINUTES.has(field.name) ? clock(value) : (value ?? "");
  }
}

function show(kind) {
  const form = forms[kind];
  form.parentElement.open = true;
  form.elements.name.focus();
}

/** The lists as the server has them now; forms keep what is typed in them. */
async function renew() {
  const fresh = await page(location.pathname + location.search);
  for (const id of ["channels", "rules", "outbox", "r-channels"]) document.getElementById(id).replaceWith(fresh.getElementById(id));
}

async function attempt(work, problem) {
  if (problem) problem.hidden = true;
  try {
    await work();
  } catch (error) {
    if (!problem) return toast(error.message, { late: true });
    problem.textContent = error.message;
    problem.hidden = false;
  }
  return undefined;
}

for (const [kind, form] of Object.entries(forms)) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const id = form.elements.id.value;
    attempt(async () => {
      const address = `${base}/${kind}s`;
      const made = id ? await request("PUT", `${address}/${id}`, read(form)) : await request("POST", address, read(form));
      const secret = document.getElementById("secret");
      secret.hidden = !made.secret;
      secret.querySelector("code").textContent = made.secret ?? "";
      form.reset();
      form.elements.id.value = "";
      form.parentElement.open = false;
      await renew();
      toast(t("Đã lưu."));
    }, form.querySelector(".alert"));
  });
}

async function test(id) {
  const message = await request("POST", `${base}/channels/${id}/test`);
  await renew();
  if (message.state === "sent") toast(t("Đã gửi thử."));
  else toast(t("Chưa gửi được: %(why)s", { why: message.error }), { late: true });
}

async function retry(id) {
  await request("POST", `${base}/messages/${id}/retry`);
  await renew();
  toast(t("Tin sẽ được gửi lại ngay."));
}

function remove({ delete: kind, id, name }) {
  toast(t("Xoá “%(name)s” cùng các tin đang chờ?", { name }), {
    action: {
      label: t("Xoá"),
      run: () =>
        attempt(async () => {
          await request("DELETE", `${base}/${kind}s/${id}`);
          await renew();
        }),
    },
  });
}

document.querySelector(".notices").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { dataset } = button;
  if (dataset.edit) {
    fill(forms[dataset.edit], JSON.parse(dataset.row));
    show(dataset.edit);
  } else if (dataset.delete) remove(dataset);
  else if (dataset.test) attempt(() => test(dataset.test));
  else if (dataset.retry) attempt(() => retry(dataset.retry));
});

add("k", t("Thêm kênh"), () => show("channel"));
add("r", t("Thêm quy tắc"), () => show("rule"));
