// The keys of one incident's stage and decision: the same in the review and on the incident's own page.

import { add } from "./keys.js";
import { t } from "./text.js";

/** What comes after a first look; the letters stand on the panel's buttons. */
const MOVES = {
  v: ["verify", t("Đi xác minh")],
  r: ["remind", t("Nhắc nhở")],
  e: ["pledge", t("Cam kết")],
  f: ["penalise", t("Lập biên bản, xử phạt")],
  x: ["transfer", t("Chuyển cơ quan khác")],
  g: ["resolve", t("Đã giải quyết")],
  d: ["close", t("Đóng hồ sơ")],
  o: ["reopen", t("Mở lại")],
};

/** `decision()` and `player()` give what is on screen now; the player may be null. */
export function addCaseKeys(decision, player) {
  add("1", t("Xác nhận"), () => decision().digit(1));
  add("2", t("Loại bỏ, rồi 1–9 chọn lý do"), () => decision().digit(2));
  add("u", t("Hoàn tác quyết định vừa rồi"), () => decision().undo());
  for (const [key, [move, label]] of Object.entries(MOVES)) add(key, label, () => decision().allows(move) && decision().give(move));
  add("c", t("Nhận xem hoặc trả lại"), () => decision().claimOrRelease());
  add("n", t("Ghi chú kèm quyết định"), () => decision().write());
  add("j", t("Chậm lại, rồi chạy lùi"), () => player()?.backward());
  add("k", t("Dừng"), () => player()?.shuttle.stop());
  add("l", t("Phát, rồi nhanh hơn"), () => player()?.forward());
  add(" ", t("Phát hoặc dừng"), () => player()?.toggle());
  add(",", t("Lùi một chút"), () => player()?.step(-1));
  add(".", t("Tiến một chút"), () => player()?.step(1));
  add("s", t("Tốc độ phát"), () => player()?.shuttle.next());
  add("+", t("Phóng to hình"), () => player()?.zoom.step(1));
  add("-", t("Thu nhỏ hình"), () => player()?.zoom.step(-1));
  add("0", t("Xem cả hình"), () => player()?.zoom.reset());
  add("p", t("Ảnh hoặc đoạn ghi"), () => player()?.swap());
  add("b", t("Bật tắt khung và đường đi của đối tượng"), () => player()?.toggleBoxes());
  add("escape", t("Đóng danh sách lý do"), () => decision().choose(false));

  // 3–9 mean something only while the reasons are open, so they are not in the table
  document.addEventListener("keydown", (event) => {
    const writes = event.target.closest("textarea, select, input:not([type=range])");
    if (!decision().choosing || !/^[3-9]$/.test(event.key) || writes) return;
    event.preventDefault();
    decision().digit(Number(event.key));
  });
}
