// Brings files to the server one after another, follows them into the index, and says how far each is.
(quaere) => {
  const { find, make, button, _, ngettext } = quaere;
  const list = find(".qa-sent");
  if (list === null) return;
  const FIRST_WAIT = 400;
  const LONGEST_WAIT = 5000;
  const LATEST = 20;

  const waiting = [];
  const following = [];
  let sending = false;
  let polling = false;

  // One file as it is shown.
  const entryOf = (name) => {
    const bar = make("progress", { max: "1", value: "0", "aria-label": name });
    const state = make("p", { class: "qa-state-of" }, _("Waiting"));
    const stop = button(_("Cancel"), () => entry.stop?.(), { "aria-label": `${_("Cancel")} ${name}` });
    const element = make("li", { class: "qa-sending" },
      make("div", { class: "qa-about" }, make("p", { class: "qa-name" }, make("bdi", {}, name)), bar, state), stop);
    const entry = { name, element, stop: null };
    entry.tell = (text, share) => {
      state.textContent = text;
      if (share === null) bar.removeAttribute("value");
      else if (share !== undefined) bar.value = share;
    };
    // It stays until it is dismissed where something went wrong, and leaves by itself where nothing did.
    entry.end = (text, bad) => {
      entry.ended = true;
      bar.remove();
      state.textContent = text;
      element.classList.add(bad ? "qa-failed" : "qa-finished");
      stop.textContent = _("Dismiss");
      stop.setAttribute("aria-label", `${_("Dismiss")} ${name}`);
      entry.stop = () => {
        const near = element.nextElementSibling ?? element.previousElementSibling;
        element.remove();
        (near === null ? find(".qa-adding input[type=file]") : find("button", near)).focus();
      };
      quaere.say(`${bad ? _("{source} could not be added.", { source: name }) : name} ${text}`, false);
    };
    list.append(element);
    return entry;
  };

  quaere.send = ({ file, name, meta, wrong, replaces }) => {
    const entry = entryOf(name);
    if (wrong !== "") {
      entry.end(wrong, true);
      return;
    }
    entry.stop = () => {
      waiting.splice(waiting.findIndex((each) => each.entry === entry), 1);
      entry.end(_("Cancelled"), true);
    };
    waiting.push({ entry, file, meta, replaces });
    sendNext();
  };

  const sendNext = async () => {
    if (sending || waiting.length === 0) return;
    sending = true;
    const { entry, file, meta, replaces } = waiting.shift();
    try {
      const job = await patiently(entry, () => upload(entry, file, meta));
      const beside = replaces !== undefined && !job.uploads.some((each) => each.source_id === replaces);
      follow(entry, job, beside);
    } catch (error) {
      entry.end(error.message, true);
    }
    sending = false;
    sendNext();
  };

  // Tries again for as long as the server tells when to; what waits can be cancelled.
  const patiently = async (entry, attempt) => {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (error.seconds === undefined) throw error;
        for (let left = error.seconds; left > 0; left -= 1) {
          entry.tell(ngettext(
            "The server is busy. Trying again in {count} second",
            "The server is busy. Trying again in {count} seconds",
            left,
          ), null);
          await pause(entry, 1000);
        }
      }
    }
  };

  const pause = (entry, milliseconds) => new Promise((resolve, reject) => {
    const waited = setTimeout(resolve, milliseconds);
    entry.stop = () => {
      clearTimeout(waited);
      reject(new Error(_("Cancelled")));
    };
  });

  // `fetch` does not tell how much has been sent.
  const upload = (entry, file, meta) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("meta", JSON.stringify(meta));
    form.append("files", file, entry.name);
    request.responseType = "json";
    const far = (share) => entry.tell(_("Uploading, {percent}", { percent: `${Math.round(share * 100)} %` }), share);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && far(event.loaded / event.total));
    request.addEventListener("load", () => {
      if (request.status === 202) resolve(request.response);
      else if (request.status === 413) reject(new Error(_("The file is larger than {megabytes} MB.", { megabytes: find(".qa-adding").dataset.megabytes })));
      else reject(failure(request));
    });
    request.addEventListener("error", () => reject(new quaere.Failure(0)));
    request.addEventListener("abort", () => reject(new Error(_("Cancelled"))));
    entry.stop = () => request.abort();
    far(0);
    request.open("POST", "/api/v1/sources/files");
    request.send(form);
  });

  // The names of the API's fields say nothing to whoever filled in a form.
  const failure = (request) => {
    const { type, detail } = request.response ?? {};
    const told = typeof detail === "string" ? detail.replace(/^meta: /, "") : detail;
    const seconds = quaere.comeAgain(request.getResponseHeader("Retry-After"));
    return new quaere.Failure(request.status, { type, detail: told }, seconds);
  };

  const follow = (entry, job, beside = false) => {
    entry.tell(_("Uploaded, waiting to be indexed"), null);
    entry.stop = async () => {
      entry.stop = null;
      try {
        settle(entry, await quaere.json(`jobs/${job.job_id}`, { method: "DELETE" }), beside);
      } catch (error) {
        quaere.say(error.message, true);
      }
    };
    following.push({ entry, job, beside });
    poll();
  };

  // A job that was begun elsewhere on the page.
  quaere.follow = (job) => follow(entryOf(job.uploads.map((each) => each.name).join(", ") || job.job_id), job);

  // Whether the job has ended, and then what came of it.
  const settle = (entry, job, beside) => {
    if (entry.ended) return true;
    if (job.state === "running") entry.tell(_("Being indexed"), null);
    if (job.state === "queued" || job.state === "running") return false;
    const failures = job.failures.map(({ name, reason }) => {
      const told = quaere.problem(422, { detail: reason });
      return job.uploads.length > 1 && name !== "" ? `${name}: ${told}` : told;
    });
    if (job.state === "cancelled") entry.end(_("Cancelled"), true);
    else if (failures.length > 0) entry.end(failures.join(" "), true);
    else if (beside) entry.end(_("Indexed as a document of its own: what was to be replaced was not uploaded here, or has other readers."), true);
    else entry.end(job.passages === 0 ? _("It is there already, unchanged") : ngettext("Indexed: {count} passage", "Indexed: {count} passages", job.passages), false);
    quaere.refresh();
    return true;
  };

  // One job after another is asked after, since keys take turns; ever less often while nothing changes.
  const poll = async () => {
    if (polling) return;
    polling = true;
    let wait = FIRST_WAIT;
    while (following.length > 0) {
      const first = following[0];
      const { entry, job, beside } = first;
      try {
        const now = entry.ended ? job : await quaere.json(`jobs/${job.job_id}`);
        if (settle(entry, now, beside)) {
          following.shift();
          wait = FIRST_WAIT;
          continue;
        }
        if (now.state !== first.before) wait = FIRST_WAIT;
        first.before = now.state;
        following.push(following.shift());
      } catch (error) {
        if (error.status === 401 || error.status === 403 || error.status === 404) {
          entry.end(error.message, true);
          following.shift();
          continue;
        }
        entry.tell(error.message, null);
        wait = Math.max(wait, 1000 * (error.seconds ?? 0));
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(LONGEST_WAIT, wait * 1.5);
    }
    polling = false;
  };

  // What was on its way when the page was left.
  const resume = async () => {
    try {
      const { jobs } = await quaere.json(`jobs?limit=${LATEST}`);
      for (const job of jobs.reverse()) {
        if (job.state === "queued" || job.state === "running") quaere.follow(job);
      }
    } catch (error) {
      quaere.say(error.message, true);
    }
  };
  resume();
}
