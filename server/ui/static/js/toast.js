// Short messages at the foot of the page; one may hold an action for ten seconds.

export const SECONDS = 10;

/** Show a message. `action`: {label, run}. `late`: it is an error. Returns a function that takes it away. */
export function toast(text, { action, late = false } = {}) {
  const place = document.getElementById("toasts");
  const box = document.createElement("div");
  box.className = late ? "toast toast-late" : "toast";
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words);
  const away = () => {
    clearTimeout(timer);
    box.remove();
  };
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      away();
      action.run();
    });
    const clock = document.createElement("span");
    clock.className = "toast-clock";
    box.append(button, clock);
  }
  const timer = setTimeout(away, (action ? SECONDS : 6) * 1000);
  place.replaceChildren(box);
  return away;
}
