"use strict";
/* The chat page at a counter: one device, many people. Loaded after chat.js, only there.

   Rules:
   1. Whoever touches the page begins a time; each further touch begins it anew, also in a window that was opened from here.
   2. "Xong, xóa hết", the end of the time, or a page that comes back from the browser's memory: everything goes, and the page is
      opened anew with a new cookie, in place of itself, so that nothing lies behind the back button.
   3. What a press would open elsewhere opens in one window that we can close. */

const SECONDS = Number(document.body.dataset.seconds);
const WARNING = 20;              // seconds left from which the time is told to screen readers, and stands out
const TOUCHES = ["pointerdown", "keydown", "input", "wheel", "touchmove"];

let touchedAt = 0;               // 0: nobody is here
let opened_window = null;        // the secure page of this person

function touched() {
  touchedAt = Date.now();
  showLeft();
}

function watch(target) {
  if (target.watchedByCounter) return;
  target.watchedByCounter = true;
  TOUCHES.forEach((kind) => target.addEventListener(kind, touched, { capture: true, passive: true }));
}

// Each page in the window that we opened has a document of its own.
function watchOpened() {
  if (!opened_window || opened_window.closed) return;
  try { watch(opened_window.document); } catch (elsewhere) { return; }
}

function showLeft() {
  const words = byId("forgets-when");
  if (!touchedAt) return;
  const left = Math.max(0, Math.ceil(SECONDS - (Date.now() - touchedAt) / 1000));
  words.textContent = "Tự xóa sau " + left + " giây nếu không chạm vào màn hình.";
  words.classList.toggle("soon", left <= WARNING);
  if (left === WARNING) byId("voice").textContent = "Trang sẽ tự xóa sau " + WARNING + " giây. Chạm vào màn hình để dùng tiếp.";
  if (left === 0) forgetAll();
}

function forgetAll() {
  touchedAt = 0;
  if (opened_window && !opened_window.closed) opened_window.close();
  opened_window = null;
  Object.assign(store, { conversation: null, last: 0, entries: [], pending: [], sms: [] });
  log.textContent = "";
  field.value = "";
  if (byId("inbox")) byId("inbox").textContent = "";
  try { sessionStorage.clear(); } catch (forbidden) { byId("state").textContent = ""; }
  hangUp();
  location.replace("/?counter=" + encodeURIComponent(COUNTER));
}

function openHere(event) {
  const link = event.target.closest && event.target.closest("a[target=_blank]");
  if (!link) return;
  event.preventDefault();
  opened_window = window.open(link.href, "troly-counter");
}

watch(document);
document.addEventListener("click", openHere);
byId("forget-all").addEventListener("click", forgetAll);
window.addEventListener("pageshow", (event) => { if (event.persisted) forgetAll(); });
setInterval(() => { watchOpened(); showLeft(); }, 500);
