// Comforts only: every page works without this file.
(function () {
  // A drop-down (<details data-drop>) closes on Escape, on a click elsewhere, and when the focus leaves
  // it: what comes next in the page lies under it.
  const open = () => document.querySelectorAll("details[data-drop][open]");
  document.addEventListener("click", (event) => {
    open().forEach((drop) => {
      if (!drop.contains(event.target)) drop.open = false;
    });
  });
  document.addEventListener("focusin", (event) => {
    open().forEach((drop) => {
      if (!drop.contains(event.target)) drop.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    open().forEach((drop) => {
      drop.open = false;
      drop.querySelector("summary").focus();
    });
  });
  // After a refused form the reader starts at the list of what to mend.
  const errors = document.querySelector(".form-errors");
  if (errors) errors.focus();
  // A button pressed twice sends its form once; the state is undone when the page comes back
  // from the browser's memory. Forms that htmx sends are left alone.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [data-repeat]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    // A form that answers with a file leaves the page in place: free it again after a while.
    setTimeout(() => {
      delete form.dataset.sent;
      if (event.submitter) event.submitter.removeAttribute("aria-busy");
    }, 8000);
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
    document.querySelectorAll("[aria-busy=true]").forEach((button) => button.removeAttribute("aria-busy"));
  });
  // [data-share]: the address in a field gets a button that hands it on, or copies it.
  document.querySelectorAll("[data-share]").forEach((field) => {
    const { share, shareLabel, copyLabel, copiedLabel } = field.dataset;
    if (!navigator.share && !navigator.clipboard) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline-primary no-print";
    button.textContent = navigator.share ? shareLabel : copyLabel;
    button.addEventListener("click", () => {
      if (navigator.share) navigator.share({ title: share, url: field.value }).catch(() => undefined);
      else navigator.clipboard.writeText(field.value).then(() => (button.textContent = copiedLabel));
    });
    field.after(button);
  });
  // [data-print] prints the page.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
