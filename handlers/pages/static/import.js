"use strict";
/* Uploading a list: the file's size and ending are looked at before it is sent, and a bar shows how much has left.

   Rules:
   1. The server decides and words every refusal; this only saves a way that leads nowhere.
   2. Without this script the form posts by itself, and everything works by reload. */

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-upload]");
  if (!form) return;
  const field = form.querySelector("input[type=file]");
  const file = field.files[0];
  if (!file) return;                               // the browser asks for one by itself
  event.preventDefault();
  const progress = document.getElementById("upload-progress");
  const bar = progress.querySelector("progress");
  const said = document.getElementById("upload-said");
  const button = form.querySelector("button[type=submit]");
  const again = (text) => {
    const error = document.getElementById("upload-error");
    error.textContent = text;
    error.hidden = !text;
    progress.hidden = true;
    button.disabled = false;
    delete form.dataset.sent;
  };
  if (file.size > Number(form.dataset.limit)) { again(form.dataset.tooLarge); return; }
  again("");
  button.disabled = true;
  progress.hidden = false;
  const sending = new XMLHttpRequest();
  sending.open("POST", form.action);
  sending.upload.addEventListener("progress", (sent) => {
    if (!sent.lengthComputable) return;
    const share = Math.floor(100 * sent.loaded / sent.total);
    bar.value = share;
    said.textContent = share < 100 ? "Đang gửi tệp: " + share + " %" : "Đã gửi xong, máy chủ bắt đầu kiểm tra";
  });
  sending.addEventListener("load", () => {
    if (sending.status < 400) { location.assign(sending.responseURL || form.action); return; }
    const page = new DOMParser().parseFromString(sending.responseText, "text/html");
    const main = document.getElementById("main");
    const next = page.getElementById("main");      // our own page, which says why; scripts in it do not run
    if (next && next.querySelector("[data-live]")) { main.replaceChildren(...next.childNodes); main.focus(); scrollTo(0, 0); return; }
    const why = page.querySelector("p.error, main p, body p");
    again((why && why.textContent.trim()) || form.dataset.broken);
  });
  sending.addEventListener("error", () => again(form.dataset.broken));
  sending.send(new FormData(form));
});
