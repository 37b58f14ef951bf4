// Requests to /api/v1. An error carries the server's problem+json: a sentence for the officer.

import { language, t } from "./text.js";

export class ApiError extends Error {
  /** `problem`: the answer's whole problem+json, or null. */
  constructor(status, detail, problem = null) {
    super(detail);
    this.status = status;
    this.problem = problem;
  }
}

/** The server says its sentences in both languages, "vi / en": the half that the officer reads. */
function spoken(detail) {
  const halves = (detail ?? "").split(" / ");
  return halves.length === 2 ? halves[language === "vi" ? 0 : 1] : detail;
}

/** The answer's JSON, or null when it has none. Throws ApiError; `status` 0 means that the server was not reached. */
export async function request(method, path, body) {
  const headers = { Accept: "application/json" };
  const csrf = document.querySelector('meta[name="csrf"]').content;
  if (csrf) headers["X-CSRF-Token"] = csrf;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new ApiError(0, t("Không nối được với máy chủ. Kiểm tra mạng rồi thử lại."));
  }
  const isJson = answer.status !== 204 && (answer.headers.get("Content-Type") ?? "").includes("json");
  const content = isJson ? await answer.json() : null;
  if (answer.status === 401 && path !== "/api/v1/session") location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  if (!answer.ok) throw new ApiError(answer.status, spoken(content?.detail) ?? t("Máy chủ báo lỗi %(status)s.", { status: answer.status }), content);
  return content;
}

/** Another page of ours as a document, e.g. to take fresh parts from. Throws ApiError. */
export async function page(path) {
  let answer;
  try {
    answer = await fetch(path, { headers: { Accept: "text/html" } });
  } catch {
    throw new ApiError(0, t("Không nối được với máy chủ. Kiểm tra mạng rồi thử lại."));
  }
  if (answer.redirected && new URL(answer.url).pathname === "/sign-in") {
    location.assign(answer.url);
    throw new ApiError(401, t("Phiên làm việc đã hết. Hãy đăng nhập lại."));
  }
  if (!answer.ok) throw new ApiError(answer.status, t("Máy chủ báo lỗi %(status)s.", { status: answer.status }));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
