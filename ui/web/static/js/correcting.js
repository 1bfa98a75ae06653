// Says what the right answer is: words that are selected in a source's text, or words that are written.
(quaere) => {
  const { make, button, _ } = quaere;
  const MOST = 5000;

  // `about` is { question, answer, done }: `answer` is the place of what was answered or null, `done` is told the words.
  quaere.correcting = (view, begin) => {
    const start = () => {
      if (view.text === undefined || !view.text.isConnected) view.asText();
      const form = formOf(view);
      view.panel.foot.replaceChildren(form.element);
      view.drawn = form.select;
      form.select();
      view.text.focus({ preventScroll: true });
    };
    if (begin) start();
    else view.panel.foot.append(button(_("Correct this answer"), start));
  };

  const formOf = (view) => {
    let chosen = null;
    const shown = make("p", { class: "qa-chosen", dir: "auto", "aria-live": "polite" });
    const written = make("textarea", {
      rows: "2", maxlength: String(MOST), dir: "auto",
      "aria-label": _("The right answer in your own words"), placeholder: _("Or write the right answer"),
    });
    const choose = (place) => {
      chosen = place;
      shown.textContent = place === null ? "" : _("Selected: {words}", { words: `“${place.text}”` });
      if (place !== null) view.panel.say("");
      if (globalThis.Highlight) {
        if (place === null) CSS.highlights.delete("qa-chosen");
        else CSS.highlights.set("qa-chosen", new Highlight(place.range));
      }
    };
    document.addEventListener("selectionchange", () => {
      const found = selected(view);
      if (found !== undefined) choose(found);
    }, { signal: view.panel.signal });
    view.panel.signal.addEventListener("abort", () => choose(null));

    const send = button(_("Send"), async () => {
      if (send.getAttribute("aria-disabled") === "true") return;
      const text = written.value.trim();
      if (text === "" && chosen === null) {
        view.panel.say(_("Select some words or write the answer first."), true);
        return;
      }
      // What is written counts more: it came after.
      const correction = text !== ""
        ? { correction_text: text }
        : { correction: { source_id: view.place.source, start: chosen.start, end: chosen.end } };
      const { question, answer, done } = view.about;
      send.setAttribute("aria-disabled", "true");
      view.panel.say(_("Sending …"));
      try {
        const kept = await quaere.post("feedback", { question, verdict: "corrected", answer, ...correction });
        const given = text !== "" ? text : chosen.text;
        view.panel.element.close();
        done(given, kept.feedback_id);
      } catch (error) {
        send.removeAttribute("aria-disabled");
        view.panel.say(error.message, true);
      }
    }, { class: "qa-quiet qa-strong" });
    const other = button(_("Another document"), () => {
      view.panel.element.close();
      quaere.pick(view.about);
    });
    const element = make("div", { class: "qa-correcting" },
      make("p", {}, _("Select the words that answer the question, or write the answer yourself.")), shown, written,
      make("div", { class: "qa-deeds" }, other, send));
    return { element, select: () => selectable(view) };
  };

  // A caret, so that words can be selected by keyboard too, in a text that cannot be changed.
  const selectable = (view) => {
    const { text } = view;
    for (const [name, value] of Object.entries({
      contenteditable: "true", role: "textbox", "aria-multiline": "true", "aria-readonly": "true", inputmode: "none",
      spellcheck: "false", autocorrect: "off", autocapitalize: "off",
    })) text.setAttribute(name, value);
    text.addEventListener("beforeinput", (event) => event.preventDefault());
    text.addEventListener("dragstart", (event) => event.preventDefault());
    // What is composed cannot be prevented: then the text is put there anew.
    text.addEventListener("compositionend", () => view.asText());
  };

  // The selected words with their place, without white space around them; null where none are, undefined where the
  // selection is elsewhere and says nothing about the text.
  const selected = (view) => {
    const selection = document.getSelection();
    if (selection.rangeCount === 0 || !view.text?.isConnected) return undefined;
    const range = selection.getRangeAt(0);
    if (!view.text.contains(range.startContainer) || !view.text.contains(range.endContainer)) return undefined;
    const all = range.toString();
    const text = all.trim();
    if (text === "") return null;
    const before = document.createRange();
    before.selectNodeContents(view.text);
    before.setEnd(range.startContainer, range.startOffset);
    const skipped = all.slice(0, all.length - all.trimStart().length);
    const start = view.first + quaere.points(before.toString() + skipped);
    return { start, end: start + quaere.points(text), text, range: range.cloneRange() };
  };
}
