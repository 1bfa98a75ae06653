// Feedback on the answers: what a visitor says of one is sent once and stays to be seen.
(quaere) => {
  const { find, all, fill, words } = quaere;
  const said = words.judging;
  const VERDICTS = { right: "right", wrong: "wrong", "not-there": "not-in-documents" };

  // By reply and answer, as a turn is copied when it joins the conversation: { verdict, sending, words }.
  const states = new Map();

  const keyOf = (box) => JSON.stringify([
    box.closest(".qa-reply").dataset.reply, box.closest("[data-answer]")?.dataset.answer ?? null,
  ]);

  const aboutOf = (box) => {
    const { source, start, end } = box.dataset;
    const answer = source === undefined ? null : { source_id: source, start: Number(start), end: Number(end) };
    const key = keyOf(box);
    const done = (given) => {
      states.set(key, { verdict: "corrected", words: given });
      paint(key);
      quaere.say(said.thanks, true);
      // The button that had the focus may be gone.
      find(".qa-verdict", box).focus({ preventScroll: true });
    };
    return { question: find(".qa-asked", box.closest(".qa-turn")).textContent, answer, done };
  };

  const inWords = (state) => {
    if (state.sending) return said.sending;
    if (state.verdict === "corrected") return fill(said.said_corrected, { words: `“${state.words}”` });
    return { right: said.said_right, wrong: said.said_wrong, "not-there": said.said_not_there }[state.verdict] ?? "";
  };

  // Shows what was said wherever the answer stands.
  const paint = (key) => {
    const state = states.get(key) ?? {};
    for (const box of all(".qa-judging").filter((each) => keyOf(each) === key)) {
      find(".qa-verdict", box).textContent = inWords(state);
      for (const button of all("[data-judge]", box)) {
        const { judge } = button.dataset;
        if (judge === "correct") button.hidden = state.verdict !== "wrong" || state.sending === true;
        else {
          const chosen = judge === state.verdict;
          if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(chosen));
          button.setAttribute("aria-disabled", String(state.verdict !== undefined));
          // The words beside them say it; what was not chosen would only be in the way.
          button.hidden = state.verdict === "corrected" || (state.verdict === "not-there" && judge === "there");
        }
      }
    }
  };

  const judge = async (box, verdict) => {
    const key = keyOf(box);
    if (states.has(key)) return;
    const { question, answer } = aboutOf(box);
    states.set(key, { verdict, sending: true });
    paint(key);
    try {
      await quaere.post("feedback", { question, verdict: VERDICTS[verdict], answer });
      states.set(key, { verdict });
      quaere.say(said.thanks, true);
    } catch (error) {
      states.delete(key);
      quaere.say(error.message, true);
    }
    paint(key);
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
    if (button.getAttribute("aria-disabled") === "true") return;
    const box = button.closest(".qa-judging");
    const { judge: verdict } = button.dataset;
    if (verdict === "there") quaere.pick(aboutOf(box));
    else if (verdict === "correct") {
      const { source, start, end } = box.dataset;
      quaere.view({ source, start: Number(start), end: Number(end) }, { about: aboutOf(box), marking: true });
    } else judge(box, verdict);
  });
}
