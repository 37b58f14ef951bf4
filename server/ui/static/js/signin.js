// Sign in: the form's values go to /api/v1/session; a refusal is said beside the form.

import { request } from "./api.js";
import { t } from "./text.js";

const form = document.getElementById("sign-in");
const problem = document.getElementById("problem");

function say(words) {
  problem.textContent = words;
  problem.hidden = false;
}

/** Only an address of ours, read as the browser will read it: "//host" and "/\t/host" are other sites. */
function next() {
  const wanted = form.dataset.next;
  const found = URL.canParse(wanted, location.origin) ? new URL(wanted, location.origin) : null;
  if (!wanted.startsWith("/") || found?.origin !== location.origin) return "/review";
  return found.pathname + found.search + found.hash;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { username, password } = form.elements;
  if (!username.value.trim() || !password.value) {
    say(t("Hãy nhập tên đăng nhập và mật khẩu."));
    (username.value.trim() ? password : username).focus();
    return;
  }
  const button = form.querySelector("button");
  button.disabled = true;
  problem.hidden = true;
  try {
    await request("POST", "/api/v1/session", { username: username.value.trim(), password: password.value });
    location.assign(next());
  } catch (error) {
    say(error.status === 401 ? t("Tên đăng nhập hoặc mật khẩu không đúng.") : error.message);
    password.select();
    password.focus();
  } finally {
    button.disabled = false;
  }
});
