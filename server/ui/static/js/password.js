// Change the password: what can be seen here is checked here, the rest by /api/v1/me/password.

import { request } from "./api.js";
import { t } from "./text.js";
import { toast } from "./toast.js";

const form = document.getElementById("change-password");
const problem = document.getElementById("problem");

function say(words, field) {
  problem.textContent = words;
  problem.hidden = false;
  field.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.hidden = true;
  const current = form.elements.current;
  const wanted = form.elements.new;
  const again = form.elements.again;
  if (!current.value) return say(t("Hãy nhập mật khẩu hiện tại."), current);
  if (wanted.value.length < wanted.minLength) return say(t("Mật khẩu mới còn ngắn: cần ít nhất %(n)s ký tự.", { n: wanted.minLength }), wanted);
  if (wanted.value !== again.value) return say(t("Hai lần nhập mật khẩu mới chưa giống nhau."), again);
  try {
    await request("PUT", "/api/v1/me/password", { current: current.value, new: wanted.value });
    form.reset();
    toast(t("Đã đổi mật khẩu."));
    setTimeout(() => location.assign("/review"), 900);
  } catch (error) {
    say(error.message, current);
  }
  return undefined;
});
