/** Style of the playground, light and dark. */
export const PLAYGROUND_STYLE = `:root {
  --ground: #f6f7f9; --card: #fff; --ink: #17202b; --soft: #55616f; --line: #d5dbe3; --accent: #0b63c5; --on-accent: #fff;
  font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10151c; --card: #19212b; --ink: #e8edf3; --soft: #a5b1bf; --line: #33404f; --accent: #6db1ff; --on-accent: #0b1a2b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; }
header, main, footer { max-width: 62rem; margin: 0 auto; }
h1 { font-size: 1.5rem; margin: 0.5rem 0 0; }
h2 { font-size: 1.05rem; margin: 0 0 0.75rem; }
#logo { font: 0.62rem/1.15 ui-monospace, monospace; color: var(--accent); overflow: hidden; margin: 0.5rem 0 1rem; min-height: 8.7em; }
main { display: grid; gap: 1rem; grid-template-columns: 1fr; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; padding: 1rem 1.25rem; min-width: 0; }
blockquote { margin: 0 0 0.75rem; padding-left: 0.75rem; border-left: 3px solid var(--accent); font-style: italic; }
p { margin: 0.5rem 0; }
.label, dt, label, legend { color: var(--soft); font-size: 0.875rem; }
.row { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
.row input { flex: 1 1 10rem; }
button { font: inherit; min-height: 2.75rem; padding: 0.4rem 1rem; border-radius: 0.5rem; border: 1px solid var(--line); background: var(--ground); color: inherit; cursor: pointer; }
button:hover { border-color: var(--accent); }
button[type=submit], #brew-418 { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
input, textarea { font: inherit; width: 100%; min-height: 2.75rem; padding: 0.5rem 0.75rem; border-radius: 0.5rem; border: 1px solid var(--line); background: var(--ground); color: inherit; }
fieldset { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.75rem 1rem 1rem; margin: 0; }
fieldset .row { margin-top: 0.5rem; }
.pill { border: 1px solid var(--line); border-radius: 999px; padding: 0.1rem 0.75rem; }
#answer { white-space: pre-wrap; overflow-wrap: anywhere; min-height: 4.5em; background: var(--ground); border-radius: 0.5rem; padding: 0.75rem; margin: 0.5rem 0 1rem; font: 0.9rem/1.5 ui-monospace, monospace; }
dl { display: flex; flex-wrap: wrap; gap: 0.75rem 2rem; margin: 0 0 0.75rem; }
dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
code, .note { overflow-wrap: anywhere; font-size: 0.875rem; }
footer { padding: 1rem 0 4rem; color: var(--soft); }
a { color: var(--accent); }
#toast { position: fixed; inset: auto 1rem 1.25rem; margin: 0 auto; width: fit-content; max-width: calc(100% - 2rem); padding: 0.6rem 1.1rem; border-radius: 0.6rem; background: var(--ink); color: var(--ground); opacity: 0; transform: translateY(0.5rem); transition: opacity 0.2s, transform 0.2s; pointer-events: none; }
#toast.shown { opacity: 1; transform: none; }
#confetti { position: fixed; inset: 0; width: 100%; height: 100%; pointer-events: none; }
@media (min-width: 48rem) {
  main { grid-template-columns: 2fr 3fr; grid-template-rows: auto 1fr; align-items: start; }
  main section:nth-child(2) { grid-column: 2; grid-row: 1 / span 2; }
  #logo { font-size: 0.75rem; }
}
@media (prefers-reduced-motion: reduce) {
  #toast { transition: none; }
}
`;
