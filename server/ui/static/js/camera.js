// One camera: its picture with zones drawn on it, the editor, its record, and a picture now.

import { ApiError, request } from "./api.js";
import { Drawing, FEWEST } from "./drawing.js";
import { add, tell } from "./keys.js";
import { listen } from "./live.js";
import { renew } from "./refresh.js";
import { RuleList } from "./rulelist.js";
import { t } from "./text.js";
import { toast } from "./toast.js";
import { Board } from "./zoneboard.js";

const given = JSON.parse(document.getElementById("camera-data").textContent);
const root = document.getElementById("camera");
const base = `/api/v1/cameras/${given.id}`;
const editable = given.editable;
const drawing = new Drawing(given.settings.drawing);
let version = given.settings.version;
const find = (id) => document.getElementById(id);
const says = find("board-says");
const problem = find("board-problem");

function say(text) {
  says.textContent = text;
}

function complain(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

const rules = new RuleList(find("rules"), drawing, { kinds: given.kinds, words: given.words, editable, changed });
const board = new Board(find("board"), drawing, { editable, changed, chosen, say });

/** What a shape is called: a mask has only its number. */
function nameOf(shape) {
  return shape.label || (shape.kind === "mask" ? t("Che %(n)s", { n: shape.name.replace("mask-", "").replace("mask", "1") }) : shape.name);
}

/** One button a zone, line or mask: the way to it without a pointer. */
function list() {
  const place = find("shapes");
  const words = { zone: t("Vùng"), line: t("Vạch") };
  place.replaceChildren(
    ...drawing.shapes.map((shape) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = `shape-button shape-button-${shape.kind}`;
      button.setAttribute("aria-pressed", String(shape === board.selected));
      button.textContent = shape.kind === "mask" ? nameOf(shape) : `${words[shape.kind]}: ${nameOf(shape)}`;
      button.addEventListener("click", () => {
        board.select(shape);
        // the list is made anew with every change: the focus goes on where it was
        find("shapes").querySelector('[aria-pressed="true"]')?.focus();
      });
      return button;
    }),
  );
  find("shapes-empty").hidden = drawing.shapes.length > 0;
}

function chosen() {
  const shape = board.selected;
  list();
  rules.show(shape);
  find("chosen").hidden = !shape;
  find("unchosen").hidden = Boolean(shape);
  if (!shape) return;
  find("chosen-name").textContent = nameOf(shape);
  if (!editable) return;
  const label = find("shape-label");
  label.value = shape.label;
  find("shape-label-field").hidden = shape.kind === "mask";
}

function changed() {
  list();
  if (!editable) return;
  complain("");
  const isOpen = Boolean(board.open);
  find("done-drawing").hidden = !isOpen;
  find("save").disabled = !drawing.isChanged || isOpen;
  find("undo").disabled = drawing.past.length === 0;
  if (board.selected && board.selected.label !== find("shape-label").value && document.activeElement !== find("shape-label")) {
    find("shape-label").value = board.selected.label;
  }
}

/** Which shape cannot be saved yet, as a sentence; "" when all can. */
function fault() {
  const short = drawing.shapes.find((shape) => shape.points.length < FEWEST[shape.kind]);
  return short ? t("%(name)s còn thiếu điểm.", { name: nameOf(short) }) : "";
}

/** Does the server's drawing say what is drawn here? */
function isSame(document) {
  return new Drawing(document).saved === drawing.saved;
}

function take(settings, { keepsDrawing = false } = {}) {
  ({ version } = settings);
  if (editable) find("reset").hidden = settings.is_from_file;
  if (!keepsDrawing) {
    const before = board.selected && [board.selected.kind, board.selected.name];
    board.open = null;
    drawing.load(settings.drawing);
    board.select(before ? (drawing.find(...before) ?? null) : null);
  }
  drawing.keep();
  changed();
  renew("camera");
}

async function put(body) {
  find("save").disabled = true;
  try {
    return await request("PUT", `${base}/settings`, { version, why: find("why").value, ...body });
  } catch (error) {
    changed();
    complain(error.message);
    const current = error instanceof ApiError && error.status === 409 && error.problem?.current;
    if (current) toast(error.message, { late: true, action: { label: t("Xem bản mới"), run: () => take(current) } });
    return null;
  }
}

async function save() {
  board.finish();
  const wrong = fault();
  if (wrong) return complain(wrong);
  if (!drawing.isChanged) return say(t("Không có gì mới để lưu."));
  const settings = await put({ drawing: drawing.toDocument() });
  if (!settings) return undefined;
  find("why").value = "";
  say(t("Đã lưu bản %(version)s và gửi đến máy biên.", { version: settings.version }));
  take(settings, { keepsDrawing: true });
  return undefined;
}

async function reset() {
  const settings = await put({ drawing: null });
  if (!settings) return;
  find("reset-dialog").close();
  say(t("Đã báo máy biên dùng lại tệp cấu hình của nó."));
  take(settings, { keepsDrawing: true });
}

async function takePicture() {
  find("take-picture").disabled = true;
  try {
    await request("POST", `${base}/picture`);
    toast(t("Đã gọi camera chụp; hình hiện trong ít giây."));
  } catch (error) {
    toast(error.message, { late: true });
  } finally {
    find("take-picture").disabled = false;
  }
}

async function reread() {
  try {
    const settings = await request("GET", `${base}/settings`);
    // what is being drawn here is not thrown away; saving it will say that it is stale
    const isNews = settings.version !== version || (settings.is_from_file && !isSame(settings.drawing));
    if (isNews && !drawing.isChanged && !board.open) take(settings);
  } catch {
    // the server is away: the next message asks again
  }
}

async function keepFacts(event) {
  event.preventDefault();
  const form = find("facts");
  const body = Object.fromEntries(new FormData(form));
  body.version = Number(form.dataset.version);
  for (const key of ["notice_posted_on", "notice_photo_sha256"]) body[key] ||= null;
  try {
    const kept = await request("PUT", `${base}/facts`, body);
    form.dataset.version = kept.version;
    toast(t("Đã lưu hồ sơ camera."));
    renew("camera");
  } catch (error) {
    toast(error.message, { late: true });
  }
}

async function serve(inService) {
  try {
    await request("PUT", `${base}/service`, { in_service: inService, why: find("service-why").value });
    location.reload();
  } catch (error) {
    toast(error.message, { late: true });
  }
}

/** A photograph is filed elsewhere: only its SHA-256 is kept here. */
async function hashPhoto(event) {
  const [file] = event.target.files;
  if (!file || !crypto.subtle) return;
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  find("notice_photo_sha256").value = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

listen((kind, fields) => {
  const mine = fields.id === given.id || kind === "reload";
  if (mine && (kind === "camera" || kind === "reload")) reread();
});
document.addEventListener("fresh", (event) => {
  if (event.target.id === "picture-facts") board.show(event.target.dataset.url);
});

find("take-picture")?.addEventListener("click", takePicture);
if (find("take-picture")) add("c", t("Chụp ngay"), takePicture);
if (editable) {
  const begin = { zone: t("Vùng mới"), line: t("Vạch mới"), mask: t("Che mới") };
  for (const button of root.querySelectorAll("[data-new]")) {
    const kind = button.dataset.new;
    const run = () => board.begin(kind, kind === "mask" ? "" : `${begin[kind]} ${drawing.shapes.filter((one) => one.kind === kind).length + 1}`);
    button.addEventListener("click", run);
    add(button.dataset.key, begin[kind], run);
  }
  const rename = find("shape-label");
  rename.addEventListener("focus", () => drawing.remember());
  rename.addEventListener("input", () => {
    board.selected.label = rename.value;
    find("chosen-name").textContent = rename.value || board.selected.name;
    board.draw();
    changed();
  });
  find("done-drawing").addEventListener("click", () => board.finish());
  find("undo").addEventListener("click", () => board.undo());
  find("remove").addEventListener("click", () => board.removeShape());
  find("save").addEventListener("click", save);
  find("reset").addEventListener("click", () => find("reset-dialog").showModal());
  find("reset-sure").addEventListener("click", reset);
  find("facts").addEventListener("submit", keepFacts);
  find("notice-photo").addEventListener("change", hashPhoto);
  for (const button of root.querySelectorAll("[data-serve]")) button.addEventListener("click", () => serve(button.dataset.serve === "true"));
  add("z", t("Hoàn tác"), () => board.undo());
  add("delete", t("Xoá điểm đang chọn, hoặc cả hình"), () => board.remove());
  add("escape", t("Thôi vẽ"), () => board.cancel());
  add("s", t("Lưu và gửi"), save);
  tell("← ↑ → ↓", t("Dời điểm hoặc bóng người (Shift: xa hơn)"));
  tell("enter", t("Thêm điểm"));
  window.addEventListener("beforeunload", (event) => drawing.isChanged && event.preventDefault());
}

chosen();
changed();
