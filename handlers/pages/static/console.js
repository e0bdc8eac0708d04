"use strict";
/* The staff console: parts of a page that keep themselves fresh. Without it every page works by reload.

   Rules:
   1. An element with data-live="address" is asked for again every few seconds; the server answers 304 while nothing changed.
   2. What a person typed, chose, opened or focused survives a change; so does the place in a conversation, and its end.
   3. These requests say "X-Live: 1" ("hidden" in the background): they keep no session alive. When it ended, the page says so. */

const seconds = Number(document.body.dataset.liveSeconds) || 2;
const lost = document.getElementById("lost");
const ENDED = "Phiên làm việc đã hết. Nội dung đang gõ được giữ lại; anh/chị đăng nhập bằng liên kết mới là còn nguyên.";
const OFFLINE = "Mất kết nối – đang thử lại. Nội dung đang gõ vẫn còn trên trang.";
const NEAR_END = 80;             // px from the end of a conversation that still count as its end
const PATIENCE = 10000;          // ms without an answer before the line counts as lost

function say(text) {
  if (!lost || lost.textContent === text) return;
  lost.textContent = text;
  lost.hidden = !text;
}

/* ---- a conversation keeps its end ---- */

function scroller(part) {
  const own = part.closest("[data-end]");
  if (!own) return null;
  return own.scrollHeight > own.clientHeight + 1 && getComputedStyle(own).overflowY !== "visible" ? own : document.scrollingElement;
}

const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
const toEnd = (box) => { box.scrollTop = box.scrollHeight; };

/* ---- replacing without taking anything away ---- */

const nameOf = (field) => (field.id ? "#" + CSS.escape(field.id) : "");

function typedIn(part) {
  const kept = [];
  part.querySelectorAll("textarea, select, input:not([type=hidden])").forEach((field) => {
    if (nameOf(field)) kept.push({ at: nameOf(field), value: field.value, checked: field.checked });
  });
  part.querySelectorAll("details[open]").forEach((one) => { if (nameOf(one)) kept.push({ at: nameOf(one), open: true }); });
  return kept;
}

function putBack(part, kept) {
  kept.forEach((one) => {
    const field = part.querySelector(one.at);
    if (!field) return;
    if (one.open) { field.open = true; return; }
    field.value = one.value;
    if ("checked" in field) field.checked = one.checked;
  });
}

// What is the same stays the same node: nothing is read aloud twice, and nothing moves under a pointer.
function patch(part, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;        // rendered and escaped by the server; scripts in it would not run
  const next = [...fresh.content.childNodes];
  const now = [...part.childNodes];
  next.forEach((node, index) => {
    if (!now[index]) part.append(node);
    else if (!now[index].isEqualNode(node)) now[index].replaceWith(node);
  });
  now.slice(next.length).forEach((node) => node.remove());
}

function replace(part, html, tag) {
  const box = scroller(part);
  const wasAtEnd = box && atEnd(box);
  const kept = typedIn(part);
  const focused = part.contains(document.activeElement) && nameOf(document.activeElement);
  const range = focused && "selectionStart" in document.activeElement
    ? [document.activeElement.selectionStart, document.activeElement.selectionEnd] : null;
  patch(part, html);
  part.dataset.tag = tag;
  putBack(part, kept);
  const again = focused && part.querySelector(focused);
  if (again) {
    again.focus({ preventScroll: true });
    if (range && again.setSelectionRange && again.tagName === "TEXTAREA") again.setSelectionRange(range[0], range[1]);
  }
  if (wasAtEnd) toEnd(box);
}

async function ask(part) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(part.dataset.live, {
      headers: { "X-Live": document.hidden ? "hidden" : "1", "If-None-Match": '"' + part.dataset.tag + '"' },
      credentials: "same-origin", cache: "no-store", signal: stop.signal,
    });
    dispatchEvent(new CustomEvent("left", { detail: answer.headers.get("x-session-left") }));
    if (answer.status === 401 || answer.status === 403) return "ended";
    if (answer.status === 200) replace(part, await answer.text(), (answer.headers.get("etag") || "").replace(/^W\//, "").replaceAll('"', ""));
    return answer.status === 200 || answer.status === 304 ? "fine" : "lost";
  } catch (unreachable) {
    return "lost";
  } finally {
    clearTimeout(timer);
  }
}

// The tab's title says how many wait.
function count() {
  const waiting = document.querySelector("[data-waiting]");
  if (waiting) document.title = (waiting.dataset.waiting > 0 ? "(" + waiting.dataset.waiting + ") " : "") + document.title.replace(/^\(\d+\) /, "");
}

let rounds = 0;
async function round() {
  rounds += 1;
  const parts = [...document.querySelectorAll("[data-live]")].filter((part) => (rounds - 1) % (Number(part.dataset.every) || 1) === 0);
  const results = await Promise.all(parts.map(ask));
  if (results.includes("ended")) { say(ENDED); dispatchEvent(new Event("ended")); return; }
  if (parts.length) say(results.includes("lost") ? OFFLINE : "");
  count();
  setTimeout(round, seconds * 1000);
}

/* ---- small kindnesses ---- */

document.querySelectorAll("[data-end]").forEach((own) => {
  const box = scroller(own);
  if (box === own) toEnd(box);   // on a phone the page itself scrolls, and begins with the card
});

// After taking a ticket or sending, the next thing is to write; on a phone that would only raise the keyboard.
const next = document.querySelector("[data-focus]");
const field = next && document.getElementById(next.dataset.focus);
if (field && matchMedia("(pointer: fine)").matches) field.focus();

// Ctrl+Enter sends; a form that is on its way is not sent twice.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest && event.target.closest("textarea") && event.target.form;
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
});
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;      // what is typed elsewhere is kept first: desk.js
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "yes";
  setTimeout(() => { delete event.target.dataset.sent; }, 5000);
});

count();
if (document.querySelector("[data-live]")) setTimeout(round, document.querySelector('[data-tag=""]') ? 0 : seconds * 1000);
