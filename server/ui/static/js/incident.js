// One incident: its clips, its panel, its story as it grows.

import { addCaseKeys } from "./casekeys.js";
import { openDeed, watchDeeds } from "./deeds.js";
import { add } from "./keys.js";
import { listen } from "./live.js";
import { Player } from "./player.js";
import { renew } from "./refresh.js";
import { t } from "./text.js";
import { Decision, freshCase } from "./verdict.js";

const root = document.getElementById("case");
const stage = () => root.querySelector("[data-stage]");
let player = stage() && new Player(stage());

async function reread() {
  const node = await freshCase(location.pathname).catch(() => null);
  if (!node) return;
  decision.panel.replaceWith(node.querySelector("#decision"));
  const events = (part) => [...part.querySelectorAll("[data-event]")].map((button) => button.dataset.event).join();
  if (player && events(node) !== events(root) && player.video.paused) {
    player.close();
    stage().replaceWith(node.querySelector("[data-stage]"));
    player = new Player(stage());
  }
  // what somebody is writing stays, with the version that they began on, until they have sent it or closed it
  if (!root.querySelector(".deed[open]")) root.querySelector("#handling").replaceWith(node.querySelector("#handling"));
  renew("incident");
}

const decision = new Decision(root, { decided: reread, undone: reread, stale: reread });

listen((kind, fields) => {
  const mine = kind === "reload" || (kind === "incident" && fields.code === root.dataset.code);
  if (mine && !decision.busy && !decision.choosing && document.activeElement?.id !== "note") reread();
});

watchDeeds(root, () => {
  for (const deed of root.querySelectorAll(".deed[open]")) deed.open = false;
  reread();
});

add("a", t("Sửa thông tin"), () => openDeed("facts"));
add("i", t("Giao cho"), () => openDeed("assign"));
add("m", t("Gộp vào vụ khác"), () => openDeed("merge"));

document.getElementById("print").addEventListener("click", () => window.print());

addCaseKeys(() => decision, () => player);
