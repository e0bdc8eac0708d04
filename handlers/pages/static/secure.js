"use strict";
/* The secure page's small help: counts down, drops spaces from a pasted code, lets a double press post once, shows what
   was typed on request, how long and mixed a new password is, and whether it was typed the same twice.
   Rule: the form works without it, and nothing typed here is read for anything else or kept. */

const form = document.getElementById("secure");
const clock = document.getElementById("until");
// The server's clock counts, where the page tells it: old phones are often minutes off.
const skew = clock ? Date.parse(clock.dataset.now) - Date.now() || 0 : 0;
let posted = false;

function showTimeLeft() {
  const left = Math.ceil((Date.parse(clock.dataset.until) - Date.now() - skew) / 1000);
  if (Number.isNaN(left)) return;
  const seconds = String(left % 60).padStart(2, "0");
  clock.textContent = left > 0 ? "còn " + Math.floor(left / 60) + ":" + seconds : "đã hết giờ";
  clock.classList.toggle("over", left <= 0);
}

function keepDigits(event) {
  const field = event.target;
  const digits = field.value.replace(/\s/g, "").slice(0, Number(field.dataset.digits));
  if (digits !== field.value) field.value = digits;
}

function postOnce(event) {
  if (posted) event.preventDefault();
  posted = true;
}

// A page that the browser brings back from its memory is used anew: what is posted from it is no second press.
function begunAnew(event) {
  posted = false;
  if (!event.persisted) return;
  for (const once of document.querySelectorAll("input[name=once]")) once.value = "";
}

// How hard a new password is to guess, roughly: by its length and how many different characters it has.
function roughStrength(text, least) {
  const letters = Array.from(text.normalize("NFC"));
  if (!letters.length) return "";
  if (letters.length < least) return "còn thiếu " + (least - letters.length) + " ký tự";
  const bits = letters.length * Math.log2(1 + new Set(letters).size);
  return bits < 28 ? "dễ đoán" : bits < 45 ? "tạm được" : bits < 65 ? "khá mạnh" : "mạnh";
}

function showPasswordHelp() {
  const said = document.getElementById("strength");
  const match = document.getElementById("match");
  const again = document.getElementById("repeat");
  const strength = roughStrength(fresh.value, Number(said.dataset.least));
  said.textContent = strength && "Độ mạnh: " + strength;
  const same = fresh.value.normalize("NFC") === again.value.normalize("NFC");
  match.textContent = again.value ? (same ? "Hai lần gõ giống nhau." : "Hai lần gõ chưa giống nhau.") : "";
}

function addShowBox() {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.id = "show";
  label.className = "check";
  label.append(box, " Hiện mật khẩu đang gõ");
  box.addEventListener("change", () => {
    for (const field of document.querySelectorAll("input.secret")) field.type = box.checked ? "text" : "password";
  });
  document.getElementById("match").after(label);
}

const fresh = document.getElementById("new");
if (fresh) {
  addShowBox();
  form.addEventListener("input", showPasswordHelp);
  form.addEventListener("submit", postOnce);
  window.addEventListener("pageshow", begunAnew);
}

if (clock) {
  showTimeLeft();
  setInterval(showTimeLeft, 1000);
}
const code = document.getElementById("otp");
if (form && code) {   // a page that hands out a file may be asked twice
  code.addEventListener("input", keepDigits);
  form.addEventListener("submit", postOnce);
  window.addEventListener("pageshow", begunAnew);
}
