// The list of documents: a part at a time from the server, found by name; opened, replaced and deleted.
(quaere) => {
  const { find, make, button, _, ngettext } = quaere;
  const library = find(".qa-library");
  if (library === null) return;
  const AT_A_TIME = 20;
  const mayWrite = library.dataset.mayWrite !== undefined;
  const list = find(".qa-sources", library);
  const search = find(".qa-find", library);
  const nothing = find(".qa-nothing", library);
  const paging = find(".qa-paging", library);
  const [previous, next] = [find(".qa-previous", paging), find(".qa-next", paging)];
  const tagged = find(".qa-tagged", library);
  const flawed = find(".qa-flawed input", library);
  const findings = JSON.parse(library.dataset.findings);
  const shares = ["garbled", "torn", "leaders"];
  let tags = [];
  let offset = 0;
  let total = 0;
  let latest = 0;

  const language = document.documentElement.lang;
  const size = (bytes) => {
    const [unit, divisor] = bytes < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
    const value = Math.max(0.1, bytes / divisor);
    const digits = value < 10 ? 1 : 0;
    return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: digits }).format(value);
  };
  const date = (text) => new Date(text).toLocaleDateString(language, { dateStyle: "medium" });
  const readers = (groups) => groups.map((group) => (group === "public" ? _("Everyone") : group)).join(", ");

  const facts = (source) => {
    const days = [
      source.updated_at && date(source.updated_at),
      source.uploaded_at && _("uploaded {date}", { date: date(source.uploaded_at) }),
    ].filter((each) => each);
    return [
      source.format.toUpperCase(), quaere.languageName(source.language), size(source.bytes),
      ...(source.pages === null ? [] : [ngettext("{count} page", "{count} pages", source.pages)]),
      ngettext("{count} passage", "{count} passages", source.passages), readers(source.groups),
      ...(days.length > 0 ? days : [_("indexed {date}", { date: date(source.indexed_at) })]),
    ];
  };

  const address = ({ url, source }) => (url === null || !/^https?:\/\//i.test(url) ? null : make("li", {}, make("a", {
    href: url, target: "_blank", rel: "noopener noreferrer", "aria-label": `${_("Link")} ${source}`,
  }, _("Link"))));

  // A tag of a document narrows the list to those that have it too.
  const tagsOf = (source) => (source.tags.length === 0 ? null : make("ul", { class: "qa-row-tags" },
    ...source.tags.map((tag) => make("li", {}, button(make("bdi", {}, tag), async () => {
      await narrow(tags.includes(tag) ? without(tag) : [...tags, tag]);
      (find("button", tagged) ?? search).focus({ preventScroll: true });
    }, { class: "qa-tag-button", "aria-label": _("Only documents with the tag {tag}", { tag }), "aria-pressed": String(tags.includes(tag)) })))));

  const without = (tag) => tags.filter((each) => each !== tag);

  const narrow = async (chosen) => {
    tags = chosen;
    offset = 0;
    tagged.replaceChildren(...tags.map((tag) => make("li", {}, button(make("bdi", {}, tag), async () => {
      await narrow(without(tag));
      (find("button", tagged) ?? search).focus({ preventScroll: true });
    }, { class: "qa-tag-button qa-chosen-tag", "aria-label": _("Also documents without the tag {tag}", { tag }) }))));
    tagged.hidden = tags.length === 0;
    await lookUp();
  };

  // What did not read well, and what to do about it.
  const flaw = ({ kind, measure, fault }) => {
    const [says, advice] = findings[kind];
    const figure = shares.includes(kind) ? `${quaere.number(Math.round(100 * measure))} %` : quaere.number(measure);
    return make("li", { class: fault ? "qa-fault" : "qa-muted" }, make("span", {}, says.replace("{measure}", figure)), ". ", advice);
  };
  const flaws = ({ findings: found }) => (!found || found.length === 0 ? null
    : make("ul", { class: "qa-flaws", "aria-label": _("What did not read well") }, ...found.map(flaw)));

  const row = (source) => {
    const name = source.source;
    const open = button("", () => quaere.view({ source: source.source_id, start: 0, end: 0 }, { name }),
      { class: "qa-name", "aria-label": _("Open {source}", { source: name }) });
    open.append(quaere.named(name));
    const deeds = mayWrite ? make("div", { class: "qa-deeds" },
      button(_("Edit"), () => quaere.edit(source), { "aria-label": `${_("Edit")} ${name}` }),
      button(_("Replace"), () => quaere.replace(source), { "aria-label": `${_("Replace")} ${name}` }),
      button(_("Delete"), () => remove(source), { "aria-label": `${_("Delete")} ${name}` })) : null;
    const title = source.title && source.title !== name ? make("p", { class: "qa-titled", dir: "auto" }, source.title) : null;
    return make("li", { class: "qa-row" },
      make("div", { class: "qa-about" }, open, title,
        make("ul", { class: "qa-row-facts" }, ...facts(source).map((fact) => make("li", {}, make("bdi", {}, fact))),
          address(source) ?? ""), tagsOf(source), flaws(source)), deeds);
  };

  const remove = (source) => quaere.confirm({
    question: _("Delete {source}?", { source: source.source }),
    warning: _("It will no longer be found. An uploaded file is deleted for good; a file that the server indexed from a folder of its own stays in that folder."),
    yes: _("Delete"), no: _("Cancel"),
    onyes: async () => {
      try {
        await quaere.api(`sources/${encodeURIComponent(source.source_id)}`, { method: "DELETE" });
      } catch (error) {
        if (error.status !== 404) throw error; // someone else was quicker
      }
      quaere.say(_("{source} is deleted.", { source: source.source }), true);
      await quaere.refresh();
      search.focus({ preventScroll: true });
    },
  });

  const none = () => {
    if (flawed.checked) return _("Of these documents, all read well.");
    if (tags.length > 0) return _("No document has all these tags and that name.");
    return search.value.trim() === "" ? _("There are no documents yet.") : _("No document has that in its name.");
  };

  // Shows what is looked for, and says how much there is.
  const lookUp = async () => {
    if (await quaere.refresh()) quaere.say(total === 0 ? none() : ngettext("{count} document", "{count} documents", total), false);
  };

  // Gives whether the list is there; what went wrong has been said.
  quaere.refresh = async () => {
    const mine = (latest += 1);
    list.setAttribute("aria-busy", "true");
    let done = false;
    const contains = search.value.trim().slice(0, 200);
    try {
      const query = new URLSearchParams({ contains, limit: AT_A_TIME, offset });
      for (const tag of tags) query.append("tag", tag);
      if (flawed.checked) query.append("flawed", "true");
      const found = await quaere.json(`sources?${query}`);
      if (mine !== latest) return false;
      total = found.total;
      if (found.sources.length === 0 && offset > 0) {
        offset = Math.max(0, AT_A_TIME * (Math.ceil(total / AT_A_TIME) - 1));
        return await quaere.refresh();
      }
      list.replaceChildren(...found.sources.map(row));
      nothing.textContent = none();
      nothing.hidden = total > 0;
      paging.hidden = total <= AT_A_TIME;
      find("span", paging).textContent = _("{first}–{last} of {total}", {
        first: quaere.number(offset + 1), last: quaere.number(offset + found.sources.length), total: quaere.number(total),
      });
      previous.setAttribute("aria-disabled", String(offset === 0));
      next.setAttribute("aria-disabled", String(offset + AT_A_TIME >= total));
      done = true;
    } catch (error) {
      if (mine === latest) quaere.say(error.message, true);
      if (error.seconds !== undefined) setTimeout(() => mine === latest && again(), 1000 * error.seconds);
    }
    if (mine === latest) list.setAttribute("aria-busy", "false");
    return mine === latest && done;
  };

  const again = () => {
    quaere.say("", false);
    return quaere.refresh();
  };

  const turn = async (to) => {
    if (to < 0 || to >= total) return;
    offset = to;
    if (!(await quaere.refresh())) return;
    quaere.say(find("span", paging).textContent, false);
    library.scrollIntoView({ block: "start", behavior: quaere.smoothly() });
  };

  previous.addEventListener("click", () => turn(offset - AT_A_TIME));
  next.addEventListener("click", () => turn(offset + AT_A_TIME));
  search.addEventListener("input", quaere.later(() => {
    offset = 0;
    return lookUp();
  }));
  flawed.addEventListener("change", () => {
    offset = 0;
    return lookUp();
  });
  quaere.refresh();
}
