"use strict";
/* One script tag on the office's own site: a button, and the chat in a frame behind it.

   <script src="https://ADDRESS/chat/static/embed.js" async></script>

   Rules: nothing is loaded from us before the button is pressed; nothing of the page around is read; the page around is left as it is. */

(() => {
  const address = new URL(document.currentScript.src).origin;
  const make = (tag, attributes, style) => {
    const node = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
    Object.assign(node.style, style);
    return node;
  };
  const button = make("button", { type: "button", "aria-expanded": "false", "aria-controls": "troly-vssid" }, {
    position: "fixed", right: "16px", bottom: "16px", zIndex: "2147483646", padding: "12px 18px", minHeight: "48px",
    border: "2px solid #fff", borderRadius: "24px", background: "#0a5866", color: "#fff", font: "600 16px/1.2 system-ui, sans-serif",
    cursor: "pointer", boxShadow: "0 2px 10px rgba(0, 0, 0, .3)"
  });
  const OPEN = "Hỏi trợ lý VssID";
  const CLOSE = "Đóng trợ lý";
  button.textContent = OPEN;
  let frame = null;

  function show(open) {
    if (open && !frame) {
      frame = make("iframe", { id: "troly-vssid", title: "Trợ lý VssID", src: address + "/?embed", referrerpolicy: "no-referrer" }, {
        position: "fixed", right: "16px", bottom: "76px", zIndex: "2147483647", border: "0", borderRadius: "12px", background: "#fff",
        width: "min(400px, calc(100vw - 32px))", height: "min(640px, calc(100vh - 100px))", boxShadow: "0 4px 24px rgba(0, 0, 0, .35)"
      });
      document.body.append(frame);
    }
    if (frame) frame.style.display = open ? "block" : "none";
    button.textContent = open ? CLOSE : OPEN;
    button.setAttribute("aria-expanded", String(open));
  }

  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") === "false"));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") show(false); });
  const start = () => document.body.append(button);
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
