// Texts in the page's language. Source strings are Vietnamese; the page hands the translations over (ui/i18n.py).

const handed = JSON.parse(document.getElementById("texts").textContent);

export const language = handed.language;
export const zone = handed.zone;

function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_match, name) => String(values[name]));
}

/** The text in this language, with %(name)s replaced from `values`. */
export function t(source, values = {}) {
  return fill((handed.strings[source] ?? [source])[0], values);
}

const clockForm = new Intl.DateTimeFormat("vi-VN", {
  timeZone: zone,
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** Hours, minutes and seconds in the site's zone. `at`: milliseconds since 1970. */
export function clock(at) {
  return clockForm.format(at);
}

const agoForm = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "long" });
const AGO_STEPS = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Infinity],
];

/** "5 minutes ago". `at`, `now`: milliseconds since 1970. */
export function ago(at, now = Date.now()) {
  let amount = Math.min(0, Math.round((at - now) / 1000));
  if (amount > -10) return t("vừa xong");
  for (const [unit, size] of AGO_STEPS) {
    if (Math.abs(amount) < size) return agoForm.format(amount, unit);
    amount = Math.round(amount / size);
  }
  return "";
}
