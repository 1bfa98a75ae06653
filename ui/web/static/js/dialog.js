// A dialog: the browser's own, which keeps the focus inside, closes with Escape and gives the focus back.
(quaere) => {
  const { make, button, _ } = quaere;

  // Its parts are `element`, `body`, `foot`, `title`, `under` (a line below the title) and `say` (what is spoken in it).
  quaere.dialog = ({ title, kind, role }) => {
    const status = make("p", { class: "qa-dialog-status", role: "status", "aria-live": "polite" });
    const heading = make("h2", { id: "qa-dialog-title", dir: "auto" }, title);
    const under = make("p", { class: "qa-muted", dir: "auto", hidden: true });
    const body = make("div", { class: "qa-dialog-body" });
    const foot = make("div", { class: "qa-dialog-foot" });
    const close = button(_("Close"), () => element.close(), { class: "qa-quiet qa-close" });
    const head = make("div", { class: "qa-dialog-head" }, make("div", {}, heading, under), close);
    const element = make(
      "dialog", { class: `qa-dialog qa-${kind}`, role: role ?? "dialog", "aria-labelledby": "qa-dialog-title" },
      head, body, status, foot,
    );
    const left = new AbortController();
    const opener = document.activeElement;
    element.addEventListener("close", () => {
      left.abort();
      element.remove();
      // The browser does so too, unless the focus came in from a dialog that has gone.
      if (opener?.isConnected && !document.querySelector("dialog[open]")) opener.focus({ preventScroll: true });
    });
    // A click beside it is one on the dialog itself, whose inside its parts fill.
    element.addEventListener("mousedown", (event) => event.target === element && element.close());
    document.body.append(element);
    element.showModal();
    return {
      element, body, foot, close, signal: left.signal, opener,
      title: (...parts) => heading.replaceChildren(...parts),
      under: (text) => {
        under.textContent = text;
        under.hidden = text === "";
      },
      say: (text, bad = false) => {
        status.classList.toggle("qa-bad", bad);
        status.textContent = text;
      },
    };
  };

  // Asks before something that cannot be undone; what is safe has the focus.
  quaere.confirm = ({ question, warning, yes, no, onyes }) => {
    const asked = quaere.dialog({ title: question, kind: "confirm", role: "alertdialog" });
    asked.body.append(make("p", { id: "qa-dialog-warning" }, warning));
    asked.element.setAttribute("aria-describedby", "qa-dialog-warning");
    asked.close.remove();
    const stay = button(no, () => asked.element.close());
    const doIt = button(yes, async () => {
      if (doIt.getAttribute("aria-disabled") === "true") return;
      doIt.setAttribute("aria-disabled", "true");
      try {
        await onyes();
        asked.element.close();
      } catch (error) {
        doIt.removeAttribute("aria-disabled");
        asked.say(error.message, true);
      }
    }, { class: "qa-quiet qa-danger" });
    asked.foot.append(stay, doIt);
    stay.focus();
  };
}
