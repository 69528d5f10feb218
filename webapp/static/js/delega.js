// The pages work without this file. With it, htmx is there: what only plain
// pages need is hidden (the class is read in effect.css).
if (window.htmx) {
  document.documentElement.classList.add("htmx-on");
}
