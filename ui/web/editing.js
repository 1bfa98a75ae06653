// Changes what is said of a document: who may read it, its tags and its address. Saved, it is indexed again.
(quaere) => {
  const { all, make, button, fill, words } = quaere;
  const said = words.library;

  const listed = (text) => text.split(/[,，、]/).map((each) => each.trim()).filter((each) => each !== "");
  const same = (one, other) => one.length === other.length && one.every((each) => other.includes(each));

  // The boxes of the visitor's groups are those of the form that adds documents.
  const boxes = (readers) => all(".qa-adding input[name=group]").map((offered) => {
    const box = make("input", { type: "checkbox", value: offered.value, checked: readers.includes(offered.value) });
    const name = offered.value === "public" ? said.everyone : make("bdi", {}, offered.value);
    return make("label", {}, box, name);
  });

  const form = ({ meta, uploaded }) => {
    const readers = boxes(meta.groups);
    const tags = make("input", { value: (meta.tags ?? []).join(", "), placeholder: said.tags_hint, autocomplete: "off" });
    const url = make("input", { type: "url", value: meta.url ?? "", placeholder: said.address_hint, autocomplete: "off" });
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
    const fields = readers.length > 0 ? make("fieldset", {}, make("legend", {}, said.groups), ...readers) : null;
    const element = make("div", { class: "qa-given" }, fields,
      make("label", {}, said.tags, tags), make("label", {}, said.address, url));
    return { element, changes, first: readers[0]?.firstElementChild ?? tags };
  };

  quaere.edit = async (source) => {
    const path = `sources/${encodeURIComponent(source.source_id)}`;
    const asked = quaere.dialog({ title: fill(said.edit_named, { source: source.source }), kind: "edit" });
    const send = async (pressed, changed) => {
      if (pressed.getAttribute("aria-disabled") === "true") return;
      if (changed.groups?.length === 0) {
        asked.say(said.no_group, true);
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
      const save = button(said.save, () => send(save, changes()));
      const nothing = Object.fromEntries(found.overrides.map((name) => [name, null]));
      const undo = found.overrides.length === 0 ? null : button(said.as_in_file, () => send(undo, nothing));
      if (!found.uploaded) asked.body.append(make("p", { class: "qa-muted" }, said.in_folder));
      asked.body.append(element);
      asked.foot.append(...[undo, save].filter((each) => each !== null));
      first.focus();
    } catch (error) {
      if (error.name !== "AbortError") asked.say(error.message, true);
    }
  };
}
