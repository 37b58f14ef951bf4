// One incident: its clips, its panel, its story as it grows.

import { addCaseKeys } from "./casekeys.js";
import { listen } from "./live.js";
import { Player } from "./player.js";
import { renew } from "./refresh.js";
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

addCaseKeys(() => decision, () => player);
