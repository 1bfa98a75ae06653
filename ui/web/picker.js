// Finds a source by its name, to mark in it what should have been found.
(quaere) => {
  const { make, fill, words } = quaere;
  const MOST = 50;

  quaere.pick = (about) => {
    const panel = quaere.dialog({ title: words.judging.which_document, kind: "picker" });
    const find = make("input", { type: "search", class: "qa-find", "aria-label": words.library.find,
      placeholder: words.library.find, autocomplete: "off" });
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
        panel.say(total === 0 ? words.library.none_fits : total > MOST ? fill(words.library.range, shown) : "");
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
