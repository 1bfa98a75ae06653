// Feedback on the answers: what a visitor says of one is sent once, stays to be seen, and can be taken back.
(quaere) => {
  const { find, all, _ } = quaere;
  const VERDICTS = { right: "right", wrong: "wrong", "not-there": "not-in-documents" };

  // By reply and answer, as a turn is copied when it joins the conversation: { verdict, busy, words, ids }, where
  // `ids` are those of all that was said.
  const states = new Map();

  const keyOf = (box) => JSON.stringify([
    box.closest(".qa-reply").dataset.reply, box.closest("[data-answer]")?.dataset.answer ?? null,
  ]);

  const aboutOf = (box) => {
    const { source, start, end } = box.dataset;
    const answer = source === undefined ? null : { source_id: source, start: Number(start), end: Number(end) };
    const key = keyOf(box);
    const done = async (given, id) => {
      const { verdict, ids = [] } = states.get(key) ?? {};
      states.set(key, { verdict: "corrected", words: given, ids: [...ids, id] });
      paint(key);
      quaere.say(_("Thank you. Your answer is kept."), true);
      // The button that had the focus may be gone.
      find(".qa-verdict", box).focus({ preventScroll: true });
      // A correction says why something is wrong; beside anything else it would contradict what was said.
      if (verdict !== "wrong") await forget(ids).catch((error) => quaere.say(error.message, true));
    };
    return { question: find(".qa-asked", box.closest(".qa-turn")).textContent, answer, done };
  };

  const inWords = (state) => {
    if (state.busy) return _("Sending …");
    if (state.verdict === "corrected") return _("Corrected to: {words}", { words: `“${state.words}”` });
    const told = {
      right: _("Marked correct"), wrong: _("Marked wrong"), "not-there": _("Marked as not in the documents"),
    };
    return told[state.verdict] ?? "";
  };

  // Shows what was said wherever the answer stands.
  const paint = (key) => {
    const state = states.get(key) ?? {};
    const corrected = state.verdict === "corrected";
    for (const box of all(".qa-judging").filter((each) => keyOf(each) === key)) {
      find(".qa-verdict", box).textContent = inWords(state);
      for (const button of all("[data-judge]", box)) {
        const { judge } = button.dataset;
        button.setAttribute("aria-disabled", String(state.busy === true));
        if (judge === "correct") button.hidden = state.verdict !== "wrong" || state.busy === true;
        else if (judge === "take-back") button.hidden = !corrected;
        // The words beside them say it; what was not chosen would only be in the way.
        else button.hidden = corrected || (state.verdict === "not-there" && judge === "there");
        if (!button.hasAttribute("aria-pressed")) continue;
        const chosen = judge === state.verdict;
        button.setAttribute("aria-pressed", String(chosen));
        button.title = chosen ? _("Undo") : (button.getAttribute("aria-label") ?? "");
      }
    }
  };

  // Takes back what was said, the newest first; what another page has taken back already is gone.
  const forget = async (ids) => {
    while (ids.length > 0) {
      try {
        await quaere.api(`feedback/${ids.at(-1)}`, { method: "DELETE" });
      } catch (error) {
        if (error.status !== 404) throw error;
      }
      ids.pop();
    }
  };

  // Says it instead of what was said before; what is chosen already is taken back.
  const judge = async (box, verdict) => {
    const key = keyOf(box);
    const before = states.get(key);
    if (before?.busy) return;
    const saying = verdict !== "take-back" && verdict !== before?.verdict;
    const { question, answer } = aboutOf(box);
    const state = { ...before, ids: before?.ids ?? [], busy: true };
    states.set(key, state);
    paint(key);
    try {
      await forget(state.ids);
      state.verdict = undefined;
      if (saying) {
        const kept = await quaere.post("feedback", { question, verdict: VERDICTS[verdict], answer });
        Object.assign(state, { verdict, ids: [kept.feedback_id] });
      }
      quaere.say(saying ? _("Thank you. Your answer is kept.") : _("What you said is taken back."), true);
    } catch (error) {
      quaere.say(error.message, true);
    }
    state.busy = false;
    if (state.verdict === undefined) states.delete(key);
    paint(key);
    // The button that had the focus may be gone.
    if (verdict === "take-back" && state.verdict === undefined) find("[aria-pressed]", box).focus({ preventScroll: true });
  };

  // What is at a place, with what may be said of it there.
  const open = (button) => {
    const { source, start, end } = button.dataset;
    const box = find(".qa-judging", button.closest("[data-answer]") ?? button.closest(".qa-none") ?? document.createElement("i"));
    const corrected = box !== null && states.get(keyOf(box))?.verdict === "corrected";
    const about = box === null || corrected ? null : aboutOf(box);
    const name = button.closest(".qa-passage, .qa-card") && find(".qa-source bdi", button.closest(".qa-passage, .qa-card"));
    const known = button.classList.contains("qa-open") ? (name?.textContent ?? "") : "";
    quaere.view({ source, start: Number(start), end: Number(end) }, { name: known, about });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-judge], [data-open]");
    if (!button) return;
    if (button.dataset.open !== undefined) return open(button);
    // The second click of a double one would take back what the first said.
    if (button.getAttribute("aria-disabled") === "true" || event.detail > 1) return;
    const box = button.closest(".qa-judging");
    const { judge: verdict } = button.dataset;
    if (verdict === "there") quaere.pick(aboutOf(box));
    else if (verdict === "correct") {
      const { source, start, end } = box.dataset;
      quaere.view({ source, start: Number(start), end: Number(end) }, { about: aboutOf(box), marking: true });
    } else judge(box, verdict);
  });
}
