// Changes what is said of a document: who may read it, its tags and its link. Saved, it is indexed again.
(quaere) => {
  const { all, make, button, _ } = quaere;

  const listed = (text) => text.split(/[,，、]/).map((each) => each.trim()).filter((each) => each !== "");
  const same = (one, other) => one.length === other.length && one.every((each) => other.includes(each));

  // The boxes of the visitor's groups are those of the form that adds documents.
  const boxes = (readers) => all(".qa-adding input[name=group]").map((offered) => {
    const box = make("input", { type: "checkbox", value: offered.value, checked: readers.includes(offered.value) });
    const name = offered.value === "public" ? _("Everyone") : make("bdi", {}, offered.value);
    return make("label", {}, box, name);
  });

  const form = ({ meta, uploaded }) => {
    const readers = boxes(meta.groups);
    const tags = make("input", { value: (meta.tags ?? []).join(", "), placeholder: _("pumps, service"), autocomplete: "off" });
    const url = make("input", { type: "url", value: meta.url ?? "", placeholder: _("https://… where readers find it"), autocomplete: "off" });
    const chosen = () => readers.map((label) => label.firstElementChild).filter((box) => box.checked).map((box) => box.value);
    // Only what was changed is sent: others may have set the rest.
    const changes = () => {
      const [newTags, newUrl] = [listed(tags.value), url.value.trim()];
      return {
        // Where a file says something of itself, to leave it out would let that hold again.
        ...(!same(newTags, meta.tags ?? []) && { tags: newTags.length > 0 || !uploaded ? newTags : null }),
        ...(newUrl !== (meta.url ?? "") && { url: newUrl || null }),
        ...(readers.length > 0 && !same(chosen(), meta.groups) && { groups: chosen() }),
      };
    };
    const fields = readers.length > 0 ? make("fieldset", {}, make("legend", {}, _("Who may read them")), ...readers) : null;
    const element = make("div", { class: "qa-given" }, fields,
      make("label", {}, _("Tags"), tags), make("label", {}, _("Link"), url));
    return { element, changes, first: readers[0]?.firstElementChild ?? tags };
  };

  quaere.edit = async (source) => {
    const path = `sources/${encodeURIComponent(source.source_id)}`;
    const asked = quaere.dialog({ title: _("Access, tags and link of {source}", { source: source.source }), kind: "edit" });
    const send = async (pressed, changed) => {
      if (pressed.getAttribute("aria-disabled") === "true") return;
      if (changed.groups?.length === 0) {
        asked.say(_("Choose who may read the files."), true);
        return;
      }
      pressed.setAttribute("aria-disabled", "true");
      try {
        const headers = { "Content-Type": "application/json" };
        quaere.follow(await quaere.json(path, { method: "PATCH", headers, body: JSON.stringify({ meta: changed }) }));
        asked.element.close();
      } catch (error) {
        pressed.removeAttribute("aria-disabled");
        asked.say(error.message, true);
      }
    };
    try {
      const found = await quaere.json(`${path}/meta`, { signal: asked.signal });
      const { element, changes, first } = form(found);
      const save = button(_("Save and index again"), () => send(save, changes()));
      const nothing = Object.fromEntries(found.overrides.map((name) => [name, null]));
      const undo = found.overrides.length === 0 ? null : button(_("As the file and its folder say"), () => send(undo, nothing));
      const inFolder = _("This document lies in a folder of the server. What you set here holds above what the file and its folder say, also when it is indexed again.");
      if (!found.uploaded) asked.body.append(make("p", { class: "qa-muted" }, inFolder));
      asked.body.append(element);
      asked.foot.append(...[undo, save].filter((each) => each !== null));
      first.focus();
    } catch (error) {
      if (error.name !== "AbortError") asked.say(error.message, true);
    }
  };
}
