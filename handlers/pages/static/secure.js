"use strict";
/* The secure page's small help: counts down, drops spaces from a pasted code, lets a double press post once.
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

if (clock) {
  showTimeLeft();
  setInterval(showTimeLeft, 1000);
}
const code = document.getElementById("otp");
if (form && code) {   // a page that hands out a file may be asked twice
  code.addEventListener("input", keepDigits);
  form.addEventListener("submit", postOnce);
  window.addEventListener("pageshow", () => { posted = false; });
}
