/** The page of the playground. Script and style are files of their own: no inline code is allowed on our pages. */
export const PLAYGROUND_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Persona Lab — Playground</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/fun/playground.css">
<script src="/fun/playground.js" defer></script>
</head>
<body data-motd="/fun/motd" data-teapot="/fun/teapot" data-predict="/predict_ab" data-feedback="/feedback"
 data-summary="/engagement/summary?limit=5">
<header>
<h1>Persona Lab — Playground</h1>
<pre id="logo" aria-hidden="true"></pre>
</header>
<main>
<section class="card" aria-labelledby="today">
<h2 id="today">Today</h2>
<blockquote id="quote">…</blockquote>
<p><span class="label">Tip</span> <span id="tip">…</span></p>
<div class="row">
<button type="button" id="brew-418">Brew a 418</button>
<output id="teapot" class="note" aria-live="polite"></output>
</div>
</section>

<section class="card" aria-labelledby="answer-title">
<h2 id="answer-title">Ask</h2>
<form id="ask">
<label for="prompt">Prompt</label>
<div class="row">
<input id="prompt" name="prompt" value="Hello!" autocomplete="off" maxlength="400">
<button type="submit">Answer</button>
</div>
</form>
<p class="row facts"><span class="pill">Group <b id="group">–</b></span> <span class="pill">Style <b id="style">–</b></span></p>
<pre id="answer" tabindex="0" aria-label="The answer" aria-live="polite"></pre>
<fieldset>
<legend>Was it any good?</legend>
<label for="notes">Notes, if you like</label>
<textarea id="notes" rows="2" maxlength="2000" placeholder="What made it good or bad?"></textarea>
<div class="row">
<button type="button" id="thumbs-up" data-score="5">👍 Good</button>
<button type="button" id="thumbs-down" data-score="1">👎 Bad</button>
</div>
</fieldset>
</section>

<section class="card" aria-labelledby="engagement">
<h2 id="engagement">Engagement</h2>
<dl>
<div><dt>Feedback</dt><dd id="count">–</dd></div>
<div><dt>Average score</dt><dd id="average">–</dd></div>
<div><dt>Updated</dt><dd id="updated">–</dd></div>
</dl>
<p class="session"><span class="label">Session</span> <code id="session">…</code></p>
</section>
</main>
<footer>
<a href="/docs">API</a> · <a href="/leaderboard">Leaderboard</a> · <a href="/ab/summary">Counts</a>
</footer>
<div id="toast" role="status"></div>
<canvas id="confetti" aria-hidden="true"></canvas>
</body>
</html>
`;
