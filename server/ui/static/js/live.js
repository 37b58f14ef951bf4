// One connection a page to /api/v1/live, closed while the page is hidden: a browser allows only six to one server.

const KINDS = ["incident", "camera", "picture", "criteria", "reload"];
const listeners = new Set();
let source = null;
let lastId = document.querySelector('meta[name="live"]').content;

function tell(kind, fields) {
  for (const listener of listeners) listener(kind, fields);
}

function open() {
  if (source !== null) return;
  source = new EventSource(lastId ? `/api/v1/live?after=${lastId}` : "/api/v1/live");
  for (const kind of KINDS) {
    source.addEventListener(kind, (message) => {
      lastId = message.lastEventId || lastId;
      tell(kind, JSON.parse(message.data || "{}"));
    });
  }
  source.addEventListener("error", () => {
    // A browser gives up for good when the answer is no event stream, e.g. while the server restarts.
    if (source?.readyState !== EventSource.CLOSED) return;
    close();
    setTimeout(() => document.hidden || (open(), tell("reload", {})), 3000);
  });
}

function close() {
  source?.close();
  source = null;
}

/** Call `listener(kind, fields)` for each message; "reload" means that some were missed. */
export function listen(listener) {
  listeners.add(listener);
}

/** Connect now and whenever the page is looked at. */
export function start() {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      close();
    } else {
      open();
      tell("reload", {});
    }
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => event.persisted && (open(), tell("reload", {})));
  if (!document.hidden) open();
}
