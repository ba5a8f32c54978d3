// Passkeys: shows what needs them only where the browser has them, and says in words what failed.
// The work itself is done by allauth's webauthn.js.
(function () {
  const texts = document.currentScript.dataset;
  if (!window.PublicKeyCredential) {
    document.querySelectorAll("[data-passkey-missing]").forEach((element) => (element.hidden = false));
    return;
  }
  document.querySelectorAll("[data-passkey]").forEach((element) => (element.hidden = false));
  document.addEventListener("allauth.error", (event) => {
    const place = document.querySelector("[data-passkey-error]");
    if (!place) return;
    event.preventDefault();
    const name = event.detail.exception && event.detail.exception.name;
    place.textContent =
      name === "NotAllowedError" || name === "AbortError"
        ? texts.cancelled
        : name === "InvalidStateError"
          ? texts.unknown
          : texts.failed;
    place.hidden = false;
    // The form was not sent: free its button again (see portal.js).
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
    document.querySelectorAll("[aria-busy=true]").forEach((button) => button.removeAttribute("aria-busy"));
  });
})();
