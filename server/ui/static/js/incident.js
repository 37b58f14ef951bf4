// One incident: its clips, its panel, its story as it grows.

import { addCaseKeys } from "./casekeys.js";
import { carry } from "./carry.js";
import { openDeed, watchDeeds } from "./deeds.js";
import { add } from "./keys.js";
import { listen } from "./live.js";
import { Player } from "./player.js";
import { renew } from "./refresh.js";
import { t } from "./text.js";
import { Decision, freshCase, replaceParts } from "./verdict.js";

const root = document.getElementById("case");
const stage = () => root.querySelector("[data-stage]");
let player = stage() && new Player(stage());

async function reread() {
  const node = await freshCase(location.pathname).catch(() => null);
  if (!node) return;
  const events = (part) => [...part.querySelectorAll("[data-event]")].map((button) => button.dataset.event).join();
  if (player && events(node) !== events(root) && player.video.paused) {
    player.close();
    stage().replaceWith(node.querySelector("[data-stage]"));
    player = new Player(stage());
  }
  // what somebody is writing stays, with the version that they began on, until they have sent it or closed it; and what
  // they wrote that no form takes any more stays to be read
  const follows = root.querySelector(".deed[open], [data-carried]") ? ["#decision"] : ["#decision", "#handling"];
  replaceParts(follows.map((part) => [root.querySelector(part), node.querySelector(part)]));
  renew("incident");
}

const decision = new Decision(root, { decided: reread, undone: reread, stale: reread });

listen((kind, fields) => {
  const mine = kind === "reload" || (kind === "incident" && fields.code === root.dataset.code);
  if (mine && !decision.busy && !decision.choosing && document.activeElement?.id !== "note") reread();
});

/** A form of what is no longer so: how it stands now comes in its place, and what was typed stays in it. */
async function stale(form) {
  const node = await freshCase(location.pathname).catch(() => null);
  if (!node) return;
  const handling = node.querySelector("#handling");
  carry(form, handling);
  root.querySelector("#handling").replaceWith(handling);
  handling.querySelector("[data-carried]").focus();
  reread();
}

watchDeeds(root, {
  done() {
    for (const deed of root.querySelectorAll(".deed[open]")) deed.open = false;
    for (const told of root.querySelectorAll("[data-carried]")) told.remove();
    reread();
  },
  stale,
});

add("a", t("Sửa thông tin"), () => openDeed("facts"));
add("i", t("Giao cho"), () => openDeed("assign"));
add("m", t("Gộp vào vụ khác"), () => openDeed("merge"));
add("h", t("Giữ lại hoặc thôi giữ"), () => (document.getElementById("lift") ? document.getElementById("lift").click() : openDeed("hold")));

document.getElementById("print").addEventListener("click", () => window.print());

addCaseKeys(() => decision, () => player);
