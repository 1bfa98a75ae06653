// Looks at a source: the page of a PDF as a picture, or the text, both with the words of an answer marked.
(quaere) => {
  const { make, button, _ } = quaere;
  const AROUND = 1500;
  const MORE = 6000;

  // Opens it at a place { source, start, end }, name known or not. `about` is what may be corrected there (see
  // correcting.js); `marking` begins with that.
  quaere.view = async (place, { name = "", about = null, marking = false } = {}) => {
    const panel = quaere.dialog({ title: name === "" ? _("Loading …") : name, kind: "viewer" });
    panel.body.append(make("p", { class: "qa-muted" }, _("Loading …")));
    const path = `sources/${encodeURIComponent(place.source)}`;
    const query = `start=${place.start}&end=${place.end}`;
    try {
      const [facts, excerpt] = await Promise.all([
        quaere.json(path, { signal: panel.signal }),
        quaere.json(`${path}/text?${query}&around=${AROUND}`, { signal: panel.signal }),
      ]);
      show({ panel, path, query, place, facts, excerpt, about, page: excerpt.page }, marking);
    } catch (error) {
      if (error.name !== "AbortError") panel.body.replaceChildren(make("p", { class: "qa-notice qa-problem" }, error.message));
    }
  };

  const show = (view, marking) => {
    const { panel, facts, excerpt, about } = view;
    panel.title(quaere.named(facts.source));
    const known = [facts.title === facts.source ? null : facts.title, excerpt.heading];
    panel.under([...new Set(known.filter((each) => each))].join(" · "));
    view.hasPages = facts.format === "pdf" && excerpt.page !== null;
    view.asText = () => textOf(view);
    if (view.hasPages && !marking) pageOf(view);
    else textOf(view);
    if (about !== null) quaere.correcting(view, marking);
  };

  const tools = (...buttons) => make("div", { class: "qa-viewer-tools" }, ...buttons);

  // A page as a picture

  const pageOf = (view) => {
    const shown = make("p", { class: "qa-page-number", "aria-live": "polite" });
    const before = button("‹", () => turn(view.page - 1), { "aria-label": _("Previous page") });
    const after = button("›", () => turn(view.page + 1), { "aria-label": _("Next page") });
    const text = button(_("Show as text"), () => {
      textOf(view);
      quaere.find(".qa-as-page", view.panel.body)?.focus();
    }, { class: "qa-quiet qa-as-text" });
    const picture = make("img", { class: "qa-picture", alt: "" });
    const frame = make("div", { class: "qa-frame", tabindex: "0", role: "group", "aria-label": _("Loading …") }, picture);
    let last = view.facts.pages ?? Infinity; // not counted in what was indexed long ago
    let latest = 0;

    const place = (page) => (Number.isFinite(last)
      ? _("Page {page} of {pages}", { page: quaere.number(page), pages: quaere.number(last) })
      : _("Page {page}", { page: quaere.number(page) }));
    const able = (each, yes) => each.setAttribute("aria-disabled", String(!yes));
    const turn = async (page) => {
      if (page < 1 || page > last) return;
      const mine = (latest += 1);
      view.panel.say(_("Loading …"));
      try {
        const drawn = await (await quaere.api(`${view.path}/pages/${page}?${view.query}&width=${width()}`, { signal: view.panel.signal })).blob();
        if (mine !== latest) return;
        URL.revokeObjectURL(picture.src);
        picture.src = URL.createObjectURL(drawn);
        picture.alt = _("Page {page} of {source}", { page, source: view.facts.source });
        frame.setAttribute("aria-label", picture.alt);
        view.page = page;
        shown.textContent = place(page);
        view.panel.say("");
        await picture.decode();
        const at = page === view.excerpt.page ? await marked(view) : 0;
        if (mine === latest) frame.scrollTop = Math.max(0, at * picture.clientHeight - frame.clientHeight / 3);
      } catch (error) {
        if (mine !== latest || error.name === "AbortError") return;
        // Past the last page there is none to draw; what failed at the page itself is told.
        if (page > view.page && error.status === 422) last = view.page;
        const none = page > view.page && error.status === 422;
        if (picture.alt === "") textOf(view);
        view.panel.say(none ? "" : error.message, true);
      }
      able(before, view.page > 1);
      able(after, view.page < last);
    };
    // As sharp as the screen, within what the API draws.
    const width = () => Math.min(2000, Math.max(400, Math.ceil((frame.clientWidth * devicePixelRatio) / 100) * 100));

    view.panel.element.addEventListener("close", () => URL.revokeObjectURL(picture.src));
    view.panel.body.replaceChildren(tools(before, shown, after, text), frame);
    view.panel.element.classList.add("qa-with-page");
    turn(view.page);
  };

  // How far down the page the mark begins, in [0, 1]: where two small pictures, with it and without, first differ.
  const marked = async (view) => {
    if (view.place.start === view.place.end) return 0;
    const draw = async (query) => {
      const drawn = await quaere.api(`${view.path}/pages/${view.excerpt.page}?${query}width=300`, { signal: view.panel.signal });
      const picture = await createImageBitmap(await drawn.blob());
      const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
      canvas.drawImage(picture, 0, 0);
      return canvas.getImageData(0, 0, picture.width, picture.height);
    };
    const [one, other] = await Promise.all([draw(`${view.query}&`), draw("")]);
    const first = one.data.findIndex((value, index) => value !== other.data[index]);
    return first < 0 ? 0 : first / one.data.length;
  };

  // The text around the place

  const textOf = (view) => {
    const { excerpt, facts } = view;
    view.panel.element.classList.remove("qa-with-page");
    view.panel.say("");
    const mark = excerpt.text === "" ? null : make("mark", {}, excerpt.text);
    view.text = make("div", {
      class: "qa-source-text", dir: "auto", tabindex: "0", role: "group", "aria-label": facts.source,
      lang: /^[a-z]{2,3}$/.test(facts.language) && facts.language !== "und" ? facts.language : null,
    }, excerpt.before, mark, excerpt.after);
    // Of the text that stands there, in code points of the source's.
    view.first = excerpt.start - quaere.points(excerpt.before);
    view.last = excerpt.end + quaere.points(excerpt.after);
    const more = (label, load) => button(label, load, { class: "qa-quiet qa-more" });
    const before = more(_("Show what stands before"), () => extend(view, before, true));
    const after = more(_("Show what comes after"), () => extend(view, after, false));
    before.hidden = view.first === 0;
    after.hidden = view.last - excerpt.end < AROUND;
    const page = view.hasPages ? button(_("Show as page"), () => {
      pageOf(view);
      quaere.find(".qa-as-text", view.panel.body)?.focus();
    }, { class: "qa-quiet qa-as-page" }) : null;
    const nothing = view.first === view.last ? make("p", { class: "qa-muted" }, _("This document holds no text.")) : view.text;
    const frame = make("div", { class: "qa-frame" }, before, nothing, after);
    view.panel.body.replaceChildren(page === null ? "" : tools(page), frame);
    mark?.scrollIntoView({ block: "center" });
    view.drawn?.();
  };

  // More of the text, before or after what stands there.
  const extend = async (view, asked, before) => {
    if (asked.getAttribute("aria-disabled") === "true") return;
    asked.setAttribute("aria-disabled", "true");
    const at = before ? view.first : view.last;
    try {
      const found = await quaere.json(`${view.path}/text?start=${at}&end=${at}&around=${MORE}`, { signal: view.panel.signal });
      const text = before ? found.before : found.after;
      const frame = view.text.parentElement;
      const below = frame.scrollHeight - frame.scrollTop;
      view.text[before ? "prepend" : "append"](text);
      if (before) view.first -= quaere.points(text);
      else view.last += quaere.points(text);
      asked.hidden = before ? view.first === 0 : quaere.points(text) < MORE;
      // What was to be seen stays where it is.
      if (before) frame.scrollTop = frame.scrollHeight - below;
      if (asked.hidden) view.text.focus({ preventScroll: true });
      view.panel.say("");
    } catch (error) {
      if (error.name !== "AbortError") view.panel.say(error.message, true);
    }
    asked.removeAttribute("aria-disabled");
  };
}
