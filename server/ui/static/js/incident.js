// One incident: its clips, its panel, its story as it grows.

import { add } from "./keys.js";
import { listen } from "./live.js";
import { Player } from "./player.js";
import { renew } from "./refresh.js";
import { t } from "./text.js";
import { Decision, freshCase } from "./verdict.js";

const root = document.getElementById("case");
let player = new Player(root.querySelector("[data-stage]"));

async function reread() {
  const node = await freshCase(location.pathname).catch(() => null);
  if (!node) return;
  decision.panel.replaceWith(node.querySelector("#decision"));
  const events = (part) => [...part.querySelectorAll("[data-event]")].map((button) => button.dataset.event).join();
  if (events(node) !== events(root) && player.video.paused) {
    player.close();
    root.querySelector("[data-stage]").replaceWith(node.querySelector("[data-stage]"));
    player = new Player(root.querySelector("[data-stage]"));
  }
  renew("incident");
}

const decision = new Decision(root, { decided: reread, undone: reread, stale: reread });

listen((kind, fields) => {
  const mine = kind === "reload" || (kind === "incident" && fields.code === root.dataset.code);
  if (mine && !decision.busy && !decision.choosing && document.activeElement?.id !== "note") reread();
});

document.getElementById("print").addEventListener("click", () => window.print());

add("1", t("Xác nhận"), () => decision.digit(1));
add("2", t("Loại bỏ, rồi 1–9 chọn lý do"), () => decision.digit(2));
add("u", t("Hoàn tác quyết định vừa rồi"), () => decision.undo());
add("c", t("Nhận xem hoặc trả lại"), () => decision.claimOrRelease());
add("n", t("Ghi chú kèm quyết định"), () => decision.write());
add(" ", t("Phát hoặc dừng"), () => player.toggle());
add(",", t("Lùi một chút"), () => player.step(-1));
add(".", t("Tiến một chút"), () => player.step(1));
add("s", t("Tốc độ phát"), () => player.faster());
add("p", t("Ảnh hoặc đoạn ghi"), () => player.swap());
add("b", t("Bật tắt khung đối tượng"), () => player.toggleBoxes());
add("escape", t("Đóng danh sách lý do"), () => decision.choose(false));

document.addEventListener("keydown", (event) => {
  if (!decision.choosing || !/^[3-9]$/.test(event.key) || event.target.closest("textarea")) return;
  event.preventDefault();
  decision.digit(Number(event.key));
});
