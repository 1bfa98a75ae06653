// What all scripts of the pages share, and give to each other: elements, words, and how the API is asked.
// No text ever goes into HTML: elements are made one by one, and what they hold is set as text.
(quaere) => {
  const find = (quaere.find = (selector, within = document) => within.querySelector(selector));
  quaere.all = (selector, within = document) => [...within.querySelectorAll(selector)];

  document.documentElement.lang = quaere.language;

  // An element; what is true among its attributes stands without a value, what is false or null is left out, and
  // what begins with "on" is called.
  quaere.make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value != null) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child != null));
    return made;
  };

  quaere.button = (text, onclick, attributes = {}) =>
    quaere.make("button", { type: "button", class: "qa-quiet", onclick, ...attributes }, text);

  // A source's name, its last part emphasised.
  quaere.named = (source) => {
    const folder = source.slice(0, source.lastIndexOf("/") + 1);
    return quaere.make("bdi", {}, quaere.make("span", { class: "qa-folder" }, folder), source.slice(folder.length));
  };

  quaere.number = (value) => new Intl.NumberFormat(quaere.language).format(value);

  // A text in the page's language, with its gaps filled in; functions, as "$" means something in a replacement.
  const fill = (text, gaps) =>
    Object.entries(gaps).reduce((filled, [name, value]) => filled.replace(`{${name}}`, () => value), text);
  const _ = (quaere._ = (text, gaps = {}) => fill(quaere.said[text][0], gaps));
  // The same of a phrase with a number in it.
  const ngettext = (quaere.ngettext = (one, other, count) => {
    const { plurals, said } = quaere;
    const form = plurals[count < plurals.length ? count : 100 + (count % 100)];
    return fill(said[one][form], { count: quaere.number(count) });
  });

  // What a language is called; its code where that is not known.
  quaere.languageName = (code) => {
    if (code === "und") return _("Not determined");
    try {
      return new Intl.DisplayNames(quaere.language, { type: "language" }).of(code);
    } catch {
      return code;
    }
  };

  // Says something to screen readers, and shows it where `visible`.
  quaere.say = (text, visible) => {
    const status = find(".qa-status");
    status.classList.toggle("qa-spoken", !visible);
    status.textContent = text;
  };

  // What went wrong, in words of the page where there are some for the problem's type or the status; what the service
  // says of it is English.
  quaere.problem = (status, { type = "", detail = "" } = {}, seconds = 1) => {
    const setup = _("This service is not set up as it should be. Tell whoever runs it.");
    const typed = {
      busy: _("The server is busy. Try again in a moment."),
      overdue: _("This took too long and was given up. Try again when less is going on."),
      "too-often": ngettext(
        "You ask more often than your key allows. Try again in {count} second.",
        "You ask more often than your key allows. Try again in {count} seconds.",
        seconds,
      ),
      store: _("The documents cannot be searched at the moment. Try again in a while."),
      model: setup, configuration: setup,
    };
    const known = {
      0: _("The server cannot be reached. Check that it runs, and try again."),
      401: _("You are no longer logged in. Reload the page to log in again."),
      403: _("Your key does not allow this."),
      404: _("It is not there any more."),
    };
    const text = typed[type.split(":").at(-1)] ?? known[status];
    if (text !== undefined) return text;
    if (typeof detail !== "string" || detail === "") return status === 503 ? typed.busy : _("This did not work.");
    const sentence = detail[0].toUpperCase() + detail.slice(1);
    return _("{detail}", { detail: /[.!?…]$/.test(sentence) ? sentence : `${sentence}.` });
  };

  // `seconds` is when to come again, where the service tells that it may work then.
  quaere.Failure = class extends Error {
    constructor(status, problem, seconds) {
      super(quaere.problem(status, problem, seconds));
      this.status = status;
      this.seconds = seconds;
    }
  };
  // Seconds, from the header Retry-After.
  quaere.comeAgain = (header) => (header === null || !/^\d+$/.test(header) ? undefined : Number(header));

  // Asks the API; a failure says what to tell the visitor. What is given up through `signal` fails as AbortError.
  quaere.api = async (path, options = {}) => {
    let response;
    try {
      response = await fetch(`/api/v1/${path}`, options);
    } catch (error) {
      throw error.name === "AbortError" ? error : new quaere.Failure(0);
    }
    if (response.ok) return response;
    const said = await response.json().catch(() => ({}));
    throw new quaere.Failure(response.status, said, quaere.comeAgain(response.headers.get("Retry-After")));
  };
  quaere.json = async (path, options) => (await quaere.api(path, options)).json();
  quaere.post = (path, body) =>
    quaere.json(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

  // The API counts characters as code points, a script as units of UTF-16: a sign beyond the first plane is two.
  quaere.points = (text) => {
    let count = 0;
    for (const _ of text) count += 1;
    return count;
  };

  // The same function, called when nothing more came for a moment.
  quaere.later = (call) => {
    let waiting;
    return () => {
      clearTimeout(waiting);
      waiting = setTimeout(call, 250);
    };
  };

  quaere.smoothly = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
}
