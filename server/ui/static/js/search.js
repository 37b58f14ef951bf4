// The search box of the incidents: what may be typed next, tokens from the help, and saved filters.

import { request } from "./api.js";
import { language, t } from "./text.js";
import { toast } from "./toast.js";

const WAIT_MS = 120;
const box = document.getElementById("q");
const list = document.getElementById("suggestions");
const save = document.getElementById("save");
let timer = 0;
let asked = 0;
let isAsking = false;
let chosen = -1;

/** Open the form that keeps the search under a name. */
export function openSave() {
  save.open = true;
  document.getElementById("save-name").focus();
}

function close() {
  list.hidden = true;
  chosen = -1;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function choose(index) {
  const options = [...list.children];
  chosen = (index + options.length) % options.length;
  options.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
  options[chosen].scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", options[chosen].id);
}

function take(option) {
  const { text } = option.dataset;
  box.value = text.endsWith(":") ? text : `${text} `;
  box.focus();
  close();
  suggest();
}

function show(suggestions) {
  const options = suggestions.map((suggestion, index) => {
    const option = document.createElement("li");
    option.id = `suggestion-${index}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.text = suggestion.text;
    const token = document.createElement("code");
    token.textContent = suggestion.token;
    const about = document.createElement("span");
    about.className = "muted small";
    about.textContent = suggestion.about;
    option.append(token, about);
    return option;
  });
  list.replaceChildren(...options);
  chosen = -1;
  list.hidden = options.length === 0;
  box.setAttribute("aria-expanded", String(!list.hidden));
}

async function ask() {
  timer = 0;
  asked += 1;
  isAsking = true;
  const mine = asked;
  try {
    const query = new URLSearchParams({ q: box.value.slice(0, box.selectionEnd), lang: language });
    const suggestions = await request("GET", `/api/v1/incidents/suggest?${query}`);
    // only the latest answer, and only while somebody is still typing
    if (mine === asked && document.activeElement === box) show(suggestions);
  } catch {
    close(); // a search can be typed without them
  }
  if (mine === asked) isAsking = false;
}

function forget() {
  clearTimeout(timer);
  timer = 0;
  asked += 1;
  isAsking = false;
  close();
}

function suggest() {
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
}

box.addEventListener("input", suggest);
box.addEventListener("focus", suggest);
box.addEventListener("blur", close);
box.addEventListener("keydown", (event) => {
  const isOpen = !list.hidden;
  if (event.key === "ArrowDown" && isOpen) choose(chosen + 1);
  else if (event.key === "ArrowUp" && isOpen) choose(chosen - 1);
  else if ((event.key === "Enter" || event.key === "Tab") && isOpen && chosen >= 0) take(list.children[chosen]);
  else if (event.key === "Escape" && (isOpen || timer || isAsking)) forget(); // the browser's own Escape empties the box
  else return;
  event.preventDefault();
});
// pointerdown: the box must not lose its focus first
list.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  const option = event.target.closest("li");
  if (option) take(option);
});

for (const link of document.querySelectorAll("[data-token]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    box.value = `${box.value.trim()} ${link.dataset.token}`.trim();
    box.focus();
  });
}

document.getElementById("save-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const kept = { name: form.elements.name.value, query: form.dataset.query, is_shared: Boolean(form.elements.is_shared?.checked) };
  try {
    await request("POST", "/api/v1/filters", kept);
    location.reload();
  } catch (error) {
    toast(error.message, { late: true });
  }
});

for (const button of document.querySelectorAll("[data-filter]")) {
  button.addEventListener("click", async () => {
    try {
      await request("DELETE", `/api/v1/filters/${button.dataset.filter}`);
      button.closest("li").remove();
      toast(t("Đã xoá bộ lọc."));
    } catch (error) {
      toast(error.message, { late: true });
    }
  });
}
