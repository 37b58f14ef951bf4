// What somebody typed into a form goes over into the server's fresh rendering of it, beside what a colleague changed meanwhile.

import { t } from "./text.js";

const fields = (form) => [...form.elements].filter((field) => field.name);
const label = (field) => field.labels[0]?.textContent.trim() ?? field.name;

/** What the server rendered in a field, whatever was typed since. */
function rendered(field) {
  if (field.type === "checkbox") return field.defaultChecked;
  if (field.tagName !== "SELECT") return field.defaultValue;
  return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value ?? "";
}

const typed = (field) => (field.type === "checkbox" ? field.checked : field.value);

/** A field's value as a person reads it. */
function spoken(field, value) {
  if (field.type === "checkbox") return value ? t("có") : t("không");
  if (field.tagName === "SELECT") return [...field.options].find((option) => option.value === value)?.textContent ?? value;
  return value === "" ? "–" : value;
}

function put(field, value) {
  if (field.type === "checkbox") field.checked = value;
  else field.value = value;
}

/** Field by field: what was touched here keeps what was typed, all else is as it stands now. Returns what changed, as lines. */
function merge(old, fresh) {
  const lines = [];
  for (const field of fields(fresh)) {
    const before = old.elements[field.name];
    if (!before) continue;
    const [was, now, mine] = [rendered(before), rendered(field), typed(before)];
    const touched = mine !== was;
    if (touched) put(field, mine);
    if (now === was) continue;
    const told = { label: label(before), was: spoken(field, was), now: spoken(field, now), mine: spoken(field, mine) };
    lines.push(touched && mine !== now ? t("%(label)s: %(was)s → %(now)s; bạn ghi %(mine)s", told) : t("%(label)s: %(was)s → %(now)s", told));
  }
  return lines;
}

/** Every field that was filled in, where there is no form any more that would take it. */
const kept = (old) =>
  fields(old)
    .filter((field) => typed(field) !== rendered(field))
    .map((field) => t("%(label)s: %(mine)s", { label: label(field), mine: spoken(field, typed(field)) }));

function box(title, lines) {
  const found = document.createElement("div");
  found.className = "alert alert-list";
  found.dataset.carried = "";
  found.tabIndex = -1;
  found.setAttribute("role", "alert");
  const head = document.createElement("p");
  head.textContent = title;
  const list = document.createElement("ul");
  for (const line of lines) list.append(Object.assign(document.createElement("li"), { textContent: line }));
  found.append(head, list);
  return found;
}

/** `form`: as it was filled in, still in its place; `handling`: the fresh #handling that will come there. */
export function carry(form, handling) {
  const fresh = handling.querySelector(`form[data-deed="${form.dataset.deed}"]`);
  const [was, now] = [form.closest("#handling"), handling].map((part) => part.dataset.stands);
  const moved = was === now ? [] : [t("%(label)s: %(was)s → %(now)s", { label: t("Trạng thái"), was, now })];
  if (!fresh) {
    const lines = [...moved, ...kept(form)];
    handling.querySelector(".handling-body").prepend(box(t("Việc này không còn làm được với vụ việc. Bạn đã ghi:"), lines));
    return;
  }
  const lines = [...moved, ...merge(form, fresh)];
  const title = lines.length ? t("Trong lúc bạn ghi, vụ việc đã đổi. Những gì bạn ghi còn nguyên; xem lại rồi gửi lần nữa.") : t("Vụ việc vừa có thêm việc khác. Những gì bạn ghi còn nguyên; xem lại rồi gửi lần nữa.");
  fresh.prepend(box(title, lines));
  fresh.closest("details").open = true;
}
