// Another period is shown as soon as it is chosen.

const period = document.getElementById("period");
period.addEventListener("change", () => period.form.submit());
