// What all scripts of the pages share, and give to each other: elements, words, and how the API is asked.
// No text ever goes into HTML: elements are made one by one, and what they hold is set as text.
(quaere) => {
  const find = (quaere.find = (selector, within = document) => within.querySelector(selector));
  quaere.all = (selector, within = document) => [...within.querySelectorAll(selector)];

  document.documentElement.lang = find(".qa-header")?.dataset.language ?? "en";
  quaere.words = JSON.parse(find(".qa-header").dataset.words);

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

  // A text with its gaps filled in; functions, as "$" means something in a replacement.
  quaere.fill = (text, gaps) =>
    Object.entries(gaps).reduce((filled, [name, value]) => filled.replace(`{${name}}`, () => value), text);

  quaere.number = (value) => new Intl.NumberFormat(document.documentElement.lang).format(value);
  quaere.count = ([one, other], count) => quaere.fill(count === 1 ? one : other, { count: quaere.number(count) });

  // Says something to screen readers, and shows it where `visible`.
  quaere.say = (text, visible) => {
    const status = find(".qa-status");
    status.classList.toggle("qa-spoken", !visible);
    status.textContent = text;
  };

  // What went wrong, in words of the page where there are some for the problem's type or the status; what the service
  // says of it is English.
  quaere.problem = (status, { type = "", detail = "" } = {}, seconds = 1) => {
    const words = quaere.words.problems;
    const typed = {
      busy: words.busy, overdue: words.overdue, "too-often": quaere.count(words.too_often, seconds),
      store: words.store, model: words.setup, configuration: words.setup,
    };
    const known = { 0: words.offline, 401: words.logged_out, 403: words.forbidden, 404: words.gone };
    const text = typed[type.split(":").at(-1)] ?? known[status];
    if (text !== undefined) return text;
    if (typeof detail !== "string" || detail === "") return status === 503 ? words.busy : words.failed;
    const sentence = detail[0].toUpperCase() + detail.slice(1);
    return quaere.fill(words.told, { detail: /[.!?…]$/.test(sentence) ? sentence : `${sentence}.` });
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
