// The report's files and the printer, each by its key.

import { add } from "./keys.js";
import { t } from "./text.js";

for (const [key, ending, label] of [
  ["w", "docx", t("Xuất Word")],
  ["e", "xlsx", t("Xuất Excel")],
  ["c", "csv", t("Xuất CSV")],
]) {
  const link = document.getElementById(`as-${ending}`);
  if (link) add(key, label, () => link.click());
}

const print = () => window.print();
document.getElementById("print").addEventListener("click", print);
add("p", t("In"), print);
