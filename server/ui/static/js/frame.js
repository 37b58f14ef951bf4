// The frame around every page: theme, language, keys, sign-out, relative times, live parts.

import { request } from "./api.js";
import { add, help } from "./keys.js";
import { start } from "./live.js";
import "./refresh.js";
import { ago, t } from "./text.js";
import { toast } from "./toast.js";

const YEAR_S = 365 * 24 * 3600;
const THEMES = ["auto", "light", "dark"];
const MEDIA = { auto: "(prefers-color-scheme: dark)", light: "not all", dark: "all" };

function turnTheme() {
  const names = { auto: t("Theo máy"), light: t("Sáng"), dark: t("Tối") };
  const sheet = document.getElementById("dark");
  const theme = THEMES[(THEMES.indexOf(sheet.dataset.theme) + 1) % THEMES.length];
  sheet.dataset.theme = theme;
  sheet.media = MEDIA[theme];
  document.cookie = `theme=${theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
  toast(t("Giao diện: %(theme)s", { theme: names[theme] }));
}

function renewTimes() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const words = ago(Date.parse(time.dateTime));
    if (time.textContent !== words) time.textContent = words;
  }
}

async function signOut() {
  try {
    await request("DELETE", "/api/v1/session");
    location.assign("/sign-in");
  } catch (error) {
    toast(error.message, { late: true });
  }
}

document.getElementById("theme")?.addEventListener("click", turnTheme);
document.getElementById("keys")?.addEventListener("click", help);
document.getElementById("sign-out")?.addEventListener("click", signOut);
for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
document.addEventListener("click", (event) => {
  const menu = document.querySelector(".menu[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});

renewTimes();
setInterval(renewTimes, 30_000);
document.addEventListener("fresh", renewTimes);

if (document.querySelector(".frame")) {
  add("?", t("Bảng phím này"), help);
  add("t", t("Sáng hoặc tối"), turnTheme);
  for (const link of document.querySelectorAll("[data-place-key]")) {
    add(link.dataset.placeKey, link.lastChild.textContent.trim(), () => location.assign(link.href));
  }
  start();
}
