/** Script of the playground; it runs in the browser. */
export const PLAYGROUND_SCRIPT = `'use strict';
const find = (id) => document.getElementById(id);
const paths = document.body.dataset;
const session = sessionId();
let interactionId = null;
let toastTimer;

/** Kept in this browser, so that feedback of one person stays together. */
function sessionId() {
  try {
    const known = localStorage.getItem('persona-lab-session');
    if (known) return known;
    const made = 'sess-' + Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36)).join('');
    localStorage.setItem('persona-lab-session', made);
    return made;
  } catch {
    return 'sess-anonymous';
  }
}

function toast(text) {
  find('toast').textContent = text;
  find('toast').classList.add('shown');
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => find('toast').classList.remove('shown'), 2500);
}

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  const answer = await response.json();
  if (response.ok || response.status === 418) return answer;
  const detail = answer.message || answer.detail;
  throw new Error(typeof detail === 'string' ? detail : 'The server answered ' + response.status);
}

async function showDay() {
  const { logo, quote, tip } = await ask(paths.motd);
  find('logo').textContent = logo.trimEnd();
  find('quote').textContent = quote;
  find('tip').textContent = tip;
}

async function predict(prompt) {
  const answer = await ask(paths.predict, { user_id: session, session_id: session, prompt });
  interactionId = answer.interaction_id;
  find('group').textContent = answer.group;
  find('style').textContent = answer.picked_policy;
  find('answer').textContent = answer.response.text;
}

async function showSummary() {
  const { summary } = await ask(paths.summary);
  find('count').textContent = summary.count;
  find('average').textContent = summary.avg_score === null ? '–' : summary.avg_score.toFixed(2);
  find('updated').textContent = new Date(summary.as_of * 1000).toLocaleTimeString();
}

async function brew() {
  const { code, message } = await ask(paths.teapot);
  find('teapot').textContent = code + ': ' + message;
  toast(message);
  confetti();
}

async function rate(score) {
  if (interactionId === null) await predict('Hello!');
  const notes = find('notes').value.trim();
  await ask(paths.feedback, { interaction_id: interactionId, session_id: session, score, notes: notes || null });
  find('notes').value = '';
  toast('Thanks for the feedback!');
  if (score === 5) confetti();
  await showSummary();
}

function confetti() {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const canvas = find('confetti');
  const context = canvas.getContext('2d');
  const width = (canvas.width = innerWidth);
  const height = (canvas.height = innerHeight);
  const bits = Array.from({ length: 120 }, (_, index) => ({
    x: Math.random() * width, y: -Math.random() * height * 0.4, dx: Math.random() * 3 - 1.5, dy: 2 + Math.random() * 4,
    size: 4 + Math.random() * 5, turn: Math.random() * 6, colour: 'hsl(' + ((index * 47) % 360) + ' 85% 58%)',
  }));
  const endsAt = performance.now() + 2200;
  requestAnimationFrame(function draw(now) {
    context.clearRect(0, 0, width, height);
    if (now > endsAt) return;
    for (const bit of bits) {
      bit.x += bit.dx; bit.y += bit.dy; bit.turn += 0.1;
      context.save();
      context.translate(bit.x, bit.y);
      context.rotate(bit.turn);
      context.fillStyle = bit.colour;
      context.fillRect(-bit.size / 2, -bit.size / 4, bit.size, bit.size / 2);
      context.restore();
    }
    requestAnimationFrame(draw);
  });
}

const tell = (work) => work().catch((error) => toast(error.message));
find('session').textContent = session;
find('brew-418').addEventListener('click', () => tell(brew));
for (const id of ['thumbs-up', 'thumbs-down'])
  find(id).addEventListener('click', () => tell(() => rate(Number(find(id).dataset.score))));
find('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  tell(() => predict(find('prompt').value));
});
tell(showDay);
tell(showSummary);
tell(() => predict('Hello!'));
`;
