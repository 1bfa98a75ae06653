// Finds a source by its name, to mark in it what should have been found.
(quaere) => {
  const { make, _ } = quaere;
  const MOST = 50;

  quaere.pick = (about) => {
    const panel = quaere.dialog({ title: _("Which document holds the answer?"), kind: "picker" });
    const find = make("input", { type: "search", class: "qa-find", "aria-label": _("Find a document by its name"),
      placeholder: _("Find a document by its name"), autocomplete: "off" });
    const list = make("ul", { class: "qa-picks" });
    let latest = 0;
    const look = async () => {
      const mine = (latest += 1);
      try {
        const query = new URLSearchParams({ contains: find.value.trim().slice(0, 200), limit: MOST });
        const { sources, total } = await quaere.json(`sources?${query}`, { signal: panel.signal });
        if (mine !== latest) return;
        list.replaceChildren(...sources.map((source) => make("li", {}, quaere.button(quaere.named(source.source), () => {
          panel.element.close();
          quaere.view({ source: source.source_id, start: 0, end: 0 }, { name: source.source, about, marking: true });
        }, { class: "qa-link", dir: "auto" }))));
        const shown = { first: quaere.number(1), last: quaere.number(sources.length), total: quaere.number(total) };
        panel.say(total === 0 ? _("No document has that in its name.") : total > MOST ? _("{first}–{last} of {total}", shown) : "");
      } catch (error) {
        if (error.name !== "AbortError") panel.say(error.message, true);
      }
    };
    find.addEventListener("input", quaere.later(look));
    panel.body.append(find, list);
    find.focus();
    look();
  };
}
