// Adds files: dropped or chosen, checked, and lined up; sending.js brings them to the server one after another.
(quaere) => {
  const { find, all, _ } = quaere;
  const adding = find(".qa-adding");
  if (adding === null) return;
  const endings = adding.dataset.endings.split(",");
  const megabytes = Number(adding.dataset.megabytes);
  const drop = find(".qa-drop", adding);
  const chooser = find("input[type=file]", adding);
  const refused = find(".qa-refused", adding);
  const note = find(".qa-replacing", adding);
  let replacing = null;

  const endingOf = (name) => endings.filter((each) => name.toLowerCase().endsWith(each)).sort((a, b) => b.length - a.length)[0];

  const refuse = (text) => {
    refused.textContent = text;
    refused.hidden = text === "";
  };

  // What is wrong with a file before anything is sent; empty where nothing is.
  const wrong = (file) => {
    if (endingOf(file.name) === undefined) return _("This format is not supported.");
    if (file.size === 0) return _("The file is empty.");
    return file.size > megabytes * 1e6 ? _("The file is larger than {megabytes} MB.", { megabytes: quaere.number(megabytes) }) : "";
  };

  // The fields for all files; null where they cannot be used.
  const fields = () => {
    const boxes = all("input[name=group]", adding);
    const groups = boxes.filter((box) => box.checked).map((box) => box.value);
    if (boxes.length > 0 && groups.length === 0) {
      refuse(_("Choose who may read the files."));
      find("details", adding).open = true;
      boxes[0].focus();
      return null;
    }
    const tags = find("input[name=tags]", adding).value.split(/[,，、]/).map((tag) => tag.trim()).filter((tag) => tag !== "");
    const url = find("input[name=url]", adding).value.trim();
    return { groups: groups.length > 0 ? groups : ["public"], ...(tags.length > 0 && { tags }), ...(url && { url }) };
  };

  const take = (files) => {
    refuse("");
    if (files.length === 0) return;
    const meta = fields();
    if (meta === null) return;
    if (replacing === null) {
      for (const file of files) quaere.send({ file, name: file.name, meta, wrong: wrong(file) });
      return;
    }
    const ending = endingOf(replacing.source) ?? "";
    if (files.length > 1) refuse(_("Choose one file only to replace a document."));
    else if (!files[0].name.toLowerCase().endsWith(ending)) refuse(_("A file that replaces it must end in {ending}.", { ending }));
    else {
      // Under the name and for the readers of what it replaces: that is what makes it the same document.
      const groups = replacing.groups;
      quaere.send({ file: files[0], name: replacing.source, meta: { ...meta, groups }, wrong: wrong(files[0]), replaces: replacing.source_id });
      replace(null);
    }
  };

  const replace = (source) => {
    replacing = source;
    note.hidden = source === null;
    refuse("");
    chooser.multiple = source === null;
    if (source === null) return;
    find("span", note).textContent = _("The next file replaces {source}", { source: source.source });
    quaere.say(note.firstElementChild.textContent, false);
    adding.scrollIntoView({ block: "start", behavior: quaere.smoothly() });
    chooser.focus({ preventScroll: true });
  };
  quaere.replace = replace;

  find("button", note).addEventListener("click", () => {
    replace(null);
    chooser.focus();
  });
  chooser.addEventListener("change", () => {
    take([...chooser.files]);
    chooser.value = "";
  });
  // A file that misses the box must not take the page's place.
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
  drop.addEventListener("dragover", () => drop.classList.add("qa-over"));
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("qa-over"));
  drop.addEventListener("drop", (event) => take([...event.dataTransfer.files]));
}
