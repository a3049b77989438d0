"use strict";
// The page on which a bundle is verified: nothing leaves the browser, and it works from a file.
(function () {
  const at = (id) => document.getElementById(id);
  const TITLES = ["Everything holds", "It does not hold", "This is no bundle"];

  function row(...cells) {
    const line = document.createElement("tr");
    for (const text of cells) line.appendChild(document.createElement("td")).textContent = text;
    return line;
  }

  function show(report, name, seconds) {
    const rows = Object.entries(report.checks).map(([check, verdict]) => {
      const line = row(verdict, check, report.reasons[check] || "");
      line.className = verdict;
      return line;
    });
    at("checks").replaceChildren(...rows);
    at("verdict").textContent = TITLES[report.exit];
    at("verdict").className = report.exit ? "fail" : "pass";
    at("said").replaceChildren(...told(report, name, seconds));
    at("report").hidden = false;
    document.body.dataset.report = JSON.stringify(report);
    document.body.dataset.state = "done";
  }

  function told(report, name, seconds) {
    const lines = [`${name}, checked in ${seconds.toFixed(1)} s`, ...report.unmet];
    if (report.terms) lines.push(`Drawing ${report.terms.drawing_id}`, `Signed by ${report.terms.operator_key}`);
    lines.push(`Assurance: ${report.assurance || "none"}`);
    if (report.assurance) lines.push(`What is left to trust: ${FTD1.LEVELS[report.assurance]}`);
    return lines.map((line) => Object.assign(document.createElement("p"), { textContent: line }));
  }

  function complain(text) {
    at("problem").textContent = text;
    document.body.dataset.state = "failed";
  }

  // The browser paints "Checking" before it is busy with a large file for some seconds.
  function check(bytes, name) {
    at("problem").textContent = `Checking ${name} …`;
    setTimeout(() => {
      const started = performance.now(), key = at("key").value.trim().toLowerCase() || null;
      try {
        const report = FTD1.verify(bytes, { key });
        at("problem").textContent = "";
        show(report, name, (performance.now() - started) / 1000);
      } catch (error) {
        complain(`This browser could not check it: ${error.message}`);
      }
    }, bytes.length > 1e6 ? 30 : 0);
  }

  let waiting = null;
  async function read(name, makeBytes) {
    document.body.dataset.state = "busy";
    at("report").hidden = true;
    const own = (waiting = {});
    try {
      const bytes = new Uint8Array(await makeBytes());
      if (own === waiting) check(bytes, name);
    } catch (error) {
      complain(`${name} can't be read: ${error.message}`);
    }
  }

  // A link may name a bundle of the same server; nothing is fetched from anywhere else.
  async function fetched(place) {
    const answer = await fetch(place, { redirect: "error", credentials: "omit" });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    return answer.arrayBuffer();
  }
  function follow(link) {
    const place = new URL(link, location.href);
    if (place.origin !== location.origin || !place.protocol.startsWith("http")) {
      return complain("The link leads to another server; save the file and choose it here.");
    }
    return read(place.pathname, () => fetched(place));
  }

  let chosen = null;
  function choose(file) {
    chosen = file;
    if (file) read(file.name, () => file.arrayBuffer());
  }
  at("file").addEventListener("change", () => choose(at("file").files[0]));
  at("key").addEventListener("change", () => choose(chosen));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    choose(event.dataTransfer.files[0]);
  });
  const link = new URLSearchParams(location.search).get("bundle");
  if (link) follow(link);
})();
