"use strict";
/* The public chat page. It holds this tab's log, the messages the server has not answered yet, and one socket.

   Rules:
   1. Words, ours or theirs, enter the page as text (textContent), never as HTML.
   2. A message keeps its id until the server answers "for" it; after every reconnect it is sent again.
   3. A reply is shown once: a number not above the highest shown one is dropped.
   4. Shown, then stored in this tab, then reported as seen. "forget" wipes the person's words from page and store.
   5. Numbers typed by people mean the newest options; older ones look quiet and can be pressed, repeated ones go.
   6. Focus moves only for people who use keys, so that no phone keyboard jumps up. */

const STORE = "troly-chat";
const LOG_LIMIT = 200;           // entries shown and stored
const SMS_LIMIT = 20;            // on the demo phone
const RETRY = [500, 15000];      // ms: the first wait, doubling up to the last
const PATIENCE = 15000;          // ms without a word from the server before the line counts as dead
const HELLO_WAIT = 1500;         // ms for the answer to "after" before a fresh tab greets
const DOUBLE_PRESS = 500;        // ms in which the same button counts once
const FORGOTTEN = "••• (đã xóa vì lý do an toàn)";
const MENU = "Menu";             // not drawn among options: its button is always there, and so is its number
const BACK = "Quay lại";         // drawn among the newest options only
const CONNECTED = "Đã kết nối";
const LOST = "Mất mạng – đang thử lại";
const CLOSED = {                 // codes with which the server closes a line; "again": whether we come back by ourselves
  1013: { words: "Đang rất đông người – tự kết nối lại", again: true },
  4408: { words: "Mạng chậm – đang kết nối lại", again: true },
  4409: { words: "Trang đang mở ở quá nhiều thẻ – bấm vào đây để dùng tiếp ở thẻ này", again: false },
  4429: { words: "Gửi quá nhanh – tự kết nối lại", again: true }
};

const byId = (id) => document.getElementById(id);
const log = byId("log");
const field = byId("field");
const phone = byId("phone");     // only on the demo page
const store = load();

let socket = null;
let tries = 0;
let clockSkew = 0;               // ms the server's clock is ahead of this phone's
let greeted = false;
let usingKeys = false;
let retryTimer, deadTimer, helloTimer;
let lastPress = { words: "", at: 0 };

/* ---- what this tab remembers ---- */

// Storage full, forbidden or unreadable: the chat goes on, only a reload forgets.
function load() {
  const fresh = { conversation: null, last: 0, entries: [], pending: [], sms: [] };
  try { return Object.assign(fresh, JSON.parse(sessionStorage.getItem(STORE))); } catch (unreadable) { return fresh; }
}

function save() {
  try { sessionStorage.setItem(STORE, JSON.stringify(store)); } catch (full) { return; }
}

/* ---- drawing ---- */

function make(tag, className, text, attributes) {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text || "";
  Object.entries(attributes || {}).forEach(([name, value]) => node.setAttribute(name, value));
  return node;
}

const drawNote = (entry) => make("p", "system", entry.text);

function drawOwn(entry) {
  const node = make("div", "message own", "", { "data-id": entry.id });
  const bubble = make("div", "bubble");
  bubble.append(make("span", "unseen", "Anh/chị: "), make("p", "words", entry.text));
  node.append(bubble);
  if (entry.waiting) node.append(make("span", "waiting", "đang gửi…"));
  return node;
}

function drawReply(reply) {
  const node = make("div", "message theirs", "", { "data-number": reply.number });
  if (reply.key) node.dataset.key = reply.key;
  const bubble = make("div", "bubble");
  if (reply.proactive) bubble.append(make("span", "badge", "Tin mới"));
  bubble.append(make("span", "unseen", "Trợ lý: "), make("p", "words", reply.text));
  const extras = [drawContact(reply.contact), drawLink(reply.link), drawCountdown(reply.until)];
  bubble.append(...extras.filter(Boolean));
  node.append(bubble);
  if (reply.options && reply.options.some((label) => label !== MENU)) node.append(drawOptions(reply.options));
  return node;
}

function drawContact(contact) {
  if (!contact) return null;
  const card = make("div", "contact");
  card.append(make("strong", "", contact.name));
  const digits = String(contact.phone || "").replace(/[^\d+]/g, "");
  const spaced = digits.replace(/^(\d{4})(\d{3})(\d{3})$/, "$1 $2 $3");
  if (digits) card.append(make("a", "button", "Gọi " + spaced, { href: "tel:" + digits }));
  return card;
}

function webAddress(address) {
  try {
    const url = new URL(address, location.href);
    return /^https?:$/.test(url.protocol) ? url : null;
  } catch (malformed) {
    return null;
  }
}

function drawLink(address) {
  const url = address && webAddress(address);
  if (!url) return null;
  const secure = url.pathname.includes("/secure/");
  const label = secure ? "Mở trang bảo mật" : "Mở liên kết";
  return make("a", secure ? "button strong" : "button", label, { href: url.href, target: "_blank", rel: "noopener", "aria-describedby": "new-tab" });
}

function drawOptions(labels) {
  const group = make("div", "options", "", { role: "group", "aria-label": "Lựa chọn" });
  labels.forEach((label, index) => {
    if (label === MENU) return;
    const button = make("button", label === BACK ? "option back" : "option", "", { type: "button" });
    button.append(make("span", "number", index + 1, { "aria-hidden": "true" }), make("span", "label", label));
    button.addEventListener("click", (event) => pressed(event, { press: label }));
    group.append(button);
  });
  return group;
}

/* ---- countdowns ---- */

function drawCountdown(until) {
  if (!until || Number.isNaN(Date.parse(until))) return null;
  const clock = make("p", "countdown", "", { role: "timer", "aria-live": "off", "data-until": until });
  showTimeLeft(clock);
  return clock;
}

function timeLeft(seconds) {
  if (seconds <= 0) return "đã hết giờ";
  if (seconds >= 86400) return "còn " + Math.floor(seconds / 86400) + " ngày";
  const clock = new Date(seconds * 1000).toISOString().slice(11, 19);   // 01:04:32
  return "còn " + clock.replace(/^00:/, "").replace(/^0/, "");
}

function showTimeLeft(clock) {
  const left = Math.ceil((Date.parse(clock.dataset.until) - Date.now() - clockSkew) / 1000);
  clock.textContent = timeLeft(left);
  clock.classList.toggle("over", left <= 0);
  return left;
}

function tick() {
  const lefts = Array.from(log.querySelectorAll(".countdown:not(.over)"), showTimeLeft);
  if (lefts.some((left) => left <= 0)) byId("voice").textContent = "Đã hết giờ";
}

function stopCountdowns(over) {
  Array.from(log.querySelectorAll(".message"))
    .filter(over)
    .forEach((message) => message.querySelectorAll(".countdown").forEach((clock) => clock.remove()));
}

// Options and a secure page belong to the question that offered them: the next question ends its clock too.
// Older options that are all offered again go: a question asked anew is not a second wall of buttons.
function retireOlder(offered) {
  log.querySelectorAll(".options").forEach((group) => {
    const labels = Array.from(group.querySelectorAll(".label"), (label) => label.textContent);
    if (labels.every((label) => offered.includes(label))) group.remove();
    group.classList.add("old");
  });
  stopCountdowns((message) => message.querySelector(".strong"));
  log.querySelectorAll(".strong").forEach((link) => link.classList.remove("strong"));
}

/* ---- the log ---- */

function show(entry) {
  if (entry.key) stopCountdowns((message) => message.dataset.key === entry.key);
  const node = { own: drawOwn, reply: drawReply, note: drawNote }[entry.kind](entry);
  if (entry.options && entry.options.length) retireOlder(entry.options);
  log.append(node);
  byId("empty").hidden = true;
  return node;
}

function add(entry) {
  store.entries.push(entry);
  const node = show(entry);
  if (store.entries.length > LOG_LIMIT) log.firstElementChild.remove();
  store.entries = store.entries.slice(-LOG_LIMIT);
  return node;
}

function restore() {
  log.setAttribute("aria-busy", "true");
  store.entries.forEach(show);
  log.removeAttribute("aria-busy");
  if (phone) store.sms.slice().reverse().forEach(showSms);
  scrollToEnd();
}

const nearEnd = () => window.innerHeight + window.scrollY > document.documentElement.scrollHeight - 200;

function scrollToEnd(first) {
  // A long answer is shown from its beginning.
  const end = document.documentElement.scrollHeight - window.innerHeight;
  const top = first ? first.getBoundingClientRect().top + window.scrollY - byId("top").offsetHeight - 12 : end;
  window.scrollTo(0, Math.min(top, end));
  byId("newest").hidden = true;
}

/* ---- the demo phone ---- */

function showSms(sms) {
  const item = make("li", "sms");
  item.append(make("span", "to", "Gửi tới " + sms.to), make("p", "words", sms.text));
  byId("inbox").prepend(item);
  byId("sms-none").hidden = true;
  byId("sms-count").textContent = byId("inbox").children.length + " tin";
  phone.classList.toggle("fresh", !phone.open);
}

function receiveSms(list) {
  if (!phone) return;
  list.forEach(showSms);
  store.sms = list.slice().reverse().concat(store.sms).slice(0, SMS_LIMIT);
  if (list.length && !phone.open) byId("voice").textContent = "Điện thoại thử có tin mới";
}

/* ---- saying something ---- */

function newId() {
  // Not crypto.randomUUID: it is missing on older phones and on plain http.
  const bytes = Array.from(crypto.getRandomValues(new Uint8Array(16)));
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
}

function say(what, silent) {
  const message = Object.assign({ id: newId() }, what);
  store.pending.push(message);
  if (!silent) {
    add({ kind: "own", id: message.id, text: what.text || what.press, waiting: true });
    scrollToEnd();
  }
  save();
  transmit(message);
}

function pressed(event, what) {
  const words = what.press || what.text;
  const waiting = store.pending.some((message) => (message.press || message.text) === words);
  const again = lastPress.words === words && Date.now() - lastPress.at < DOUBLE_PRESS;
  lastPress = { words, at: Date.now() };
  if (!waiting && !again) say(what);
  if (usingKeys && event.detail === 0) field.focus({ preventScroll: true });
}

function submitted(event) {
  event.preventDefault();
  const text = field.value.trim();
  if (!text) return;
  field.value = "";
  fitField();
  lastPress = { words: "", at: 0 };   // with words typed between, the same button is meant again
  say({ text: text });
  if (usingKeys) field.focus({ preventScroll: true });
}

function acknowledge(id, forget) {
  store.pending = store.pending.filter((message) => message.id !== id);
  const entry = store.entries.find((one) => one.kind === "own" && one.id === id);
  if (!entry) return;
  entry.waiting = false;
  if (forget) entry.text = FORGOTTEN;
  const node = Array.from(log.children).find((one) => one.dataset.id === id);
  node.querySelectorAll(".waiting").forEach((label) => label.remove());
  node.querySelector(".words").textContent = entry.text;
}

/* ---- the socket ---- */

function transmit(frame) {
  if (!socket && byId("state").textContent === CLOSED[4409].words) connect();
  if (!socket || socket.readyState !== WebSocket.OPEN) return;
  socket.send(JSON.stringify(frame));
  if (frame.id) expectWord();
}

function expectWord() {
  clearTimeout(deadTimer);
  deadTimer = setTimeout(hangUp, PATIENCE);
}

function showState(words) {
  const state = byId("state");
  if (state.textContent !== words) state.textContent = words;   // or it would be read out again
  state.className = words === CONNECTED ? "state open" : "state lost";
}

function connect() {
  clearTimeout(retryTimer);
  const line = new WebSocket(location.origin.replace(/^http/, "ws") + "/chat/socket");
  socket = line;
  expectWord();
  line.onopen = opened;
  line.onmessage = (event) => line === socket && receive(JSON.parse(event.data));
  line.onclose = (event) => line === socket && lost(CLOSED[event.code]);
}

function opened() {
  clearTimeout(deadTimer);
  showState(CONNECTED);
  transmit({ after: store.last });
  store.pending.forEach(transmit);
  helloTimer = setTimeout(greet, HELLO_WAIT);
}

function lost(why) {
  socket = null;
  clearTimeout(deadTimer);
  clearTimeout(helloTimer);
  showState(why ? why.words : LOST);
  if (why && !why.again) return;   // until the tab is looked at again, or something is said
  if (why) tries = Math.max(tries, 3);
  const wait = Math.min(RETRY[0] * 2 ** tries++, RETRY[1]);
  retryTimer = setTimeout(connect, wait * (0.7 + 0.3 * Math.random()));
}

function hangUp() {
  const line = socket;
  if (!line) return;
  lost();
  line.close();
}

function greet() {
  clearTimeout(helloTimer);
  const spoken = store.pending.length || store.entries.some((entry) => entry.kind !== "note");
  if (!spoken && !greeted) say({ text: "/start" }, true);
  greeted = true;
}

function startOver(conversation) {
  // The server no longer knows this tab's conversation: its numbers begin again, and so do we.
  const waiting = store.entries.filter((entry) => entry.waiting);
  Object.assign(store, { conversation: conversation, last: 0, entries: [] });
  greeted = false;
  log.textContent = "";
  waiting.forEach(add);
  transmit({ after: 0 });
}

function receive(frame) {
  tries = 0;
  clearTimeout(deadTimer);
  if (frame.now) clockSkew = Date.parse(frame.now) - Date.now() || 0;
  if (frame.conversation) {
    const other = store.conversation && frame.conversation !== store.conversation;
    if (other || frame.said < store.last) return startOver(frame.conversation);
    store.conversation = frame.conversation;
  }
  const following = nearEnd() || Boolean(frame.for);
  if (frame.for) acknowledge(frame.for, frame.forget);
  const shown = receiveReplies(frame.replies || []);
  if (frame.error) shown.push(add({ kind: "note", text: frame.error }));
  receiveSms(frame.sms || []);
  save();
  if (frame.replies && frame.replies.length) transmit({ seen: store.last });
  if (shown.length && following) scrollToEnd(shown[0]);
  if (shown.length && !following) byId("newest").hidden = false;
  if (store.pending.length) expectWord();
  greet();
}

function receiveReplies(replies) {
  const fresh = replies.filter((reply) => reply.number > store.last);
  store.last = fresh.reduce((highest, reply) => Math.max(highest, reply.number), store.last);
  return fresh.map((reply) => add(Object.assign({ kind: "reply" }, reply)));
}

/* ---- wiring ---- */

function fitField() {
  field.style.height = "auto";
  field.style.height = Math.min(field.scrollHeight + 2, 150) + "px";
}

function sendOnEnter(event) {
  // Some phone keyboards tell only by the line break (beforeinput) that Enter was pressed.
  const lineBreak = event.inputType === "insertLineBreak" || event.inputType === "insertParagraph";
  if (lineBreak || (event.key === "Enter" && !event.isComposing)) submitted(event);
}

function wire() {
  byId("composer").addEventListener("submit", submitted);
  field.addEventListener("keydown", sendOnEnter);
  field.addEventListener("beforeinput", sendOnEnter);
  field.addEventListener("input", fitField);
  byId("menu").addEventListener("click", (event) => pressed(event, { text: "menu" }));
  byId("newest").addEventListener("click", () => scrollToEnd());
  byId("state").addEventListener("click", () => socket || connect());
  document.querySelectorAll("[data-say]").forEach((button) => {
    button.addEventListener("click", (event) => pressed(event, { text: button.dataset.say }));
  });
  ["keydown", "pointerdown"].forEach((kind) => {
    window.addEventListener(kind, () => { usingKeys = kind === "keydown"; }, true);
  });
  window.addEventListener("scroll", () => { if (nearEnd()) byId("newest").hidden = true; }, { passive: true });
  ["online", "pageshow", "focus"].forEach((kind) => window.addEventListener(kind, () => socket || connect()));
  window.addEventListener("offline", hangUp);
  if (!phone) return;
  phone.open = window.matchMedia("(min-width: 1000px)").matches;
  phone.addEventListener("toggle", () => phone.classList.remove("fresh"));
}

history.scrollRestoration = "manual";
wire();
restore();
setInterval(tick, 1000);
connect();
