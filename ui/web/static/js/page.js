// The page that asks: keeps the conversation, reads the filters, copies. Called once, when the page opens.
// What it moves was escaped by the server, and what it sets is text.
(quaere) => {
  const { find, all, say, smoothly } = quaere;
  const live = () => find("#qa-live");
  const turn = () => find("#qa-live .qa-turn");
  const box = () => find("#qa-question textarea, #qa-question input");
  const busy = () => find("#qa-stop") !== null && find("#qa-stop").checkVisibility();
  // Names the question that is being answered; nobody can guess it.
  let ticket = "";

  // The turn that stands joins the earlier ones; it hides until the next takes its place.
  const keep = () => {
    if (turn() === null || live().classList.contains("qa-kept")) return;
    const history = find(".qa-history");
    history.append(turn().cloneNode(true));
    const turns = all(".qa-turn", history);
    for (const old of turns.slice(0, Math.max(0, turns.length - Number(history.dataset.most) + 1))) {
      old.remove();
      find(".qa-dropped", history).hidden = false;
    }
    live().classList.add("qa-kept");
  };

  const filters = () => ({
    sources: all(".qa-sources input[name=source]:checked").map((each) => each.value),
    language: find(".qa-filters select[name=language]").value,
    from: find(".qa-filters input[name=from]").value,
    to: find(".qa-filters input[name=to]").value,
  });

  const count = () => {
    const chosen = filters();
    const active = (chosen.sources.length > 0) + (chosen.language !== "") + (chosen.from !== "" || chosen.to !== "");
    find(".qa-active").textContent = active ? quaere.ngettext("{count} active", "{count} active", active) : "";
  };

  const search = (wanted) => {
    const labels = all(".qa-choices label");
    for (const label of labels) label.hidden = !label.textContent.toLowerCase().includes(wanted.trim().toLowerCase());
    find(".qa-none-fits").hidden = labels.length === 0 || labels.some((label) => !label.hidden);
  };

  const clear = () => {
    for (const each of all(".qa-sources input[name=source]")) each.checked = false;
    for (const each of all(".qa-filters :is(select, input:not([type=checkbox]))")) each.value = "";
    search("");
    count();
  };

  const ask = (question) => {
    if (busy()) return;
    box().value = question;
    box().dispatchEvent(new Event("input", { bubbles: true }));
    // The page framework takes the text over at its next turn.
    setTimeout(() => find("#qa-send").click(), 50);
  };

  const write = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without a secure context there is only the old way.
      const helper = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(helper);
      helper.select();
      document.execCommand("copy");
      helper.remove();
    }
  };

  const copy = async (button, text) => {
    await write(text);
    if (button.dataset.label === undefined) button.dataset.label = button.textContent;
    button.textContent = button.dataset.done;
    say(button.dataset.done, false);
    button.focus();
    setTimeout(() => (button.textContent = button.dataset.label), 2000);
  };

  const fromAddress = (query) => {
    for (const each of all(".qa-sources input[name=source]")) each.checked = query.getAll("source").includes(each.value);
    for (const name of ["language", "from", "to"]) find(`.qa-filters [name=${name}]`).value = query.get(name) ?? "";
    count();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy], [data-link], [data-ask], .qa-clear");
    if (!button) return;
    if (button.dataset.copy !== undefined) copy(button, button.dataset.copy);
    else if (button.dataset.link !== undefined) copy(button, new URL(button.dataset.link, location.origin).href);
    else if (button.dataset.ask !== undefined) ask(button.dataset.ask);
    else clear();
  });
  document.addEventListener("change", (event) => event.target.closest?.(".qa-filters") && count());
  document.addEventListener("input", (event) => {
    if (event.target.matches?.(".qa-find")) search(event.target.value);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target === box() && busy()) {
      say(quaere._("Your question is being answered. Wait for it or stop it before you ask the next."), true);
    }
  });

  Object.assign(quaere, {
    // A question is sent.
    asked(question) {
      if (question.trim() !== "") {
        keep();
        find(".qa-filters").open = false;
        const changed = new MutationObserver(() => {
          changed.disconnect();
          live().classList.remove("qa-kept");
          live().scrollIntoView({ block: "start", behavior: smoothly() });
        });
        changed.observe(live(), { childList: true, subtree: true, characterData: true, attributes: true });
      }
      box().focus({ preventScroll: true });
      ticket = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
      return [question, JSON.stringify(filters()), ticket];
    },
    // The question is to be stopped; it says itself that it was.
    stop(typed) {
      box().focus({ preventScroll: true });
      fetch("/stop", { method: "POST", body: JSON.stringify({ ticket, typed }) }).then(
        // What is no longer answered has its reply on the way.
        ({ ok, status }) => ok || status === 404 || say(quaere.problem(status), true),
        () => say(quaere.problem(0), true),
      );
      return [];
    },
    // The page is there: a link may hold a question.
    opened() {
      const query = new URLSearchParams(location.search);
      fromAddress(query);
      if (query.get("q")) ask(query.get("q"));
      return [];
    },
  });
}
