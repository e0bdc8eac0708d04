"use strict";
/* Writing a notice: characters are counted at once, the count of recipients and the preview follow without a reload.

   Rules:
   1. The server counts, cleans and cuts; this only asks it again when the form changed, and shows the newest answer.
   2. Without this script the button "Xem trước" does the same by a reload. */

const PAUSE = 350;               // ms without a key before the server is asked
const AGAIN = 3000;              // ms until it is asked again where it was busy or could not be reached

document.querySelectorAll("[data-script-hides]").forEach((one) => { one.hidden = true; });

document.querySelectorAll("[data-count]").forEach((field) => {
  const told = document.getElementById(field.dataset.count);
  const limit = Number(field.dataset.limit);
  const count = () => {
    const length = [...field.value.trim()].length;
    told.textContent = length.toLocaleString("vi-VN") + " / " + limit.toLocaleString("vi-VN") + " ký tự";
    told.classList.toggle("over", length > limit);
  };
  field.addEventListener("input", count);
  count();
});

document.querySelectorAll("form[data-look]").forEach((form) => {
  const into = document.getElementById(form.dataset.into);
  let timer = 0;
  let asked = 0;
  async function look() {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.look, {
        method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin", cache: "no-store",
      });
      if (mine !== asked) return;                  // a newer question is under way
      if (answer.ok) { into.innerHTML = await answer.text(); return; }   // rendered and escaped by the server
    } catch (unreachable) {
      // asked again below; what was typed is still here
    }
    if (mine === asked) { clearTimeout(timer); timer = setTimeout(look, AGAIN); }
  }
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, PAUSE); });
});
