// Before a picture: dates, times and random ids become those of one fixed morning.
(() => {
  const DAY = 86400000;
  const MORNING = Date.UTC(2026, 10, 24);
  const rome = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Rome" });
  const today = Date.parse(rome.format(new Date()) + "T00:00:00Z");
  const shift = MORNING - today;
  const two = (number) => String(number).padStart(2, "0");
  const moved = (_all, day, month, year) => {
    const then = new Date(Date.UTC(year, month - 1, day) + shift);
    return `${two(then.getUTCDate())}/${two(then.getUTCMonth() + 1)}/${then.getUTCFullYear()}`;
  };
  const steady = (text) =>
    text
      .replace(/\b(\d\d)\/(\d\d)\/(\d{4})\b/g, moved)
      .replace(/\b\d\d:\d\d\b/g, "09:12")
      .replace(/\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b/g, "7KQD-M2XW")
      .replace(/\b([adsu])_[a-z2-7]{26}\b/g, "$1_7kqd2m5xw3hbt6cz4rnvy7e2pa")
      .replace(/(\/activate\/)[\w-]{32}/g, "$1Zx7q…")
      .replace(/http:\/\/127\.0\.0\.1:\d+/g, "https://delega.example");
  const italian = document.documentElement.lang === "it";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) walker.currentNode.data = steady(walker.currentNode.data);
  for (const field of document.querySelectorAll("input[type=text]")) field.value = steady(field.value);
  // the calendar as a browser of that language shows it; this one speaks American
  for (const field of document.querySelectorAll("input[type=date]")) {
    field.type = "text";
    field.placeholder = italian ? "gg/mm/aaaa" : "dd/mm/yyyy";
  }
  for (const field of document.querySelectorAll("input[type=datetime-local]")) {
    field.type = "text";
    field.placeholder = italian ? "gg/mm/aaaa, --:--" : "dd/mm/yyyy, --:--";
  }
  const title = document.querySelector("h1");
  title.textContent = title.textContent.replace(
    /^(Buon pomeriggio|Buonasera|Good afternoon|Good evening)/,
    italian ? "Buongiorno" : "Good morning",
  );
  const lead = document.querySelector(".lead");
  if (lead && title.textContent.match(/^(Buongiorno|Good morning)/))
    lead.textContent = lead.textContent.replace(
      /^.*?20\d\d/,
      italian ? "Martedì 24 novembre 2026" : "Tuesday, 24 November 2026",
    );
  // the colour behind the initials hangs on a random id
  for (const round of document.querySelectorAll(".who .avatar")) {
    round.className = "avatar avatar-" + ["brand", "ok", "warn"][round.textContent.charCodeAt(0) % 3];
  }
})();
