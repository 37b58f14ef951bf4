// The list of incidents: its keys; the search and the plan are scripts of their own.

import { add } from "./keys.js";
import { openSave } from "./search.js";
import { t } from "./text.js";
import "./plan.js";

const rows = () => [...document.querySelectorAll("#rows a.row, #calendar a.day-link, #plan-list a")];

/** Focus the next (1) or previous (-1) incident, day or place. */
function go(step) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.indexOf(document.activeElement);
  const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step));
  all[to].focus();
  all[to].scrollIntoView({ block: "nearest" });
}

function press(id) {
  document.getElementById(id)?.click();
}

add("/", t("Tìm"), () => document.getElementById("q").select());
add("j", t("Dòng sau"), () => go(1));
add("k", t("Dòng trước"), () => go(-1));
add("arrowdown", t("Dòng sau"), () => go(document.getElementById("calendar") ? 7 : 1));
add("arrowup", t("Dòng trước"), () => go(document.getElementById("calendar") ? -7 : -1));
add("enter", t("Mở dòng đang chọn"), () => document.activeElement?.click());
add("l", t("Danh sách"), () => press("view-list"));
add("i", t("Lịch"), () => press("view-calendar"));
add("m", t("Sơ đồ"), () => press("view-map"));
if (document.getElementById("by-hand")) add("n", t("Nhập vụ việc"), () => press("by-hand"));
if (document.getElementById("save")) add("s", t("Lưu bộ lọc"), openSave);
if (document.getElementById("calendar")) {
  add("arrowleft", t("Ngày trước"), () => go(-1));
  add("arrowright", t("Ngày sau"), () => go(1));
  add("[", t("Tháng trước đó"), () => press("month-before"));
  add("]", t("Tháng sau"), () => press("month-after"));
}
if (document.getElementById("arrange")) add("a", t("Sắp xếp"), () => press("arrange"));
