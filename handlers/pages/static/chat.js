"use strict";
/* The public chat page. It holds this tab's log, the messages the server has not answered yet, and one socket.

   Rules:
   1. Words, ours or theirs, enter the page as text (textContent), never as HTML; addresses in them become links.
   2. A message keeps its id until the server answers "for" it; after every reconnect it is sent again.
   3. A reply is shown once: a number not above the highest shown one is dropped.
   4. Shown, then stored in this tab, then reported as seen. "forget" wipes the person's words from page and store.
   5. Numbers typed by people mean the newest options; older ones look quiet and can be pressed, repeated ones go.
   6. Focus moves only for people who use keys, so that no phone keyboard jumps up.
   7. Enter sends, unless an input method is writing (its Enter ends a word) or Shift is held (a line break).
   8. What was typed in one tab is told to the other tabs of this browser, which send it themselves when they connect
      anew: the same id is the same message. Nothing of it is kept outside the tabs. */

const STORE = "troly-chat";
const DRAFT = "troly-draft";     // what stands in the field, until it is sent
const LOG_LIMIT = 200;           // entries shown and stored
const SMS_LIMIT = 20;            // on the demo phone
const RETRY = [500, 15000];      // ms: the first wait, doubling up to the last
const PATIENCE = 15000;          // ms without a word from the server before the line counts as dead
const HELLO_WAIT = 1500;         // ms for the answer to "after" before a fresh tab greets
const OTHERS_WAIT = 300;         // ms for another tab to tell what this one has missed
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
const MODE = document.body.dataset.mode;             // "own", "counter", "frame": each has its own cookie
const COUNTER = document.body.dataset.counter || ""; // at a counter nothing is kept, not even in this tab
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
let composing = false;           // an input method is writing a word
let enter = "";                  // what the Enter key that was pressed last is: "send", "line" or "word"
let held = null;                 // frames that wait until the other tabs were asked

/* ---- what this tab remembers ---- */

// Storage full, forbidden or unreadable: the chat goes on, only a reload forgets.
function load() {
  const fresh = { conversation: null, last: 0, entries: [], pending: [], sms: [] };
  if (COUNTER) return fresh;
  try { return Object.assign(fresh, JSON.parse(sessionStorage.getItem(STORE))); } catch (unreadable) { return fresh; }
}

function save() {
  if (COUNTER) return;
  try { sessionStorage.setItem(STORE, JSON.stringify(store)); } catch (full) { return; }
}

function saveDraft() {
  if (COUNTER) return;
  try { sessionStorage.setItem(DRAFT, field.value); } catch (full) { return; }
}

function restoreDraft() {
  if (COUNTER) return;
  try { field.value = field.value || sessionStorage.getItem(DRAFT) || ""; } catch (forbidden) { return; }
}

/* ---- addresses and phone numbers in words ---- */

const REST = /[^\s<>"“”«»\u200b-\u200f\u202a-\u202e\u2060-\u2069]/.source;   // what an address may hold
const GAP = "[ .-]?";
const SITE = /(?:[a-z0-9-]{1,63}\.){1,8}/.source;
const PRESSABLE = new RegExp([    // no lookbehind: older iPhones cannot read it
  "(https?://" + REST + "+)",
  /([a-z][a-z0-9+.-]{0,20}:\/\/\S*|(?:javascript|vbscript|data|file|blob|about|intent|view-source):\S+)/.source,   // never
  "([a-z0-9._%+-]{1,64}@" + SITE + "[a-z]{2,24})",
  "(" + SITE + /(?:vn|com|net|org|edu|gov|info)(?![a-z0-9@À-ỹ-]|\.[a-z0-9])(?::\d{1,5})?/.source + "(?:[/?#]" + REST + "*)?)",
  "((?:(?:\\+?84|0)" + GAP + "[35789](?:" + GAP + "\\d){8}"
    + "|(?:\\+84" + GAP + "|0)2(?:" + GAP + "\\d){9}|\\(02\\d\\)(?:" + GAP + "\\d){8}|\\(02\\d\\d\\)(?:" + GAP + "\\d){7}"
    + "|1[89]00" + GAP + "\\d{2}" + GAP + "\\d{2}(?:" + GAP + "\\d{2})?|1[89]00" + GAP + "\\d{3}" + GAP + "\\d{3})(?!\\d))"
].join("|"), "gi");
const INSIDE = /[0-9A-Za-zÀ-ỹ_@/=&%+-]$|[0-9]\.$/;        // before an address that is a part of something longer
const IN_NUMBER = /[0-9A-Za-zÀ-ỹ_@=&%+]$|[0-9]\.$/;         // the same of a number
const NO_PHONE = /(?:m[ãa](?: s[ốo])?|sổ|thẻ|bhxh|bhyt|cccd|cmnd|định danh)(?: là)?[\s:.]{0,3}$/i;   // before ten digits that are no phone
const PHONE = /^(?:0[35789]\d{8}|02\d{9}|1[89]00\d{4}|1[89]00\d{6})$/;

// A web address that may be pressed: http or https. A name before the host, or letters that look like others, could
// pass for another host.
function webAddress(address) {
  try {
    const url = new URL(address, location.href);
    const honest = !url.username && !url.password && !/(?:^|\.)xn--/.test(url.hostname);
    return /^https?:$/.test(url.protocol) && honest ? url : null;
  } catch (malformed) {
    return null;
  }
}

function withoutEnd(address) {
  let end = address.length;
  const count = (sign) => address.slice(0, end).split(sign).length;
  while (/[.,;:!?'’…)\]}*]/.test(address[end - 1]) && !(address[end - 1] === ")" && count("(") >= count(")"))) end -= 1;
  return address.slice(0, end);
}

function phoneAddress(number, before) {
  const digits = number.replace(/\D/g, "").replace(/^84(?=[2-9])/, "0");
  return PHONE.test(digits) && !(number === digits && NO_PHONE.test(before)) ? "tel:" + digits : "";
}

// The find that is pressable as a link, or null.
function linkOf(found, before) {
  const [, web, never, mail, bare, number] = found;
  if (never || (number ? IN_NUMBER : INSIDE).test(before)) return null;
  const words = web || bare ? withoutEnd(found[0]) : found[0];
  const url = (web || bare) && webAddress(web ? words : "https://" + words);
  const href = url ? url.href : mail ? "mailto:" + mail : number ? phoneAddress(number, before) : "";
  if (!href || (COUNTER && url)) return null;   // nobody surfs on from a counter
  const outside = url ? { target: "_blank", "aria-describedby": "new-tab" } : {};
  return make("a", "", words, Object.assign({ href, rel: "noopener noreferrer" }, outside));
}

function drawWords(text) {
  const node = make("p", "words");
  let from = 0;
  PRESSABLE.lastIndex = 0;
  for (let found = PRESSABLE.exec(text); found; found = PRESSABLE.exec(text)) {
    const link = linkOf(found, text.slice(Math.max(0, found.index - 40), found.index));
    if (!link) continue;
    node.append(text.slice(from, found.index), link);
    from = found.index + link.textContent.length;
    PRESSABLE.lastIndex = from;
  }
  node.append(text.slice(from));
  return node;
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
  bubble.append(make("span", "unseen", "Anh/chị: "), drawWords(entry.text));
  node.append(bubble);
  if (entry.waiting) node.append(make("span", "waiting", "đang gửi…"));
  return node;
}

function drawReply(reply) {
  const node = make("div", "message theirs", "", { "data-number": reply.number });
  if (reply.key) node.dataset.key = reply.key;
  const bubble = make("div", "bubble");
  if (reply.proactive) bubble.append(make("span", "badge", "Tin mới"));
  bubble.append(make("span", "unseen", "Trợ lý: "), drawWords(reply.text));
  const extras = [drawContact(reply.contact), drawLink(reply.link, reply.file), drawCountdown(reply.until)];
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

function drawLink(address, file) {
  const url = address && webAddress(address);
  if (!url) return null;
  const secure = url.pathname.includes("/secure/");
  if (COUNTER && file) return drawTakeAway(url, file);
  if (COUNTER && url.origin !== location.origin) return make("p", "words", url.href);
  if (file) return make("a", "button", "Tải " + file, { href: url.href, download: file, rel: "noopener noreferrer" });
  const label = secure ? "Mở trang bảo mật" : "Mở liên kết";
  return make("a", secure ? "button strong" : "button", label, { href: url.href, target: "_blank", rel: "noopener noreferrer", "aria-describedby": "new-tab" });
}

// A file is not left on the counter's device: its link goes to the person's own telephone.
function drawTakeAway(url, file) {
  const box = make("figure", "take-away");
  box.append(make("img", "", "", { src: url.pathname + "/qr.svg", alt: "Mã QR để lấy tệp " + file, width: 180, height: 180 }));
  box.append(make("figcaption", "", "Quét bằng điện thoại của anh/chị để lấy tệp về máy mình."));
  return box;
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
    showOwn(message);
    tellOthers({ message, after: store.last });
  }
  save();
  transmit(message);
}

function showOwn(message) {
  add({ kind: "own", id: message.id, text: message.text || message.press, waiting: true });
  scrollToEnd();
}

// Words typed in another tab when it had shown replies up to number `after`: their answer may have been faster.
function putBeforeAnswer(after) {
  const own = store.entries.pop();
  const at = store.entries.findIndex((entry) => entry.kind === "reply" && entry.number > after && !entry.ours);
  if (at >= 0) log.insertBefore(log.lastElementChild, log.children[at]);
  store.entries.splice(at >= 0 ? at : store.entries.length, 0, own);
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
  const writing = composing;
  if (writing) field.blur();          // the input method puts its word into the field
  const text = field.value.trim();
  if (writing) field.focus({ preventScroll: true });
  if (!text) return;
  field.value = "";
  composing = false;
  saveDraft();
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
  const node = Array.from(log.children).find((one) => one.dataset.id === id);
  node.querySelectorAll(".waiting").forEach((label) => label.remove());
  if (!forget) return;
  entry.text = FORGOTTEN;
  node.querySelector(".words").textContent = FORGOTTEN;
}

/* ---- the other tabs of this browser ---- */

const others = !COUNTER && typeof BroadcastChannel === "function" ? new BroadcastChannel(STORE) : null;

function tellOthers(what) {
  if (others) others.postMessage(Object.assign({ conversation: store.conversation }, what));
}

function heard(event) {
  const told = event.data;
  if (!store.conversation || told.conversation !== store.conversation) return;
  if (told.ask && store.entries.length) tellOthers({ log: { last: store.last, entries: store.entries, pending: store.pending } });
  if (told.log && held) adopt(told.log);
  if (told.message) hearMessage(told.message, told.after);
  if (told.answered) hearAnswer(told.answered, told.forget);
  save();
}

function hearMessage(message, after) {
  if (store.entries.some((entry) => entry.id === message.id)) return;
  store.pending.push(message);
  showOwn(message);
  putBeforeAnswer(after);
}

function hearAnswer(id, forget) {
  acknowledge(id, forget);
  if (!store.pending.length && socket && socket.readyState === WebSocket.OPEN) clearTimeout(deadTimer);
}

// A tab that has missed something asks the others, for the server keeps nothing that was seen; what it sends meanwhile waits.
function askOthers(frame) {
  held = [frame];
  tellOthers({ ask: true });
  setTimeout(release, OTHERS_WAIT);
}

// Taken is a log that goes on where ours ends; a tab that began by itself has another.
function adopt(theirs) {
  const goesOn = !store.last || theirs.entries.some((entry) => entry.number === store.last);
  if (theirs.last <= store.last || !goesOn) return;
  const mine = store.pending.filter((message) => store.entries.some((entry) => entry.id === message.id));
  Object.assign(store, theirs);
  log.textContent = "";
  restore();
  mine.forEach((message) => hearMessage(message, store.last));
  release();
}

function release() {
  const frames = held || [];
  held = null;
  frames.forEach(receive);
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

function comeBack() {
  if (!socket || socket.readyState > WebSocket.OPEN) connect();
}

function connect() {
  clearTimeout(retryTimer);
  const line = new WebSocket(location.origin.replace(/^http/, "ws") + "/chat/socket?in=" + MODE);
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
  if (held) return;                  // it is asked again when they have answered
  const spoken = store.pending.length || store.entries.some((entry) => entry.kind !== "note");
  const opening = greeted ? "" : takenOpening();
  if (opening) say({ text: opening }, Boolean(COUNTER));
  else if (!spoken && !greeted) say({ text: "/start" }, true);
  greeted = true;
}

// The page was opened by a link or QR that leads to something: it is said once, not again when the page is loaded anew.
function takenOpening() {
  const words = document.body.dataset.opening || "";
  delete document.body.dataset.opening;
  if (words && !COUNTER) history.replaceState(null, "", MODE === "frame" ? "/?embed" : "/");
  return words;
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
  if (held) {
    held.push(frame);
    return;
  }
  tries = 0;
  clearTimeout(deadTimer);
  if (frame.now) clockSkew = Date.parse(frame.now) - Date.now() || 0;
  if (frame.conversation) {
    const other = store.conversation && frame.conversation !== store.conversation;
    if (other || frame.said < store.last) return startOver(frame.conversation);
    store.conversation = frame.conversation;
    if (others && frame.said > store.last) return askOthers(Object.assign({}, frame, { conversation: "" }));
  }
  const following = nearEnd() || Boolean(frame.for);
  if (frame.for) acknowledge(frame.for, frame.forget);
  if ("at" in frame) showPicture(frame.at);
  if (frame.for) tellOthers({ answered: frame.for, forget: frame.forget });
  const shown = receiveReplies(frame.replies || [], Boolean(frame.for));
  if (frame.error) shown.push(add({ kind: "note", text: frame.error }));
  receiveSms(frame.sms || []);
  save();
  if (frame.replies && frame.replies.length) transmit({ seen: store.last });
  if (shown.length && following) scrollToEnd(shown[0]);
  if (shown.length && !following) byId("newest").hidden = false;
  if (store.pending.length) expectWord();
  greet();
}

// `ours`: they answer what was said in this tab.
function receiveReplies(replies, ours) {
  const fresh = replies.filter((reply) => reply.number > store.last);
  store.last = fresh.reduce((highest, reply) => Math.max(highest, reply.number), store.last);
  return fresh.map((reply) => add(Object.assign({ kind: "reply", ours }, reply)));
}

/* ---- wiring ---- */

function fitField() {
  field.style.height = "auto";
  field.style.height = Math.min(field.scrollHeight + 2, 150) + "px";
}

/* ---- a portrait that was asked for ---- */

function showPicture(at) {
  byId("picture").hidden = !(at && at.flow === "portrait");
}

async function pictureChosen(event) {
  const file = event.target.files[0];
  event.target.value = "";
  if (!file) return;
  byId("voice").textContent = "Đang coi ảnh…";
  try {
    const answer = await fetch("/chat/picture?in=" + MODE, { method: "POST", body: file, headers: { "content-type": "application/octet-stream" } });
    const told = answer.ok ? {} : await answer.json();
    if (told.error) add({ kind: "note", text: told.error });
  } catch (lost) {
    add({ kind: "note", text: "Chưa gửi được ảnh. Anh/chị thử lại." });
  }
  scrollToEnd();
}

function keyPressed(event) {
  enter = "";
  if (event.key !== "Enter") return;
  // Safari ends the composition before it tells of the key; what it then tells by is 229, the key of input methods.
  const word = event.isComposing || composing || event.keyCode === 229;
  enter = event.shiftKey || event.altKey ? "line" : word ? "word" : "send";
  if (enter === "send") submitted(event);
}

function beforeInput(event) {
  // Some phone keyboards tell only by the line break that Enter was pressed.
  const lineBreak = ["insertLineBreak", "insertParagraph"].includes(event.inputType) || event.data === "\n";
  if (!lineBreak || enter === "line") return;
  if (event.isComposing || composing || enter === "word") event.preventDefault();
  else submitted(event);
}

function wire() {
  byId("composer").addEventListener("submit", submitted);
  field.addEventListener("keydown", keyPressed);
  field.addEventListener("keyup", () => { enter = ""; });
  field.addEventListener("beforeinput", beforeInput);
  field.addEventListener("compositionstart", () => { composing = true; });
  ["compositionend", "blur"].forEach((kind) => field.addEventListener(kind, () => { composing = false; }));
  ["input", "compositionend"].forEach((kind) => field.addEventListener(kind, () => { saveDraft(); fitField(); }));
  byId("menu").addEventListener("click", (event) => pressed(event, { text: "menu" }));
  byId("newest").addEventListener("click", () => scrollToEnd());
  byId("state").addEventListener("click", comeBack);
  byId("picture-file").addEventListener("change", pictureChosen);
  if (others) others.onmessage = heard;
  document.querySelectorAll("[data-say]").forEach((button) => {
    button.addEventListener("click", (event) => pressed(event, { text: button.dataset.say }));
  });
  ["keydown", "pointerdown"].forEach((kind) => {
    window.addEventListener(kind, () => { usingKeys = kind === "keydown"; }, true);
  });
  window.addEventListener("scroll", () => { if (nearEnd()) byId("newest").hidden = true; }, { passive: true });
  ["online", "pageshow", "focus"].forEach((kind) => window.addEventListener(kind, comeBack));
  ["offline", "pagehide"].forEach((kind) => window.addEventListener(kind, hangUp));
  if (!phone) return;
  phone.open = window.matchMedia("(min-width: 1000px)").matches;
  phone.addEventListener("toggle", () => phone.classList.remove("fresh"));
}

history.scrollRestoration = "manual";
wire();
restoreDraft();
fitField();
if (phone) store.sms.slice().reverse().forEach(showSms);
restore();
setInterval(tick, 1000);
connect();
