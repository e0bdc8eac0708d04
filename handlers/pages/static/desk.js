"use strict";
/* The staff console: drafts, the end of a session, keys. Without it everything still works by forms and reload.

   Rules:
   1. What is typed into a form with a field "draft" is kept on the server, sealed, a moment after each pause, before the page is
      left, and until the form was taken. Nothing of it is kept in the browser.
   2. While the service is away the words stay on the page and are kept as soon as it answers again.
   3. Two minutes before the session ends the page says so; "Ở lại" and typing hold it, except past its longest time.
   4. Single keys act only outside of fields, and can be switched off. */

(() => {
const token = document.body.dataset.token;
const PAUSE = 600;               // ms after the last key until a draft is kept
const AGAIN = 2000;              // ms until keeping is tried again
const WARN = 120;                // seconds before the end of a session
const TOAST = 8000;              // ms that a message over the page stays

/* ---- drafts ---- */

const typed = (form) => [...form.elements].filter((f) => f.name && (f.tagName === "TEXTAREA" || f.type === "text" || f.type === "search") && !f.readOnly);
const nameOfDraft = (form) => (form && form.elements.draft ? form.elements.draft.value : "");
let restoring = false;
const pending = new Map();       // form's name -> { form, timer, busy }

function bodyOf(form) {
  const body = new URLSearchParams({ csrf_token: token, draft: nameOfDraft(form) });
  typed(form).forEach((field) => body.append(field.name, field.value));
  return body;
}

async function keep(form, leaving) {
  const name = nameOfDraft(form), one = pending.get(name);
  if (one) clearTimeout(one.timer);
  const sent = bodyOf(form);
  try {
    const answer = await fetch("/console/drafts", { method: "POST", body: sent, credentials: "same-origin", keepalive: Boolean(leaving) });
    if (answer.status >= 500) throw new Error(answer.status);
    told(answer.headers.get("x-session-left"));
    if (pending.get(name) === one) {
      if (bodyOf(form).toString() === sent.toString()) pending.delete(name); else soon(form);
    }
    const said = form.querySelector("[data-kept]");
    if (said) said.textContent = answer.ok ? "Đã giữ bản nháp" : answer.status === 422 ? "Bản nháp này không được giữ" : "";
    return true;
  } catch (unreachable) {
    if (one) { one.failed = true; one.timer = setTimeout(() => keep(form), AGAIN); }
    return false;
  }
}

function soon(form) {
  const name = nameOfDraft(form), one = pending.get(name), said = form.querySelector("[data-kept]");
  if (said) said.textContent = "";
  if (one) clearTimeout(one.timer);
  pending.set(name, { form, timer: setTimeout(() => keep(form), PAUSE) });
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!restoring && nameOfDraft(form) && typed(form).includes(event.target)) soon(form);
});

const shownForms = () => [...document.querySelectorAll("input[name=draft]")].map((field) => field.form).filter(Boolean);

async function restore(form) {
  const name = nameOfDraft(form);
  try {
    const answer = await fetch("/console/drafts?form=" + encodeURIComponent(name), { headers: { "X-Live": "1" }, credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) return;
    const kept = await answer.json();
    const now = document.contains(form) ? form : shownForms().find((one) => nameOfDraft(one) === name);  // a live part may have come anew
    if (!now || pending.has(name)) return;
    let put = false;
    typed(now).forEach((field) => {
      const words = kept[field.name];
      if (words && field.value === field.defaultValue && words !== field.value && !document.getElementById("error")) { field.value = words; put = true; }
      if (put) { restoring = true; field.dispatchEvent(new Event("input", { bubbles: true })); restoring = false; }   // a preview follows
    });
    const said = now.querySelector("[data-kept]");
    if (put && said) said.textContent = "Bản nháp anh/chị gõ trước đó";
  } catch (unreachable) { /* the next page load asks again */ }
}
shownForms().forEach(restore);

// A form that leads away first has what stands in the others kept; its own words are sent, not kept.
let going = false;
document.addEventListener("submit", async (event) => {
  const own = nameOfDraft(event.target);
  if (own && pending.has(own)) { clearTimeout(pending.get(own).timer); pending.delete(own); }
  if (going || event.defaultPrevented || !pending.size || event.target.method === "dialog") return;
  event.preventDefault();
  delete event.target.dataset.sent;
  const form = event.target, by = event.submitter;
  const all = await Promise.all([...pending.values()].map((one) => keep(one.form)));
  if (all.includes(false)) return;       // the line is away: nothing is left before the words are kept
  going = true;
  form.requestSubmit(by || undefined);
  going = false;
}, true);

addEventListener("pagehide", () => pending.forEach((one) => keep(one.form, true)));
addEventListener("beforeunload", (event) => {
  if ([...pending.values()].some((one) => one.failed)) event.preventDefault();
});

/* ---- the end of a session ---- */

const ending = document.getElementById("ending");
const words = document.getElementById("ending-words");
const stay = document.getElementById("stay");
let until = 0, atLatest = 0, over = false;

function told(left) {
  if (!left) return;
  const [idle, total] = left.split(" ").map(Number);
  until = Date.now() + idle * 1000;
  atLatest = Date.now() + total * 1000;
}
told(document.body.dataset.left);
addEventListener("left", (event) => told(event.detail));
addEventListener("ended", () => { over = true; ending.hidden = true; });

async function look(method) {
  try {
    const answer = await fetch("/console/session", method === "POST"
      ? { method, body: new URLSearchParams({ csrf_token: token }), credentials: "same-origin" }
      : { headers: { "X-Live": "1" }, credentials: "same-origin", cache: "no-store" });
    told(answer.headers.get("x-session-left"));
  } catch (unreachable) { /* it is asked again */ }
}

let asked = 0;
setInterval(async () => {
  if (over) return;
  let left = Math.round((until - Date.now()) / 1000);
  if (left <= WARN && Date.now() - asked > 10000) {      // another tab may have held it
    asked = Date.now();
    await look("GET");
    left = Math.round((until - Date.now()) / 1000);
  }
  const near = left <= WARN;
  if (near) {
    const last = atLatest - until < 2000;
    const clock = Math.max(0, Math.floor(left / 60)) + ":" + String(Math.max(0, left % 60)).padStart(2, "0");
    words.textContent = left <= 0 ? "Phiên làm việc đã hết. Nội dung đang gõ được giữ lại; anh/chị đăng nhập bằng liên kết mới là còn nguyên."
      : last ? "Phiên đã dài hết mức, kết thúc sau " + clock + ". Anh/chị gửi nốt; nội dung đang gõ được giữ lại."
      : "Phiên làm việc sắp hết, còn " + clock + ".";
    stay.hidden = last || left <= 0;
  }
  if (ending.hidden === near) ending.hidden = !near;
}, 1000);
stay.addEventListener("click", async () => { await look("POST"); ending.hidden = true; });

/* ---- messages over the page go by themselves ---- */

document.querySelectorAll(".framed .toast").forEach((one) => setTimeout(() => { one.hidden = true; }, TOAST));
const summary = document.getElementById("error");
if (summary) summary.focus();

/* ---- keys ---- */

const keys = document.getElementById("keys");
const OFF = "troly-keys-off";    // the one thing kept in the browser: no data of anybody
const box = document.getElementById("keys-on");
const off = () => { try { return localStorage.getItem(OFF) === "1"; } catch (refused) { return false; } };
if (box) {
  box.checked = !off();
  box.addEventListener("change", () => { try { localStorage.setItem(OFF, box.checked ? "0" : "1"); } catch (refused) { /* for this page only */ } });
}

function step(by) {
  const links = [...document.querySelectorAll(".entry-link")];
  if (!links.length) return;
  const here = links.indexOf(document.activeElement.closest ? document.activeElement.closest(".entry-link") : null);
  const opened = links.findIndex((link) => link.getAttribute("aria-current"));
  const from = here >= 0 ? here : opened;
  const next = links[Math.min(links.length - 1, Math.max(0, from < 0 ? 0 : from + by))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

const press = (id) => { const one = document.getElementById(id); if (one) one.click(); return Boolean(one); };
const go = (id) => { const one = document.getElementById(id); if (one) one.focus(); return Boolean(one); };
const ACTS = {
  j: () => step(1),
  k: () => step(-1),
  c: () => press("claim") || press("next"),
  r: () => go("answer"),
  "/": () => go("seek"),
  g: () => location.assign("/console/queue"),
  "?": () => keys.showModal(),
};

document.addEventListener("keydown", (event) => {
  const inField = event.target.closest && event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, dialog");
  if (event.key === "Escape" && inField && !event.target.closest("dialog")) { event.target.blur(); return; }
  if (!keys || inField || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key !== "?" && off()) return;
  const act = ACTS[event.key];
  if (act) { event.preventDefault(); act(); }
});
})();
