// The rules of the selected zone or line as simple forms; a value that has no field here stays as it was.

import { t } from "./text.js";

function made(name, attributes = {}, ...children) {
  const found = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in found && key !== "list") found[key] = value;
    else found.setAttribute(key, value);
  }
  found.append(...children);
  return found;
}

let numbers = 0;

function field(label, control) {
  numbers += 1;
  control.id = `rule-field-${numbers}`;
  return made("div", { className: "field" }, made("label", { htmlFor: control.id, textContent: label }), control);
}

function choice(options, value) {
  const select = made("select");
  for (const [code, name] of options) select.append(made("option", { value: code, textContent: name, selected: code === value }));
  return select;
}

/** "22:00" of "22:00:00" or null. */
function clockOf(text) {
  return text ? text.slice(0, 5) : "";
}

export class RuleList {
  /** `kinds`: what there is (ui/board.py); `changed()`: a rule is another. */
  constructor(root, drawing, { kinds, words, editable, changed }) {
    Object.assign(this, { root, drawing, kinds, words, editable, changed });
    this.shape = null;
  }

  /** The rules that use this zone or line. */
  show(shape) {
    this.shape = shape;
    const rules = shape ? this.drawing.rules.filter((rule) => this.drawing.uses(rule, shape)) : [];
    this.root.replaceChildren(...rules.map((rule) => this.#form(rule)));
    if (!shape) return;
    if (shape.kind === "mask") {
      this.root.append(made("p", { className: "small muted", textContent: t("Phần bị che được tô đen trong mọi hình trước khi máy nhìn, hiện hay lưu.") }));
      return;
    }
    if (rules.length === 0) {
      this.root.append(made("p", { className: "small muted", textContent: t("Chưa có luật nào hỏi ở đây: vùng này chưa báo gì.") }));
    }
    if (this.editable) this.root.append(this.#adder());
  }

  /** The kinds that can be asked at a shape. */
  #offered(shape) {
    const lines = this.drawing.shapes.filter((one) => one.kind === "line" && one.points.length === 2);
    return this.kinds.filter(({ places, needs_calibration: measured }) => {
      if (measured && !this.words.is_calibrated) return false;
      return places.some((place) => (shape.kind === "zone" ? place.includes("zone") && (place.length === 1 || lines.length > 0) : place.length === 1 && place[0] === "line"));
    });
  }

  #adder() {
    const offered = this.#offered(this.shape);
    const select = choice(offered.map((kind) => [kind.code, kind.name]), "");
    const button = made("button", { type: "button", className: "button", textContent: t("Thêm luật"), onclick: () => this.#add(select.value) });
    return made("div", { className: "rule-add" }, field(t("Luật mới"), select), button);
  }

  #add(code) {
    const kind = this.kinds.find((one) => one.code === code);
    if (!kind) return;
    this.drawing.remember();
    const rule = { ...kind.defaults, kind: code, [this.shape.kind]: this.shape.name };
    if (this.shape.kind === "zone" && !kind.places.some((place) => place.length === 1 && place[0] === "zone")) {
      rule.line = this.drawing.shapes.find((one) => one.kind === "line").name;
    }
    this.drawing.addRule(rule);
    this.show(this.shape);
    this.changed();
    this.root.querySelector(".rule:last-of-type select")?.focus();
  }

  #form(rule) {
    const kind = this.kinds.find((one) => one.code === rule.kind);
    const name = kind?.name ?? rule.kind;
    const form = made("fieldset", { className: "rule", disabled: !this.editable });
    const legend = made("legend", {}, made("strong", { textContent: name }), made("span", { className: "small muted", textContent: ` ${rule.name}` }));
    const set = (key, value) => {
      this.drawing.remember();
      rule[key] = value;
      this.changed();
    };
    const fields = made("div", { className: "rule-fields" });
    fields.append(
      field(t("Chế độ"), this.#select(this.words.modes, rule.mode, (value) => set("mode", value))),
      field(t("Mức"), this.#select(this.words.severities, rule.severity, (value) => set("severity", value))),
      field(t("Kéo dài ít nhất (giây)"), this.#number(rule.dwell_s, { min: 0, step: "any" }, (value) => set("dwell_s", value))),
    );
    if (kind?.counts) fields.append(field(t("Ít nhất mấy đối tượng"), this.#number(rule.at_least, { min: 1, max: 100, step: 1 }, (value) => set("at_least", value))));
    if (rule.limit_kmh !== null && rule.limit_kmh !== undefined) {
      fields.append(field(t("Nhanh hơn (km/h)"), this.#number(rule.limit_kmh, { min: 1, max: 300, step: "any" }, (value) => set("limit_kmh", value))));
    }
    if (rule.kind === "line_crossing") {
      const ways = [["both", t("cả hai chiều")], ["forward", t("theo mũi tên")], ["backward", t("ngược mũi tên")]];
      fields.append(field(t("Chiều"), this.#select(ways, rule.direction, (value) => set("direction", value))));
    }
    if (rule.zone && rule.line) fields.append(field(t("Mũi tên (chiều đúng)"), this.#select(this.#lines(), rule.line, (value) => set("line", value))));
    fields.append(this.#hours(rule, set));
    form.append(legend, fields, this.#classes(rule, set));
    if (this.editable) {
      const away = made("button", { type: "button", className: "button button-quiet", textContent: t("Bỏ luật này") });
      away.addEventListener("click", () => {
        this.drawing.remember();
        this.drawing.rules = this.drawing.rules.filter((one) => one !== rule);
        this.show(this.shape);
        this.changed();
      });
      form.append(away);
    }
    return form;
  }

  #lines() {
    return this.drawing.shapes.filter((one) => one.kind === "line").map((one) => [one.name, one.label || one.name]);
  }

  #select(options, value, set) {
    const select = choice(options, value);
    select.addEventListener("change", () => set(select.value));
    return select;
  }

  #number(value, limits, set) {
    const input = made("input", { type: "number", ...limits, value });
    input.addEventListener("change", () => (input.checkValidity() && input.value !== "" ? set(Number(input.value)) : input.reportValidity()));
    return input;
  }

  #hours(rule, set) {
    const from = made("input", { type: "time", value: clockOf(rule.hours?.begin), ariaLabel: t("Từ giờ") });
    const to = made("input", { type: "time", value: clockOf(rule.hours?.end), ariaLabel: t("Đến giờ") });
    const change = () => {
      if (Boolean(from.value) === Boolean(to.value)) set("hours", from.value ? { begin: from.value, end: to.value } : null);
    };
    from.addEventListener("change", change);
    to.addEventListener("change", change);
    const group = made("div", { className: "field", role: "group", ariaLabel: t("Giờ hoạt động") });
    group.append(made("span", { className: "field-name", textContent: t("Giờ (trống: cả ngày)") }), made("div", { className: "rule-hours" }, from, made("span", { textContent: "–" }), to));
    return group;
  }

  #classes(rule, set) {
    const known = this.words.classes;
    const others = rule.classes.filter((code) => !known.some(([one]) => one === code));
    const group = made("div", { className: "rule-classes", role: "group", ariaLabel: t("Hỏi về") });
    for (const [code, name] of known) {
      const box = made("input", { type: "checkbox", checked: rule.classes.includes(code) });
      box.addEventListener("change", () => {
        const classes = rule.classes.filter((one) => one !== code);
        if (!box.checked && classes.length === 0) {
          box.checked = true;
          return;
        }
        set("classes", box.checked ? [...classes, code] : classes);
      });
      group.append(made("label", {}, box, name));
    }
    if (others.length > 0) group.append(made("span", { className: "small muted", textContent: t("và %(others)s", { others: others.join(", ") }) }));
    return group;
  }
}
